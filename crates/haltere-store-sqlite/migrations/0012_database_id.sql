-- Distinguishes this database from others that are written over its file. On the page that counts the changes.

ALTER TABLE revisions ADD COLUMN database_id BLOB;
UPDATE revisions SET database_id = randomblob(16);
