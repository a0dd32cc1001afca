-- Second factors of users. They go with their user.

CREATE TABLE second_factors (
    user         TEXT    NOT NULL PRIMARY KEY REFERENCES users (name) ON DELETE CASCADE,
    secret       BLOB    NOT NULL,    -- sealed
    confirmed_at INTEGER,             -- until then, no code is asked for
    last_step    INTEGER NOT NULL     -- the time step of the last code that was accepted
) STRICT, WITHOUT ROWID;

-- Each of them is removed when it is used.

CREATE TABLE recovery_codes (
    user TEXT NOT NULL REFERENCES second_factors (user) ON DELETE CASCADE,
    code BLOB NOT NULL CHECK (length(code) = 32),    -- SHA-256
    PRIMARY KEY (user, code)
) STRICT, WITHOUT ROWID;

-- What users do not know yet: that an administrator has removed their second factor.

CREATE TABLE second_factor_resets (
    user     TEXT    NOT NULL PRIMARY KEY REFERENCES users (name) ON DELETE CASCADE,
    reset_at INTEGER NOT NULL,
    reset_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- What users may do depends on whether they have one, as it does on their roles. The use of a code changes nothing there.

CREATE TRIGGER second_factors_updated AFTER UPDATE OF confirmed_at ON second_factors
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER second_factors_deleted AFTER DELETE ON second_factors
BEGIN UPDATE revisions SET sessions = sessions + 1; END;
