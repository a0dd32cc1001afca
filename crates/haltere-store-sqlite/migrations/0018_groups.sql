-- Groups of users, and the connections that they are about. Members and connections go with their user and connection.

CREATE TABLE user_groups (
    name        TEXT    NOT NULL PRIMARY KEY,
    description TEXT,
    role        TEXT    NOT NULL,
    label       TEXT    NOT NULL,    -- a selector of labels, as in ?label=; empty: none
    narrows     INTEGER NOT NULL CHECK (narrows IN (0, 1)),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE user_group_members (
    group_name TEXT NOT NULL REFERENCES user_groups (name) ON DELETE CASCADE,
    user       TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    added_by   TEXT NOT NULL,
    PRIMARY KEY (group_name, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_group_members_by_user ON user_group_members (user);

CREATE TABLE user_group_connections (
    group_name TEXT NOT NULL REFERENCES user_groups (name) ON DELETE CASCADE,
    connection TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    PRIMARY KEY (group_name, connection)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_group_connections_by_connection ON user_group_connections (connection);

-- What users may see is compared when this counter moves, as their roles are.

CREATE TRIGGER user_groups_inserted AFTER INSERT ON user_groups
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER user_groups_updated AFTER UPDATE ON user_groups
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER user_groups_deleted AFTER DELETE ON user_groups
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER user_group_members_inserted AFTER INSERT ON user_group_members
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER user_group_members_deleted AFTER DELETE ON user_group_members
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER user_group_connections_inserted AFTER INSERT ON user_group_connections
BEGIN UPDATE revisions SET sessions = sessions + 1; END;

CREATE TRIGGER user_group_connections_deleted AFTER DELETE ON user_group_connections
BEGIN UPDATE revisions SET sessions = sessions + 1; END;
