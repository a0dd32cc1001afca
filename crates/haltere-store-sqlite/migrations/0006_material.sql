-- Certificates and keys, each kept once however many connections have it. What follows in the program moves them
-- from the table connections, whose columns hold their hashes from now on.

CREATE TABLE material (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),    -- SHA-256 of the data
    data BLOB NOT NULL                                           -- PEM; of a key, sealed
) STRICT;

ALTER TABLE connections RENAME COLUMN ca TO ca_hash;
ALTER TABLE connections RENAME COLUMN cert TO cert_hash;
ALTER TABLE connections RENAME COLUMN key TO key_hash;

ALTER TABLE revisions ADD COLUMN material_bytes INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER material_inserted AFTER INSERT ON material
BEGIN UPDATE revisions SET material_bytes = material_bytes + length(NEW.data); END;

CREATE TRIGGER material_deleted AFTER DELETE ON material
BEGIN UPDATE revisions SET material_bytes = material_bytes - length(OLD.data); END;
