-- Whether single sign-on has disabled the user, for lack of a role; a login with a role enables them again.

ALTER TABLE identities ADD COLUMN lacks_role INTEGER NOT NULL DEFAULT 0 CHECK (lacks_role IN (0, 1));
