//! The tables `user_groups`, `user_group_members` and `user_group_connections`.

use std::collections::HashMap;

use async_trait::async_trait;
use haltere_core::{GroupName, LabelSelector, Role, Roles, UserName};
use haltere_store::{GroupMember, GroupReads, GroupRecord, GroupWrites, StoreError};
use sqlx::sqlite::SqliteRow;

use crate::many::{ROWS_AT_ONCE, insert_rows};
use crate::row::Cells;
use crate::tx::Tx;

/// The columns, in the order of [`GroupRecord`].
macro_rules! columns {
    () => {
        "name, description, role, label, narrows, created_at, updated_at"
    };
}

const LIST: &str = concat!("SELECT ", columns!(), " FROM user_groups ORDER BY name");
const FIND: &str = concat!("SELECT ", columns!(), " FROM user_groups WHERE name = $1");
const MEMBERS: &str = "SELECT group_name, user, added_by, by_sign_on FROM user_group_members \
    ORDER BY group_name, user";
const MEMBERS_OF: &str = "SELECT group_name, user, added_by, by_sign_on FROM user_group_members \
    WHERE group_name = $1 ORDER BY user";
const CONNECTIONS: &str =
    "SELECT group_name, connection FROM user_group_connections ORDER BY group_name, connection";
const CONNECTIONS_OF: &str = "SELECT group_name, connection FROM user_group_connections \
    WHERE group_name = $1 ORDER BY connection";
const OF_USER: &str =
    "SELECT group_name FROM user_group_members WHERE user = $1 ORDER BY group_name";
const ROLES_OF: &str = "SELECT DISTINCT role FROM user_groups JOIN user_group_members ON group_name = name \
    WHERE user = $1 AND narrows";
const OF_CONNECTION: &str =
    "SELECT group_name FROM user_group_connections WHERE connection = $1 ORDER BY group_name";
const INSERT: &str =
    concat!("INSERT INTO user_groups (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7)");
const UPDATE: &str = "UPDATE user_groups SET description = $2, role = $3, label = $4, narrows = $5, \
    updated_at = $6 WHERE name = $1";
const DELETE_MEMBERS: &str = "DELETE FROM user_group_members WHERE group_name = $1";
const DELETE_CONNECTIONS: &str = "DELETE FROM user_group_connections WHERE group_name = $1";
const INSERT_MEMBERS: &str =
    "INSERT INTO user_group_members (group_name, user, added_by, by_sign_on) VALUES ";
const INSERT_CONNECTIONS: &str =
    "INSERT INTO user_group_connections (group_name, connection) VALUES ";
const DELETE: &str = "DELETE FROM user_groups WHERE name = $1";

#[async_trait]
impl GroupReads for Tx {
    async fn list(&mut self) -> Result<Vec<GroupRecord>, StoreError> {
        let rows = self.rows(sqlx::query(LIST)).await?;
        let mut groups = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        self.fill(&mut groups, None).await?;
        Ok(groups)
    }

    async fn find(&mut self, name: &GroupName) -> Result<Option<GroupRecord>, StoreError> {
        let row = self.row(sqlx::query(FIND).bind(name.as_str())).await?;
        let Some(row) = row else { return Ok(None) };
        let mut group = [read(&row)?];
        self.fill(&mut group, Some(name)).await?;
        let [group] = group;
        Ok(Some(group))
    }

    async fn of_user(&mut self, user: &UserName) -> Result<Vec<GroupName>, StoreError> {
        let names = self.rows(sqlx::query(OF_USER).bind(user.as_str())).await?;
        names.iter().map(|row| name(&mut Cells::new("user_group_members", row))).collect()
    }

    async fn roles_of(&mut self, user: &UserName) -> Result<Roles, StoreError> {
        let roles = self.rows(sqlx::query(ROLES_OF).bind(user.as_str())).await?;
        let role = |row| {
            let mut cells = Cells::new("user_groups", row);
            cells.parse("role", |role: &str| role.parse::<Role>().ok())
        };
        roles.iter().map(role).collect()
    }

    async fn of_connection(&mut self, id: &str) -> Result<Vec<GroupName>, StoreError> {
        let names = self.rows(sqlx::query(OF_CONNECTION).bind(id)).await?;
        names.iter().map(|row| name(&mut Cells::new("user_group_connections", row))).collect()
    }
}

#[async_trait]
impl GroupWrites for Tx {
    async fn insert(&mut self, record: &GroupRecord) -> Result<(), StoreError> {
        let GroupRecord {
            name,
            description,
            role,
            label,
            narrows,
            members: _,
            connections: _,
            created_at,
            updated_at,
        } = record;
        let insert = sqlx::query(INSERT)
            .bind(name.as_str())
            .bind(description.as_deref())
            .bind(role.as_str())
            .bind(label.to_string())
            .bind(*narrows)
            .bind(created_at.as_millisecond())
            .bind(updated_at.as_millisecond());
        self.change(insert).await?;
        self.insert_contents(record).await
    }

    async fn update(&mut self, record: &GroupRecord) -> Result<(), StoreError> {
        let GroupRecord {
            name,
            description,
            role,
            label,
            narrows,
            members: _,
            connections: _,
            created_at: _,
            updated_at,
        } = record;
        let update = sqlx::query(UPDATE)
            .bind(name.as_str())
            .bind(description.as_deref())
            .bind(role.as_str())
            .bind(label.to_string())
            .bind(*narrows)
            .bind(updated_at.as_millisecond());
        if self.change(update).await? == 0 {
            return Err(StoreError::NotFound);
        }
        for delete in [DELETE_MEMBERS, DELETE_CONNECTIONS] {
            self.change_along(sqlx::query(delete).bind(name.as_str())).await?;
        }
        self.insert_contents(record).await
    }

    async fn add_connections(&mut self, name: &GroupName, ids: &[&str]) -> Result<(), StoreError> {
        if GroupReads::find(self, name).await?.is_none() {
            return Ok(());
        }
        self.insert_connections(name, ids.iter().copied()).await
    }

    async fn delete(&mut self, name: &GroupName) -> Result<bool, StoreError> {
        Ok(self.change(sqlx::query(DELETE).bind(name.as_str())).await? > 0)
    }
}

impl Tx {
    /// Reads members and connections of `groups`: of all groups, or of one.
    async fn fill(
        &mut self,
        groups: &mut [GroupRecord],
        only: Option<&GroupName>,
    ) -> Result<(), StoreError> {
        let (members, connections) = match only.map(GroupName::as_str) {
            Some(name) => (
                self.rows(sqlx::query(MEMBERS_OF).bind(name)).await?,
                self.rows(sqlx::query(CONNECTIONS_OF).bind(name)).await?,
            ),
            None => {
                (self.rows(sqlx::query(MEMBERS)).await?, self.rows(sqlx::query(CONNECTIONS)).await?)
            }
        };
        let mut by_name: HashMap<GroupName, &mut GroupRecord> =
            groups.iter_mut().map(|group| (group.name.clone(), group)).collect();
        for row in &members {
            let mut cells = Cells::new("user_group_members", row);
            let name = name(&mut cells)?;
            let user = cells.parse("user", |name| UserName::parse(name).ok())?;
            let (added_by, by_sign_on) = (cells.get("added_by")?, cells.get("by_sign_on")?);
            if let Some(group) = by_name.get_mut(&name) {
                group.members.push(GroupMember { user, added_by, by_sign_on });
            }
        }
        for row in &connections {
            let mut cells = Cells::new("user_group_connections", row);
            let name = name(&mut cells)?;
            let id = cells.get("connection")?;
            if let Some(group) = by_name.get_mut(&name) {
                group.connections.push(id);
            }
        }
        Ok(())
    }

    async fn insert_contents(&mut self, record: &GroupRecord) -> Result<(), StoreError> {
        let GroupRecord { name, members, connections, .. } = record;
        for members in members.chunks(ROWS_AT_ONCE) {
            let mut insert = insert_rows(INSERT_MEMBERS, 4, members.len()).query();
            for GroupMember { user, added_by, by_sign_on } in members {
                insert = insert.bind(name.as_str()).bind(user.as_str());
                insert = insert.bind(added_by.as_str()).bind(*by_sign_on);
            }
            self.change_along(insert).await?;
        }
        self.insert_connections(name, connections.iter().map(String::as_str)).await
    }

    async fn insert_connections(
        &mut self,
        name: &GroupName,
        ids: impl Iterator<Item = &str> + Send,
    ) -> Result<(), StoreError> {
        let ids: Vec<&str> = ids.collect();
        for ids in ids.chunks(ROWS_AT_ONCE) {
            let insert = insert_rows(INSERT_CONNECTIONS, 2, ids.len());
            let mut insert = insert.and(" ON CONFLICT DO NOTHING").query();
            for id in ids {
                insert = insert.bind(name.as_str()).bind(*id);
            }
            self.change_along(insert).await?;
        }
        Ok(())
    }
}

/// Without members and connections.
fn read(row: &SqliteRow) -> Result<GroupRecord, StoreError> {
    let mut cells = Cells::new("user_groups", row);
    // In the order of the columns.
    Ok(GroupRecord {
        name: name(&mut cells)?,
        description: cells.get("description")?,
        role: cells.parse("role", |role: &str| role.parse::<Role>().ok())?,
        label: cells.parse("label", |label| LabelSelector::parse(label).ok())?,
        narrows: cells.get("narrows")?,
        members: Vec::new(),
        connections: Vec::new(),
        created_at: cells.time("created_at")?,
        updated_at: cells.time("updated_at")?,
    })
}

fn name(cells: &mut Cells<'_>) -> Result<GroupName, StoreError> {
    cells.parse("name", |name| GroupName::parse(name).ok())
}
