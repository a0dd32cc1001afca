-- What a connection asks for in TLS: protocols (ALPN), and a host name other than the URL's.

ALTER TABLE connections ADD COLUMN alpn TEXT;    -- separated by spaces, the preferred one first
ALTER TABLE connections ADD COLUMN server_name TEXT;
