-- When each connection was added and last changed, and which ones were removed, so that a process reads only what others
-- have changed. "When" is the value of revisions.connections after the change.
--
-- Removals of the last 4096 changes are kept; revisions.removals_known_since says from when on all of them are there.

ALTER TABLE connections ADD COLUMN added INTEGER NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX connections_by_change ON connections (changed);

CREATE TABLE removed_connections (
    changed INTEGER PRIMARY KEY,
    id      TEXT NOT NULL
) STRICT;

ALTER TABLE revisions ADD COLUMN removals_known_since INTEGER NOT NULL DEFAULT 0;
UPDATE revisions SET removals_known_since = connections;

DROP TRIGGER connections_inserted;
DROP TRIGGER connections_updated;
DROP TRIGGER connections_deleted;

CREATE TRIGGER connections_inserted AFTER INSERT ON connections
BEGIN
    UPDATE revisions SET connections = connections + 1, text_bytes = text_bytes + NEW.text_bytes;
    UPDATE connections SET (added, changed) = (SELECT connections, connections FROM revisions)
        WHERE sequence = NEW.sequence;
END;

-- The last statement of each trigger changes the row again, which is no change of its own.
CREATE TRIGGER connections_updated AFTER UPDATE ON connections WHEN NEW.changed = OLD.changed
BEGIN
    UPDATE revisions SET connections = connections + 1, text_bytes = text_bytes - OLD.text_bytes + NEW.text_bytes;
    UPDATE connections SET changed = (SELECT connections FROM revisions) WHERE sequence = NEW.sequence;
END;

CREATE TRIGGER connections_deleted AFTER DELETE ON connections
BEGIN
    UPDATE revisions SET connections = connections + 1, text_bytes = text_bytes - OLD.text_bytes,
        removals_known_since = max(removals_known_since, connections + 1 - 4096);
    INSERT INTO removed_connections (changed, id) SELECT connections, OLD.id FROM revisions;
    DELETE FROM removed_connections WHERE changed <= (SELECT removals_known_since FROM revisions);
END;
