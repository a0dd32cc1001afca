-- Labels of connections. They count as text: text_bytes, which can't be changed, is made again with them.

DROP TRIGGER connections_inserted;
DROP TRIGGER connections_updated;
DROP TRIGGER connections_deleted;

ALTER TABLE connections DROP COLUMN text_bytes;
ALTER TABLE connections ADD COLUMN labels TEXT;    -- key=value, separated by commas, sorted by key
ALTER TABLE connections ADD COLUMN text_bytes INTEGER GENERATED ALWAYS AS (
    length(CAST(id AS BLOB)) + length(CAST(name AS BLOB)) + length(CAST(url AS BLOB))
    + coalesce(length(CAST(username AS BLOB)), 0) + coalesce(length(password), 0)
    + coalesce(length(CAST(client_id AS BLOB)), 0)
    + coalesce(length(CAST(ca_file AS BLOB)), 0) + coalesce(length(CAST(cert_file AS BLOB)), 0)
    + coalesce(length(CAST(key_file AS BLOB)), 0)
    + coalesce(length(CAST(alpn AS BLOB)), 0) + coalesce(length(CAST(server_name AS BLOB)), 0)
    + coalesce(length(CAST(labels AS BLOB)), 0)
) VIRTUAL;

-- As before: they mean the new column now.
CREATE TRIGGER connections_inserted AFTER INSERT ON connections
BEGIN
    UPDATE revisions SET connections = connections + 1, text_bytes = text_bytes + NEW.text_bytes;
    UPDATE connections SET (added, changed) = (SELECT connections, connections FROM revisions)
        WHERE sequence = NEW.sequence;
END;

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
