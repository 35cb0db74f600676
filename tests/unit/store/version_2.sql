-- A database as written by version 2; suppressions 6 to 9 were removed again.
BEGIN TRANSACTION;
CREATE TABLE attempt (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	mark TEXT NOT NULL,
	campaign_id INTEGER NOT NULL,
	batch_no INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	state TEXT NOT NULL,
	owner TEXT NOT NULL,
	started_at TEXT NOT NULL,
	ended_at TEXT,
	size INTEGER NOT NULL,
	provider_id TEXT DEFAULT '' NOT NULL,
	note TEXT DEFAULT '' NOT NULL,
	UNIQUE (campaign_id, batch_no, seq),
	UNIQUE (mark),
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
CREATE TABLE batch (
	campaign_id INTEGER NOT NULL,
	no INTEGER NOT NULL,
	template_id INTEGER NOT NULL,
	first_contact INTEGER NOT NULL,
	last_contact INTEGER NOT NULL,
	size INTEGER NOT NULL,
	state TEXT NOT NULL,
	attempts INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (campaign_id, no),
	FOREIGN KEY(campaign_id) REFERENCES campaign (id),
	FOREIGN KEY(template_id) REFERENCES template (id)
);
CREATE TABLE campaign (
	id INTEGER NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	provider TEXT NOT NULL,
	list_id INTEGER NOT NULL,
	envelope TEXT NOT NULL,
	issue_digest TEXT NOT NULL,
	prepared_at TEXT NOT NULL,
	suppression_id INTEGER NOT NULL,
	paused_by TEXT DEFAULT '' NOT NULL,
	pause_cause TEXT DEFAULT '' NOT NULL,
	pause_cure TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(list_id) REFERENCES list (id)
);
CREATE TABLE contact (
	id INTEGER NOT NULL,
	"key" BLOB NOT NULL,
	address TEXT NOT NULL,
	fields TEXT DEFAULT '{}' NOT NULL,
	import_id INTEGER,
	import_line INTEGER,
	changed_by INTEGER,
	PRIMARY KEY (id),
	UNIQUE ("key")
);
INSERT INTO "contact" VALUES(1,X'E60482464681922C08915C15D3A902A3','ana@exemple.example','{"PRENOM":"Ana"}',1,2,1);
INSERT INTO "contact" VALUES(2,X'0DB6E479834367DA8CD4CD46E1BE1EE5','bob@exemple.example','{"PRENOM":"Bob"}',1,3,1);
INSERT INTO "contact" VALUES(3,X'554114BF2237D6F2A9FE7AEA7E2C8C53','eva@exemple.example','{"PRENOM":"Eva"}',1,4,1);
INSERT INTO "contact" VALUES(4,X'E2789D3006B44948F938794E573F2503','jo@exemple.example','{}',NULL,NULL,NULL);
INSERT INTO "contact" VALUES(5,X'0001DDAB3837329D74D86328C66D3C86','zoe@exemple.example','{}',NULL,NULL,NULL);
CREATE TABLE exclusion (
	id INTEGER NOT NULL,
	campaign_id INTEGER NOT NULL,
	contact_id INTEGER,
	line INTEGER,
	reason TEXT NOT NULL,
	detail TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
CREATE TABLE history (
	id INTEGER NOT NULL,
	campaign_id INTEGER NOT NULL,
	batch_no INTEGER,
	attempt_id INTEGER,
	at TEXT NOT NULL,
	event TEXT NOT NULL,
	actor TEXT NOT NULL,
	note TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
CREATE TABLE import (
	id INTEGER NOT NULL,
	list_id INTEGER NOT NULL,
	source TEXT NOT NULL,
	at TEXT NOT NULL,
	counts TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(list_id) REFERENCES list (id)
);
INSERT INTO "import" VALUES(1,1,'adherents.csv','2026-11-27T11:06:22.605761Z','{"read": 3, "new": 3, "updated": 0, "unchanged": 0, "rejected": 0, "suppressed": 0}');
CREATE TABLE list (
	id INTEGER NOT NULL,
	name TEXT NOT NULL,
	tag BLOB NOT NULL,
	created_at TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name),
	UNIQUE (tag)
);
INSERT INTO "list" VALUES(1,'adherents',X'63414B0E6CB2A3E5','2026-11-27T11:06:22.605761Z');
CREATE TABLE member (
	list_id INTEGER NOT NULL,
	contact_id INTEGER NOT NULL,
	PRIMARY KEY (list_id, contact_id),
	FOREIGN KEY(list_id) REFERENCES list (id),
	FOREIGN KEY(contact_id) REFERENCES contact (id)
)
 WITHOUT ROWID

;
INSERT INTO "member" VALUES(1,1);
INSERT INTO "member" VALUES(1,2);
INSERT INTO "member" VALUES(1,3);
CREATE TABLE meta (
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE rate (
	provider TEXT NOT NULL,
	next_free INTEGER NOT NULL,
	PRIMARY KEY (provider)
);
CREATE TABLE recipient (
	campaign_id INTEGER NOT NULL,
	contact_id INTEGER NOT NULL,
	template_id INTEGER NOT NULL,
	merge_values TEXT,
	outcome TEXT,
	reason TEXT,
	batch_no INTEGER,
	attempt_seq INTEGER,
	PRIMARY KEY (campaign_id, contact_id),
	FOREIGN KEY(campaign_id) REFERENCES campaign (id),
	FOREIGN KEY(contact_id) REFERENCES contact (id),
	FOREIGN KEY(template_id) REFERENCES template (id)
)
 WITHOUT ROWID

;
CREATE TABLE suppression (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	"key" BLOB NOT NULL,
	list_id INTEGER NOT NULL,
	cause TEXT NOT NULL,
	at TEXT NOT NULL,
	until TEXT,
	UNIQUE ("key", list_id)
);
INSERT INTO "suppression" VALUES(1,X'E60482464681922C08915C15D3A902A3',0,'plainte','2026-11-27T11:06:23.046028Z',NULL);
INSERT INTO "suppression" VALUES(2,X'0DB6E479834367DA8CD4CD46E1BE1EE5',1,'manual','2026-11-27T11:06:23.450258Z',NULL);
INSERT INTO "suppression" VALUES(3,X'E2789D3006B44948F938794E573F2503',0,'manual','2026-11-27T11:06:23.824506Z',NULL);
INSERT INTO "suppression" VALUES(4,X'554114BF2237D6F2A9FE7AEA7E2C8C53',1,'manual','2026-11-27T11:06:24.046028Z','2027-09-01T00:00:00.000000Z');
INSERT INTO "suppression" VALUES(5,X'AAB780528897103E53A7C31F1ADAA5B8',0,'unsubscribed','2027-01-12T09:30:00.000000Z',NULL);
CREATE TABLE template (
	id INTEGER NOT NULL,
	campaign_id INTEGER NOT NULL,
	variant TEXT DEFAULT '' NOT NULL,
	digest TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
CREATE INDEX campaign_name ON campaign (name);
CREATE UNIQUE INDEX one_real_campaign ON campaign (name) WHERE kind = 'send';
CREATE INDEX template_campaign ON template (campaign_id);
CREATE INDEX exclusion_campaign ON exclusion (campaign_id, contact_id);
CREATE UNIQUE INDEX one_live_attempt ON attempt (campaign_id, batch_no) WHERE state IN ('submitting', 'submitted', 'unknown');
CREATE INDEX history_campaign ON history (campaign_id, id);
CREATE INDEX recipient_outcome ON recipient (campaign_id, batch_no) WHERE outcome IS NOT NULL;
CREATE INDEX batch_state ON batch (campaign_id, state, no);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('suppression',9);
COMMIT;
PRAGMA user_version=2;
