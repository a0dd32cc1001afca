-- The audit trail as a hash chain: each entry has a position in the chain of its writer, and a hash over its content
-- and the hash of the entry before it (haltere-store/src/audit_chain). The entries there are get theirs in code, because
-- SQL has no SHA-256.

ALTER TABLE audit ADD COLUMN changes  TEXT;       -- fields with their values before and after
ALTER TABLE audit ADD COLUMN names    TEXT;       -- entries outside the chain of its writer
ALTER TABLE audit ADD COLUMN writer   TEXT;
ALTER TABLE audit ADD COLUMN position INTEGER;
ALTER TABLE audit ADD COLUMN hash     BLOB;

-- The newest entry of each writer, and the last one that retention has removed.

CREATE TABLE audit_writers (
    id               TEXT    NOT NULL PRIMARY KEY,
    is_current       INTEGER NOT NULL CHECK (is_current IN (0, 1)),
    position         INTEGER NOT NULL,
    hash             BLOB    NOT NULL CHECK (length(hash) = 32),
    named            TEXT,                        -- what its entries have named last
    bytes            INTEGER NOT NULL,            -- about what its entries take
    removed_position INTEGER NOT NULL DEFAULT 0,
    removed_hash     BLOB    NOT NULL DEFAULT (zeroblob(32)),
    removed_sequence INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

INSERT INTO audit_writers (id, is_current, position, hash, bytes) VALUES (lower(hex(randomblob(8))), 1, 0, zeroblob(32), 0);

-- Only retention deletes: it says first up to where.

DROP TRIGGER audit_is_never_deleted;

CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
WHEN OLD.sequence > (SELECT max(removed_sequence) FROM audit_writers)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

-- Comes back once the hashes are there.

DROP TRIGGER audit_is_never_changed;

UPDATE audit SET action = 'connection.overwrite' WHERE action = 'connection.mend';
