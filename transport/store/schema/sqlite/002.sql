-- had: when the XMPP server was seen to have it.  Its xml stays a little longer, since it may come back.
-- back: when the owner's server sent it back; it then waits for a client of the owner.
ALTER TABLE inbox ADD COLUMN had REAL;
ALTER TABLE inbox ADD COLUMN back REAL;
DROP INDEX inbox_waiting;
CREATE INDEX inbox_waiting ON inbox (id) WHERE xml IS NOT NULL AND had IS NULL;
CREATE INDEX inbox_had ON inbox (had) WHERE xml IS NOT NULL AND had IS NOT NULL;
CREATE INDEX inbox_back ON inbox (owner, id) WHERE back IS NOT NULL;

CREATE INDEX contact_followers ON contact (network, name);
