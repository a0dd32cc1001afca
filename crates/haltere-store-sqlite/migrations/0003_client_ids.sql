-- A change of a connection with a client id of its own asks who else has that.

CREATE INDEX connections_by_client_id ON connections (client_id) WHERE client_id IS NOT NULL;
