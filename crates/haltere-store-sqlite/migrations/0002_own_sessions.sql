-- Whether a user's password is still the one that the first start generated.

ALTER TABLE users ADD COLUMN initial_password INTEGER NOT NULL DEFAULT 0 CHECK (initial_password IN (0, 1));

-- Sessions get a handle, under which their owner sees and ends them, and remember from where they began.
-- SQLite can't add a unique column, so the table is created again.

CREATE TABLE new_sessions (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 32),    -- SHA-256 of the token
    handle       BLOB    NOT NULL UNIQUE CHECK (length(handle) = 16),     -- random, not secret
    user         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    address      TEXT,
    user_agent   TEXT
) STRICT, WITHOUT ROWID;

INSERT INTO new_sessions (id, handle, user, created_at, last_used_at, expires_at)
SELECT id, randomblob(16), user, created_at, last_used_at, expires_at FROM sessions;

DROP TABLE sessions;
ALTER TABLE new_sessions RENAME TO sessions;

CREATE INDEX sessions_by_user ON sessions (user);

CREATE TRIGGER sessions_deleted AFTER DELETE ON sessions
BEGIN UPDATE revisions SET sessions = sessions + 1; END;
