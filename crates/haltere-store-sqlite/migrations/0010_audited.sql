-- Each change appends to the audit trail. With the number of the newest entry next to the other counters, one page
-- says how far the database has come, and shows an older copy.

ALTER TABLE revisions ADD COLUMN audited INTEGER NOT NULL DEFAULT 0;
UPDATE revisions SET audited = (SELECT coalesce(max(sequence), 0) FROM audit);

CREATE TRIGGER audit_appended AFTER INSERT ON audit
BEGIN UPDATE revisions SET audited = NEW.sequence; END;
