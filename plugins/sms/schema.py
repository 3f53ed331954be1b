"""The plugin's own tables; each script is applied once, in order."""

SCRIPTS = (
    """
-- A text on its way out.  state: queued, submitting, accepted, delivered, failed, expired, doubtful, dropped.
-- part: the next part to submit (0 is the first); reference: of the concatenation, 0 to 255.
-- outcome: a JSON object of condition and text, told to the owner; told: 1 once the core keeps that word.
CREATE TABLE sms_out (
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
CREATE INDEX sms_out_open ON sms_out (network, id) WHERE told = 0;
CREATE INDEX sms_out_owner ON sms_out (network, owner, created);

-- What the network took: mr is the modem's reference, status the TP-ST of the report (-1: none yet).
CREATE TABLE sms_part (
    message INTEGER NOT NULL,
    part INTEGER NOT NULL,
    modem TEXT NOT NULL,
    sim TEXT NOT NULL,
    mr INTEGER NOT NULL,
    number TEXT NOT NULL,
    at REAL NOT NULL,
    status INTEGER NOT NULL DEFAULT -1,
    PRIMARY KEY (message, part)
) WITHOUT ROWID;
CREATE INDEX sms_part_mr ON sms_part (sim, mr, at);

-- A report that came before the answer to its +CMGS, or for nothing that we know.
CREATE TABLE sms_report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sim TEXT NOT NULL,
    mr INTEGER NOT NULL,
    number TEXT NOT NULL,
    status INTEGER NOT NULL,
    at REAL NOT NULL
);

-- What came in, as it came.  digest: of SIM, place and PDU, so that what could not be deleted is not taken twice.
-- state: new (not looked at yet), part (waits for the rest of its set), told (the core keeps it), unowned, bad.
CREATE TABLE sms_in (
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
CREATE INDEX sms_in_open ON sms_in (network, id) WHERE state IN ('new', 'part', 'unowned', 'bad');
CREATE INDEX sms_in_digest ON sms_in (digest, at);

-- Who last wrote to a number through a modem.
CREATE TABLE sms_sticky (
    network TEXT NOT NULL,
    modem TEXT NOT NULL,
    number TEXT NOT NULL,
    owner TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (network, modem, number)
) WITHOUT ROWID;

CREATE TABLE sms_block (
    network TEXT NOT NULL,
    owner TEXT NOT NULL,
    number TEXT NOT NULL,
    PRIMARY KEY (network, owner, number)
) WITHOUT ROWID;

-- pin: a keyed digest of a PIN that a SIM refused, never the PIN.
CREATE TABLE sms_refused_pin (
    sim TEXT NOT NULL,
    pin TEXT NOT NULL,
    PRIMARY KEY (sim, pin)
) WITHOUT ROWID;
""",
)
