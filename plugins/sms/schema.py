"""The plugin's own tables; each script is applied once, in order."""

SCRIPTS = (
    """
-- A text on its way out.  state: queued, submitting, accepted, delivered, failed, expired, doubtful, dropped.
-- part: the next part to submit (0 is the first); reference: of the concatenation, 0 to 255.
-- text: emptied once nothing of it is to be sent any more.
-- resent: 1 when it was sent again though it may have gone out, which its owner was told first.
-- outcome: a JSON object of condition and text, told to the owner; told: 0 while there is something to send or to tell.
CREATE TABLE IF NOT EXISTS sms_out (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    network TEXT NOT NULL,
    owner TEXT NOT NULL,
    number TEXT NOT NULL,
    text TEXT NOT NULL,
    ticket TEXT NOT NULL,
    message_id TEXT NOT NULL,
    report INTEGER NOT NULL,
    flash INTEGER NOT NULL,
    bulk INTEGER NOT NULL,
    created REAL NOT NULL,
    expires REAL NOT NULL,
    parts INTEGER NOT NULL,
    part INTEGER NOT NULL DEFAULT 0,
    reference INTEGER NOT NULL DEFAULT 0,
    modem TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'queued',
    attempts INTEGER NOT NULL DEFAULT 0,
    resent INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL DEFAULT 0,
    last REAL NOT NULL DEFAULT 0,
    fault TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '',
    told INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS sms_out_open ON sms_out (network, id) WHERE told = 0;
CREATE INDEX IF NOT EXISTS sms_out_owner ON sms_out (network, owner, created);

-- What the network took: mr is the modem's reference (-1: it gave none), status the TP-ST of the report (-1: none yet).
-- reference: of the concatenation, another one when all parts went anew; at: when the modem was given the part.
CREATE TABLE IF NOT EXISTS sms_part (
    message INTEGER NOT NULL,
    reference INTEGER NOT NULL,
    part INTEGER NOT NULL,
    modem TEXT NOT NULL,
    sim TEXT NOT NULL,
    mr INTEGER NOT NULL,
    number TEXT NOT NULL,
    at REAL NOT NULL,
    status INTEGER NOT NULL DEFAULT -1,
    PRIMARY KEY (message, reference, part)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sms_part_mr ON sms_part (sim, mr, at);

-- A report that came before the answer to its +CMGS, or for nothing that we know.
CREATE TABLE IF NOT EXISTS sms_report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sim TEXT NOT NULL,
    mr INTEGER NOT NULL,
    number TEXT NOT NULL,
    status INTEGER NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS sms_report_at ON sms_report (at);

-- What came in, as it came.  digest: of SIM, place and PDU, so that what could not be deleted is not taken twice.
-- state: new (not looked at yet), part (waits for the rest of its set), told (the core keeps it), unowned, bad.
CREATE TABLE IF NOT EXISTS sms_in (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    network TEXT NOT NULL,
    modem TEXT NOT NULL,
    sim TEXT NOT NULL,
    place TEXT NOT NULL,
    digest TEXT NOT NULL,
    pdu TEXT NOT NULL,
    at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'new',
    owner TEXT NOT NULL DEFAULT '',
    batch TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS sms_in_open ON sms_in (network, id) WHERE state IN ('new', 'part', 'unowned', 'bad');
CREATE INDEX IF NOT EXISTS sms_in_digest ON sms_in (digest, at);

-- Who last wrote to a number through a modem.
CREATE TABLE IF NOT EXISTS sms_sticky (
    network TEXT NOT NULL,
    modem TEXT NOT NULL,
    number TEXT NOT NULL,
    owner TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (network, modem, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sms_sticky_number ON sms_sticky (network, number, at);

CREATE TABLE IF NOT EXISTS sms_block (
    network TEXT NOT NULL,
    owner TEXT NOT NULL,
    number TEXT NOT NULL,
    PRIMARY KEY (network, owner, number)
) WITHOUT ROWID;

-- pin: a keyed digest of a PIN that a SIM refused, never the PIN.
CREATE TABLE IF NOT EXISTS sms_refused_pin (
    sim TEXT NOT NULL,
    pin TEXT NOT NULL,
    PRIMARY KEY (sim, pin)
) WITHOUT ROWID;
""",
)
