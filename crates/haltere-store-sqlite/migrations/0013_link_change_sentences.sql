-- The sentences of a message as keys with parameters, for texts in other languages: a line each, of a key and parameters
-- (name=value) separated by tabs. NULL where only the text is known, as in all older rows.

ALTER TABLE link_changes ADD COLUMN sentences TEXT;
