-- The only actions that a token may do: their names, separated by commas. NULL for all.

ALTER TABLE tokens ADD COLUMN actions TEXT;
