"""The statements of an import: what becomes of each row of the file, and carrying that out."""

from __future__ import annotations

from apes_mailer.contacts import reported

# `after` is what the fields of the contact become, null when they stay as they are.
PLANNED = """
CREATE TEMPORARY TABLE planned (
  key BLOB PRIMARY KEY, line INTEGER NOT NULL, address TEXT NOT NULL, contact_id INTEGER, is_member INTEGER NOT NULL,
  is_suppressed INTEGER NOT NULL, after TEXT, rows INTEGER NOT NULL) WITHOUT ROWID
"""

# Of the rows of one address the first counts: beside min(), SQLite gives the other columns of the row that has it
# (https://www.sqlite.org/lang_select.html#bareagg). In the order of the keys each page of an index is met once.
PLAN = """
INSERT INTO temp.planned
SELECT row.key, row.line, row.address, contact.id, member.contact_id IS NOT NULL,
  EXISTS (SELECT 1 FROM suppression WHERE suppression.key = row.key AND suppression.list_id IN (:all_lists, :list_id)
          AND (suppression.until IS NULL OR suppression.until > :at))
  OR row.key IN (SELECT key FROM temp.opted_out WHERE NOT taken_back),
  CASE WHEN contact.id IS NULL THEN row.fields
       WHEN contact.fields <> row.fields THEN nullif(json_patch(contact.fields, row.fields), contact.fields) END,
  row.count
FROM (SELECT key, min(line) AS line, address, fields, count(*) AS count FROM temp.incoming GROUP BY key) AS row
LEFT JOIN contact ON contact.key = row.key
LEFT JOIN member ON member.list_id = :list_id AND member.contact_id = contact.id
"""

# CROSS, so that the few keys that are there twice are looked for in the file, and not a million rows in the plan.
DUPLICATES = """
SELECT incoming.line, planned.line, coalesce(incoming.written, incoming.address), incoming.fields,
  left_out.cells
FROM temp.incoming CROSS JOIN temp.planned ON planned.key = incoming.key
LEFT JOIN temp.left_out ON left_out.line = incoming.line
WHERE incoming.key IN (SELECT key FROM temp.planned WHERE rows > 1) AND planned.line <> incoming.line
"""

COUNT = """
SELECT count(*), total(is_suppressed), total(NOT is_suppressed AND NOT is_member),
  total(NOT is_suppressed AND is_member AND after IS NOT NULL), total(is_member)
FROM temp.planned
"""

# Members of the list of whom the file says nothing but that they want no letters.
OPTED_OUT = """
SELECT total(NOT taken_back AND is_row), total(taken_back AND is_row), (
  SELECT count(DISTINCT opted_out.key) FROM temp.opted_out JOIN contact ON contact.key = opted_out.key
  JOIN member ON member.list_id = :list_id AND member.contact_id = contact.id
  WHERE opted_out.key NOT IN (SELECT key FROM temp.planned))
FROM temp.opted_out
"""

TAKE_BACK = f"""
UPDATE temp.opted_out SET taken_back = {reported.TAKEN_BACK}
"""  # noqa: S608 - of constants

CHANGES = """
SELECT planned.address, contact.fields, planned.after FROM temp.planned JOIN contact ON contact.id = planned.contact_id
WHERE planned.after IS NOT NULL ORDER BY planned.line
"""

# Of whom is erased nothing is stored again, wherever the row comes from.
CARRY_OUT = (
    """
    DELETE FROM temp.planned
    WHERE key IN (SELECT key FROM suppression WHERE list_id = :all_lists AND cause = :erased)
    """,
    """
    DELETE FROM temp.opted_out WHERE EXISTS (SELECT 1 FROM suppression
      WHERE suppression.key = opted_out.key AND suppression.list_id = :all_lists AND suppression.cause = :erased)
    """,
    """
    INSERT INTO change (import_id, contact_id, before, after)
    SELECT :import_id, contact.id, contact.fields, planned.after
    FROM temp.planned JOIN contact ON contact.id = planned.contact_id WHERE planned.after IS NOT NULL
    """,
    """
    UPDATE contact SET fields = planned.after FROM temp.planned
    WHERE planned.contact_id = contact.id AND planned.after IS NOT NULL
    """,
    """
    INSERT INTO contact (key, address, fields) SELECT key, address, after FROM temp.planned
    WHERE contact_id IS NULL ORDER BY CASE WHEN :in_file_order THEN line ELSE key END
    """,
    """
    INSERT INTO mention (import_id, contact_id, did)
    SELECT :import_id, contact.id, iif(is_member, 0, :added) + iif(contact_id IS NULL, :made, 0)
    FROM temp.planned JOIN contact ON contact.key = planned.key
    """,
    """
    INSERT INTO member (list_id, contact_id)
    SELECT :list_id, contact_id FROM mention WHERE import_id = :import_id AND did & :added
    """,
    """
    INSERT INTO contact (key, address) SELECT key, address FROM temp.opted_out WHERE true ON CONFLICT DO NOTHING
    """,
)
