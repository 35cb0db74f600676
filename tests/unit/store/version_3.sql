-- A database as written by version 3, of a campaign whose batches were cut twice.
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
	tracking TEXT DEFAULT '' NOT NULL, 
	UNIQUE (campaign_id, batch_no, seq), 
	UNIQUE (mark), 
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
INSERT INTO "attempt" VALUES(1,'mark-1',1,1,1,'refused','sender','2027-03-01T09:30:00.000000Z','2027-03-01T09:30:00.000000Z',10,'','2 named','');
INSERT INTO "attempt" VALUES(2,'mark-2',1,1,2,'not_accepted','sender','2027-03-01T09:30:00.000000Z','2027-03-01T09:30:00.000000Z',7,'','413','');
INSERT INTO "attempt" VALUES(3,'mark-3',1,1,3,'not_accepted','sender','2027-03-01T09:30:00.000000Z','2027-03-01T09:30:00.000000Z',3,'','413','');
INSERT INTO "attempt" VALUES(4,'mark-4',1,1,4,'submitted','sender','2027-03-01T09:30:00.000000Z','2027-03-01T09:30:00.000000Z',2,'','','');
INSERT INTO "attempt" VALUES(5,'mark-5',1,2,1,'submitted','sender','2027-03-01T09:30:00.000000Z','2027-03-01T09:30:00.000000Z',2,'','','');
INSERT INTO "attempt" VALUES(6,'mark-6',1,3,1,'set_aside','sender','2027-03-01T09:30:00.000000Z','2027-03-01T09:30:00.000000Z',2,'','resolved as pending by person','');
INSERT INTO "attempt" VALUES(7,'mark-7',1,3,2,'refused','sender','2027-03-01T09:30:00.000000Z','2027-03-01T09:30:00.000000Z',2,'','1 named','');
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
INSERT INTO "batch" VALUES(1,1,1,1,3,6,'submitted',4);
INSERT INTO "batch" VALUES(1,2,1,11,12,2,'submitted',1);
INSERT INTO "batch" VALUES(1,3,1,7,8,2,'pending',2);
INSERT INTO "batch" VALUES(1,4,1,15,16,2,'pending',0);
INSERT INTO "batch" VALUES(1,5,1,19,20,2,'pending',0);
INSERT INTO "batch" VALUES(1,6,1,4,4,1,'pending',0);
INSERT INTO "batch" VALUES(1,7,1,13,14,2,'pending',0);
INSERT INTO "batch" VALUES(1,8,1,9,9,1,'pending',0);
INSERT INTO "batch" VALUES(1,9,1,17,18,2,'pending',0);
CREATE TABLE block_list_entry (
	provider TEXT NOT NULL, 
	list TEXT NOT NULL, 
	"key" BLOB NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY (provider, list, "key")
)
 WITHOUT ROWID

;
CREATE TABLE block_list_mark (
	provider TEXT NOT NULL, 
	account TEXT NOT NULL, 
	list TEXT NOT NULL, 
	read_to TEXT NOT NULL, 
	PRIMARY KEY (provider, account, list)
)
 WITHOUT ROWID

;
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
	policy TEXT DEFAULT 'opposition' NOT NULL, 
	segment TEXT DEFAULT '' NOT NULL, 
	paused_by TEXT DEFAULT '' NOT NULL, 
	pause_cause TEXT DEFAULT '' NOT NULL, 
	pause_cure TEXT DEFAULT '' NOT NULL, 
	correction_of INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(list_id) REFERENCES list (id)
);
INSERT INTO "campaign" VALUES(1,'2027-03','send','local',1,'{"browser_url": "", "from_address": "lettre@exemple.example", "from_name": "La lettre", "list_id": "<adherents.exemple.example>", "mailto": "", "provider_group": 0, "provider_link": "", "public_url": "https://lettre.exemple.example", "published_url": "", "reply_to": "", "subject_mark": ""}','','2027-03-01T09:30:00.000000Z',0,'opposition','','','','',NULL);
CREATE TABLE change (
	import_id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	PRIMARY KEY (import_id, contact_id), 
	FOREIGN KEY(import_id) REFERENCES import (id), 
	FOREIGN KEY(contact_id) REFERENCES contact (id)
)
 WITHOUT ROWID

;
CREATE TABLE consent (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" BLOB NOT NULL, 
	list_id INTEGER NOT NULL, 
	purpose TEXT NOT NULL, 
	state TEXT NOT NULL, 
	at TEXT NOT NULL, 
	source TEXT NOT NULL, 
	basis TEXT DEFAULT '' NOT NULL, 
	wording TEXT DEFAULT '' NOT NULL, 
	origin TEXT DEFAULT '' NOT NULL, 
	import_id INTEGER
);
CREATE TABLE contact (
	id INTEGER NOT NULL, 
	"key" BLOB NOT NULL, 
	address TEXT NOT NULL, 
	fields TEXT DEFAULT '{}' NOT NULL, 
	changed_at TEXT, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
INSERT INTO "contact" VALUES(1,X'8FB4121EC7AA0DFA9819FA886EB61C4F','personne0@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(2,X'DBC745BD4D6810F0C4BC3B818AE935DB','personne1@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(3,X'4D5E064E1CFF5C81A6A48B4E7CA9CF38','personne2@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(4,X'2BB4D1EA9F4140731F871CEAEE7F32B2','personne3@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(5,X'B33DEB437B53930393A2E1554B21CEE7','personne4@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(6,X'0DFCA2E40B0C10591A01A97949EAF910','personne5@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(7,X'0ADACBB2BFF868EBBBCF8844FA45F518','personne6@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(8,X'54C89DA2F7DF21E97889532B966A0DD0','personne7@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(9,X'AAF8C0296E1B2348648EB716182EA1F0','personne8@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(10,X'898EA62C24081C9CAA187DA414D7DF44','personne9@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(11,X'7812A61FCA43991BA19789DCF2DB8255','personne10@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(12,X'EB3CE6CB6DAECA069E02ABDC2A6547A8','personne11@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(13,X'B9318F345B01D104895D41E1477BF492','personne12@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(14,X'ED0A1F882DBA32ABA2EE7AAF941F3498','personne13@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(15,X'2C51186855E3FD253DDC141EEC822725','personne14@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(16,X'5ACA9A12104D14DFC104FFAB10C2C51A','personne15@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(17,X'108DF76B36838D0BBED0BAF93F0DAA4D','personne16@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(18,X'EFAE5AB3247BBD7D8A0ECEB60C758B43','personne17@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(19,X'DF3A86A9BCE4ADC48ADDD9C791B2B65B','personne18@exemple.example','{}',NULL);
INSERT INTO "contact" VALUES(20,X'1197E57475F73A7F6D27898FAB2A8498','personne19@exemple.example','{}',NULL);
CREATE TABLE event (
	id INTEGER NOT NULL, 
	identity BLOB, 
	provider TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	at TEXT NOT NULL, 
	campaign_id INTEGER, 
	contact_id INTEGER, 
	attempt_id INTEGER, 
	reason TEXT DEFAULT '' NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	url TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (identity), 
	FOREIGN KEY(campaign_id) REFERENCES campaign (id), 
	FOREIGN KEY(contact_id) REFERENCES contact (id), 
	FOREIGN KEY(attempt_id) REFERENCES attempt (id)
);
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
INSERT INTO "history" VALUES(1,1,NULL,NULL,'2027-03-01T09:30:00.000000Z','prepared','test','{"recipients": 20, "excluded": {}}');
INSERT INTO "history" VALUES(2,1,1,1,'2027-03-01T09:30:00.000000Z','claimed','sender','');
INSERT INTO "history" VALUES(3,1,1,1,'2027-03-01T09:30:00.000000Z','refused','sender','2 named');
INSERT INTO "history" VALUES(4,1,1,2,'2027-03-01T09:30:00.000000Z','claimed','sender','');
INSERT INTO "history" VALUES(5,1,1,2,'2027-03-01T09:30:00.000000Z','not_accepted','sender','413');
INSERT INTO "history" VALUES(6,1,1,NULL,'2027-03-01T09:30:00.000000Z','cut','person','1 more from 3 on');
INSERT INTO "history" VALUES(7,1,2,NULL,'2027-03-01T09:30:00.000000Z','cut','person','2 more from 4 on');
INSERT INTO "history" VALUES(8,1,1,3,'2027-03-01T09:30:00.000000Z','claimed','sender','');
INSERT INTO "history" VALUES(9,1,1,3,'2027-03-01T09:30:00.000000Z','not_accepted','sender','413');
INSERT INTO "history" VALUES(10,1,1,NULL,'2027-03-01T09:30:00.000000Z','cut','person','1 more from 6 on');
INSERT INTO "history" VALUES(11,1,2,NULL,'2027-03-01T09:30:00.000000Z','cut','person','1 more from 7 on');
INSERT INTO "history" VALUES(12,1,3,NULL,'2027-03-01T09:30:00.000000Z','cut','person','1 more from 8 on');
INSERT INTO "history" VALUES(13,1,4,NULL,'2027-03-01T09:30:00.000000Z','cut','person','1 more from 9 on');
INSERT INTO "history" VALUES(14,1,1,4,'2027-03-01T09:30:00.000000Z','claimed','sender','');
INSERT INTO "history" VALUES(15,1,1,4,'2027-03-01T09:30:00.000000Z','submitted','sender','');
INSERT INTO "history" VALUES(16,1,2,5,'2027-03-01T09:30:00.000000Z','claimed','sender','');
INSERT INTO "history" VALUES(17,1,2,5,'2027-03-01T09:30:00.000000Z','submitted','sender','');
INSERT INTO "history" VALUES(18,1,3,6,'2027-03-01T09:30:00.000000Z','claimed','sender','');
INSERT INTO "history" VALUES(19,1,3,6,'2027-03-01T09:30:00.000000Z','unknown','sender','timeout');
INSERT INTO "history" VALUES(20,1,3,6,'2027-03-01T09:30:00.000000Z','resolved','person','as pending');
INSERT INTO "history" VALUES(21,1,3,7,'2027-03-01T09:30:00.000000Z','claimed','sender','');
INSERT INTO "history" VALUES(22,1,3,7,'2027-03-01T09:30:00.000000Z','refused','sender','1 named');
CREATE TABLE import (
	id INTEGER NOT NULL, 
	list_id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	at TEXT NOT NULL, 
	counts TEXT NOT NULL, 
	undone_at TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(list_id) REFERENCES list (id)
);
CREATE TABLE list (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	tag BLOB NOT NULL, 
	created_at TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name), 
	UNIQUE (tag)
);
INSERT INTO "list" VALUES(1,'adherents',X'CF64D5DCBF47A5D3','2027-03-01T09:30:00.000000Z');
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
INSERT INTO "member" VALUES(1,4);
INSERT INTO "member" VALUES(1,5);
INSERT INTO "member" VALUES(1,6);
INSERT INTO "member" VALUES(1,7);
INSERT INTO "member" VALUES(1,8);
INSERT INTO "member" VALUES(1,9);
INSERT INTO "member" VALUES(1,10);
INSERT INTO "member" VALUES(1,11);
INSERT INTO "member" VALUES(1,12);
INSERT INTO "member" VALUES(1,13);
INSERT INTO "member" VALUES(1,14);
INSERT INTO "member" VALUES(1,15);
INSERT INTO "member" VALUES(1,16);
INSERT INTO "member" VALUES(1,17);
INSERT INTO "member" VALUES(1,18);
INSERT INTO "member" VALUES(1,19);
INSERT INTO "member" VALUES(1,20);
CREATE TABLE mention (
	import_id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	did INTEGER NOT NULL, 
	PRIMARY KEY (import_id, contact_id), 
	FOREIGN KEY(import_id) REFERENCES import (id), 
	FOREIGN KEY(contact_id) REFERENCES contact (id)
)
 WITHOUT ROWID

;
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('secret','f4521c286fb64a65');
INSERT INTO "meta" VALUES('ledger','6a2fa95828c943af91039e3b3cefb3f9');
INSERT INTO "meta" VALUES('place','here:12789650');
CREATE TABLE notice (
	id INTEGER NOT NULL, 
	provider TEXT NOT NULL, 
	digest BLOB NOT NULL, 
	received_at TEXT NOT NULL, 
	applied_at TEXT, 
	events INTEGER DEFAULT '0' NOT NULL, 
	kept INTEGER DEFAULT '0' NOT NULL, 
	foreign_events INTEGER DEFAULT '0' NOT NULL, 
	unreadable INTEGER DEFAULT '0' NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (digest)
);
CREATE TABLE provider_task (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	provider TEXT NOT NULL, 
	address BLOB, 
	queued_at TEXT NOT NULL, 
	done_at TEXT, 
	reference TEXT DEFAULT '' NOT NULL
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
INSERT INTO "recipient" VALUES(1,1,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,2,1,NULL,'refused','no such mailbox',1,1);
INSERT INTO "recipient" VALUES(1,3,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,4,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,5,1,NULL,'excluded','opted_out',1,2);
INSERT INTO "recipient" VALUES(1,6,1,NULL,'excluded','opted_out',1,3);
INSERT INTO "recipient" VALUES(1,7,1,NULL,'refused','no such mailbox',3,2);
INSERT INTO "recipient" VALUES(1,8,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,9,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,10,1,NULL,'refused','no such mailbox',1,1);
INSERT INTO "recipient" VALUES(1,11,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,12,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,13,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,14,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,15,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,16,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,17,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,18,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,19,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "recipient" VALUES(1,20,1,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE suppression (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" BLOB NOT NULL, 
	list_id INTEGER NOT NULL, 
	cause TEXT NOT NULL, 
	at TEXT NOT NULL, 
	until TEXT, 
	source TEXT DEFAULT '' NOT NULL, 
	evidence TEXT DEFAULT '' NOT NULL, 
	UNIQUE ("key", list_id, cause)
);
INSERT INTO "suppression" VALUES(1,X'B33DEB437B53930393A2E1554B21CEE7',0,'manual','2027-03-01T09:30:00.000000Z',NULL,'','');
INSERT INTO "suppression" VALUES(2,X'0DFCA2E40B0C10591A01A97949EAF910',0,'manual','2027-03-01T09:30:00.000000Z',NULL,'','');
CREATE TABLE template (
	id INTEGER NOT NULL, 
	campaign_id INTEGER NOT NULL, 
	variant TEXT DEFAULT '' NOT NULL, 
	digest TEXT NOT NULL, 
	body TEXT NOT NULL, 
	tracking TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);
INSERT INTO "template" VALUES(1,1,'','ed481c5ba5019578ab85d23ff47eea4c745b65055cffb168e2b82e40865593e7','{"html":["<p>Bonjour</p>"],"language":"fr","subject":["Bonjour"],"text":["Bonjour"]}','');
CREATE TABLE wish (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind TEXT NOT NULL, 
	"key" BLOB NOT NULL, 
	list_id INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	language TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	next_try TEXT NOT NULL, 
	UNIQUE (kind, "key", list_id)
);
CREATE TABLE wish_count (
	"key" BLOB NOT NULL, 
	hour INTEGER NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY ("key", hour)
)
 WITHOUT ROWID

;
CREATE INDEX consent_key ON consent ("key", purpose, list_id, id, state, import_id);
CREATE TRIGGER consent_is_not_changed BEFORE UPDATE ON consent BEGIN SELECT RAISE(ABORT, 'a consent is never changed'); END;
CREATE TRIGGER consent_is_not_deleted BEFORE DELETE ON consent WHEN NOT EXISTS (SELECT 1 FROM suppression WHERE key = OLD.key AND list_id = 0 AND cause = 'erased') BEGIN SELECT RAISE(ABORT, 'a consent is never deleted'); END;
CREATE INDEX wish_due ON wish (state, next_try);
CREATE INDEX provider_task_open ON provider_task (provider, id) WHERE done_at IS NULL;
CREATE INDEX notice_waiting ON notice (id) WHERE applied_at IS NULL;
CREATE INDEX notice_applied ON notice (applied_at);
CREATE UNIQUE INDEX one_real_campaign ON campaign (name) WHERE kind = 'send';
CREATE INDEX campaign_name ON campaign (name);
CREATE INDEX change_contact ON change (contact_id);
CREATE INDEX template_campaign ON template (campaign_id);
CREATE INDEX exclusion_campaign ON exclusion (campaign_id, contact_id);
CREATE UNIQUE INDEX one_live_attempt ON attempt (campaign_id, batch_no) WHERE state IN ('submitting', 'submitted', 'unknown');
CREATE INDEX history_campaign ON history (campaign_id, id);
CREATE INDEX event_campaign ON event (campaign_id, kind, contact_id);
CREATE INDEX event_nobodys ON event (at) WHERE contact_id IS NULL AND identity IS NOT NULL;
CREATE INDEX event_said_to_provider ON event (contact_id) WHERE (kind IN ('unsubscribed', 'resubscribed') OR kind = 'rejected' AND detail = 'unsubscribed');
CREATE INDEX recipient_outcome ON recipient (campaign_id, batch_no) WHERE outcome IS NOT NULL;
CREATE INDEX batch_state ON batch (campaign_id, state, no);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('attempt',7);
INSERT INTO "sqlite_sequence" VALUES('suppression',2);
COMMIT;
PRAGMA user_version=3;
