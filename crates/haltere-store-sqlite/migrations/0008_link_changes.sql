-- How links fared, written in batches. Of each connection the newest lines are kept; nothing is decided by them.

CREATE TABLE link_changes (
    sequence    INTEGER PRIMARY KEY,
    connection  INTEGER NOT NULL REFERENCES connections (sequence) ON DELETE CASCADE,
    at          INTEGER NOT NULL,    -- when it was observed
    since       INTEGER NOT NULL,    -- since when it is so, at least
    since_known INTEGER NOT NULL CHECK (since_known IN (0, 1)),    -- whether it is since then
    state       TEXT    NOT NULL,
    stage       TEXT,                -- from here on: why the link was not up
    code        TEXT,
    errno       INTEGER,
    syscall     TEXT,
    address     TEXT,
    port        INTEGER,
    message     TEXT
) STRICT;

CREATE INDEX link_changes_by_connection ON link_changes (connection);
