-- How users want to see the console: a value by each name, as the API has written it. They go with their user.

CREATE TABLE preferences (
    user  TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user, name)
) STRICT, WITHOUT ROWID;
