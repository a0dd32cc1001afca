-- Whether a membership came with a login with single sign-on, and goes with a later one.

ALTER TABLE user_group_members
    ADD COLUMN by_sign_on INTEGER NOT NULL DEFAULT 0 CHECK (by_sign_on IN (0, 1));
