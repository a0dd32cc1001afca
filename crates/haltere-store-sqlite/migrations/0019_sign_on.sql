-- Single sign-on. Nothing here is a secret, and no token of the provider is kept.

CREATE TABLE identities (
    user    TEXT NOT NULL PRIMARY KEY REFERENCES users (name) ON DELETE CASCADE,
    issuer  TEXT NOT NULL,
    subject TEXT NOT NULL,
    UNIQUE (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE signed_on_sessions (
    session          BLOB NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    issuer           TEXT NOT NULL,
    subject          TEXT NOT NULL,
    provider_session TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX signed_on_sessions_by_subject ON signed_on_sessions (subject);
CREATE INDEX signed_on_sessions_by_provider_session ON signed_on_sessions (provider_session);

-- The users who may log in with their password even where local login is off. Only the command line writes it.

CREATE TABLE break_glass (
    user TEXT NOT NULL PRIMARY KEY REFERENCES users (name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
