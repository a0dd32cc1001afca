-- What no connection has any more goes with the last one.

CREATE INDEX connections_by_ca ON connections (ca_hash) WHERE ca_hash IS NOT NULL;
CREATE INDEX connections_by_cert ON connections (cert_hash) WHERE cert_hash IS NOT NULL;
CREATE INDEX connections_by_key ON connections (key_hash) WHERE key_hash IS NOT NULL;

CREATE TRIGGER connections_let_go AFTER UPDATE OF ca_hash, cert_hash, key_hash ON connections
WHEN OLD.ca_hash IS NOT NEW.ca_hash OR OLD.cert_hash IS NOT NEW.cert_hash OR OLD.key_hash IS NOT NEW.key_hash
BEGIN
    DELETE FROM material WHERE hash IN (OLD.ca_hash, OLD.cert_hash, OLD.key_hash)
        AND NOT EXISTS (SELECT 1 FROM connections WHERE ca_hash = material.hash)
        AND NOT EXISTS (SELECT 1 FROM connections WHERE cert_hash = material.hash)
        AND NOT EXISTS (SELECT 1 FROM connections WHERE key_hash = material.hash);
END;

CREATE TRIGGER connections_gone AFTER DELETE ON connections
BEGIN
    DELETE FROM material WHERE hash IN (OLD.ca_hash, OLD.cert_hash, OLD.key_hash)
        AND NOT EXISTS (SELECT 1 FROM connections WHERE ca_hash = material.hash)
        AND NOT EXISTS (SELECT 1 FROM connections WHERE cert_hash = material.hash)
        AND NOT EXISTS (SELECT 1 FROM connections WHERE key_hash = material.hash);
END;
