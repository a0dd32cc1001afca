-- Times are whole milliseconds since 1970, UTC.
-- Texts compare byte by byte (SQLite's BINARY collation), so uniqueness is case-sensitive.

CREATE TABLE connections (
    sequence            INTEGER PRIMARY KEY,    -- the order of creation
    id                  TEXT    NOT NULL UNIQUE,
    name                TEXT    NOT NULL UNIQUE,
    url                 TEXT    NOT NULL,
    username            TEXT,
    password            BLOB,                   -- sealed
    client_id           TEXT,
    reject_unauthorized INTEGER CHECK (reject_unauthorized IN (0, 1)),
    ca                  BLOB,                   -- PEM
    cert                BLOB,                   -- PEM
    key                 BLOB,                   -- PEM, sealed
    no_metrics_mode     INTEGER CHECK (no_metrics_mode IN (0, 1)),
    ca_file             TEXT,
    cert_file           TEXT,
    key_file            TEXT,
    intent              TEXT    NOT NULL CHECK (intent IN ('connected', 'disconnected')),
    revision            INTEGER NOT NULL CHECK (revision > 0),
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    name          TEXT    NOT NULL PRIMARY KEY,
    password_hash TEXT    NOT NULL,
    roles         TEXT    NOT NULL CHECK (roles <> ''),    -- names, separated by commas
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 32),    -- SHA-256 of the token
    user         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_user ON sessions (user);

CREATE TABLE plugins (
    id      TEXT    NOT NULL PRIMARY KEY,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The audit trail: append-only, in a SQLite shell, too.

CREATE TABLE audit (
    sequence   INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    address    TEXT,
    request_id TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    object     TEXT    NOT NULL,
    outcome    TEXT    NOT NULL,
    detail     TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_actor ON audit (actor, sequence);
CREATE INDEX audit_by_object ON audit (object, sequence);

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

-- One row of counters. Triggers move them, so that no change, by whomever, goes unnoticed.

CREATE TABLE revisions (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    connections INTEGER NOT NULL,
    sessions    INTEGER NOT NULL,
    plugins     INTEGER NOT NULL
) STRICT;

INSERT INTO revisions (only_row, connections, sessions, plugins) VALUES (1, 0, 0, 0);

CREATE TRIGGER connections_inserted AFTER INSERT ON connections
BEGIN UPDATE revisions SET connections = connections + 1; END;

CREATE TRIGGER connections_updated AFTER UPDATE ON connections
BEGIN UPDATE revisions SET connections = connections + 1; END;

CREATE TRIGGER connections_deleted AFTER DELETE ON connections
BEGIN UPDATE revisions SET connections = connections + 1; END;

CREATE TRIGGER users_updated AFTER UPDATE ON users
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER users_deleted AFTER DELETE ON users
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER sessions_deleted AFTER DELETE ON sessions
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER plugins_inserted AFTER INSERT ON plugins
BEGIN UPDATE revisions SET plugins = plugins + 1; END;

CREATE TRIGGER plugins_updated AFTER UPDATE ON plugins
BEGIN UPDATE revisions SET plugins = plugins + 1; END;
