-- Users can be disabled, can have to change their password, and can be invited by a link.

ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1));
ALTER TABLE users ADD COLUMN must_change_password INTEGER NOT NULL DEFAULT 0 CHECK (must_change_password IN (0, 1));
ALTER TABLE users ADD COLUMN last_login_at INTEGER;
ALTER TABLE users ADD COLUMN invitation BLOB CHECK (length(invitation) = 32);    -- SHA-256 of its token
ALTER TABLE users ADD COLUMN invitation_expires_at INTEGER;
-- A user without a password has an empty hash: a password can't match it.

CREATE UNIQUE INDEX users_by_invitation ON users (invitation);

-- As before, but for last_login_at and the invitation, which concern no session.
DROP TRIGGER users_updated;

CREATE TRIGGER users_updated AFTER UPDATE OF password_hash, initial_password, roles, disabled, must_change_password, updated_at ON users
BEGIN UPDATE revisions SET sessions = sessions + 1; END;
