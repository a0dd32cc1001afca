-- How many bytes the texts of all connections take, apart from material_bytes. length() of a text counts characters.

ALTER TABLE connections ADD COLUMN text_bytes INTEGER GENERATED ALWAYS AS (
    length(CAST(id AS BLOB)) + length(CAST(name AS BLOB)) + length(CAST(url AS BLOB))
    + coalesce(length(CAST(username AS BLOB)), 0) + coalesce(length(password), 0)
    + coalesce(length(CAST(client_id AS BLOB)), 0)
    + coalesce(length(CAST(ca_file AS BLOB)), 0) + coalesce(length(CAST(cert_file AS BLOB)), 0)
    + coalesce(length(CAST(key_file AS BLOB)), 0)
    + coalesce(length(CAST(alpn AS BLOB)), 0) + coalesce(length(CAST(server_name AS BLOB)), 0)
) VIRTUAL;

ALTER TABLE revisions ADD COLUMN text_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE revisions SET text_bytes = (SELECT coalesce(sum(text_bytes), 0) FROM connections);

DROP TRIGGER connections_inserted;
DROP TRIGGER connections_updated;
DROP TRIGGER connections_deleted;

CREATE TRIGGER connections_inserted AFTER INSERT ON connections
BEGIN UPDATE revisions SET connections = connections + 1, text_bytes = text_bytes + NEW.text_bytes; END;

CREATE TRIGGER connections_updated AFTER UPDATE ON connections
BEGIN UPDATE revisions SET connections = connections + 1, text_bytes = text_bytes - OLD.text_bytes + NEW.text_bytes; END;

CREATE TRIGGER connections_deleted AFTER DELETE ON connections
BEGIN UPDATE revisions SET connections = connections + 1, text_bytes = text_bytes - OLD.text_bytes; END;
