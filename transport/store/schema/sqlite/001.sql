-- Every row belongs to an owner, a bare address of XMPP, or to the gateway as a whole.

CREATE TABLE member (
    owner TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- settings: a JSON object of strings.
CREATE TABLE account (
    owner TEXT NOT NULL,
    network TEXT NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (owner, network)
) WITHOUT ROWID;
CREATE INDEX account_network ON account (network);

-- sealed: AES-256-GCM, bound to the three columns before it.
CREATE TABLE secret (
    owner TEXT NOT NULL,
    network TEXT NOT NULL,
    field TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (owner, network, field)
) WITHOUT ROWID;

CREATE TABLE preference (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (owner, key)
) WITHOUT ROWID;

CREATE TABLE contact (
    owner TEXT NOT NULL,
    network TEXT NOT NULL,
    name TEXT NOT NULL,
    to_contact INTEGER NOT NULL,
    from_contact INTEGER NOT NULL,
    nick TEXT,
    PRIMARY KEY (owner, network, name)
) WITHOUT ROWID;

CREATE TABLE room (
    owner TEXT NOT NULL,
    network TEXT NOT NULL,
    room TEXT NOT NULL,
    nick TEXT NOT NULL,
    PRIMARY KEY (owner, network, room)
) WITHOUT ROWID;

CREATE TABLE seat (
    owner TEXT NOT NULL,
    resource TEXT NOT NULL,
    address TEXT NOT NULL,
    nick TEXT NOT NULL,
    PRIMARY KEY (owner, resource, address)
) WITHOUT ROWID;

-- at: seconds since the epoch, UTC.
CREATE TABLE archive (
    owner TEXT NOT NULL,
    network TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    at REAL NOT NULL,
    nick TEXT NOT NULL,
    body TEXT NOT NULL,
    extra TEXT NOT NULL
);
CREATE UNIQUE INDEX archive_order ON archive (owner, network, name, id);
CREATE INDEX archive_age ON archive (at);

-- xml: NULL once the XMPP server has it; the row then only keeps the key known, until `at` is old.
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    network TEXT NOT NULL,
    key TEXT NOT NULL,
    xml TEXT,
    at REAL NOT NULL,
    UNIQUE (owner, network, key)
);
CREATE INDEX inbox_waiting ON inbox (id) WHERE xml IS NOT NULL;
CREATE INDEX inbox_known ON inbox (at) WHERE xml IS NULL;

CREATE TABLE fact (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;

CREATE TABLE access (
    list TEXT NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (list, entry)
) WITHOUT ROWID;
