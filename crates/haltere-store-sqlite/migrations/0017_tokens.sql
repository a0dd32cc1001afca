-- Application tokens. Only the SHA-256 of a secret is stored.

CREATE TABLE tokens (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    name         TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    owner        TEXT    NOT NULL,               -- the user for whom it acts
    role         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    read_only    INTEGER NOT NULL CHECK (read_only IN (0, 1)),
    connections  TEXT,                           -- ids, one per line
    labels       TEXT,                           -- a selector
    networks     TEXT                            -- separated by commas
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX tokens_by_name ON tokens (name);
CREATE INDEX tokens_by_owner ON tokens (owner);

-- Tokens are kept in memory as sessions are, and read again with them. A use changes nothing there.

CREATE TRIGGER tokens_inserted AFTER INSERT ON tokens
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER tokens_deleted AFTER DELETE ON tokens
BEGIN UPDATE revisions SET sessions = sessions + 1; END;
