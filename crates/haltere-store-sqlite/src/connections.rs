//! The table `connections`.

use async_trait::async_trait;
use haltere_core::{ConnectionId, Intent, Revision, Timestamp};
use haltere_store::{
    ClientIdUse, Conflicts, ConnectionChanges, ConnectionKey, ConnectionReads, ConnectionRecord,
    ConnectionWrites, HeldBytes, Inserted, Sealed, StoreError,
};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error;
use crate::many::{ROWS_AT_ONCE, insert_rows};
use crate::material::{Hasher, Hashes, Materials};
use crate::row::Cells;
use crate::tx::{Statement, Tx};

/// The columns, in the order [`read`] reads and [`bind`] binds them.
macro_rules! columns {
    () => {
        "id, name, url, username, password, client_id, reject_unauthorized, ca_hash, cert_hash, key_hash, \
         no_metrics_mode, ca_file, cert_file, key_file, alpn, server_name, labels, intent, revision, \
         created_at, updated_at"
    };
}

const LIST: &str = concat!("SELECT ", columns!(), " FROM connections ORDER BY sequence");
const FIND: &str = concat!("SELECT ", columns!(), " FROM connections WHERE id = $1");
/// With no id the first condition never matches: comparing with NULL is never true.
const FIND_CONFLICTS: &str =
    concat!("SELECT ", columns!(), " FROM connections WHERE id = $1 OR name = $2");
/// Kept up to date by triggers.
const HELD: &str = "SELECT material_bytes, text_bytes FROM revisions";
const LIST_KEYS: &str = "SELECT id, name FROM connections ORDER BY sequence";
const LIST_CHANGED_AFTER: &str =
    "SELECT id FROM connections WHERE updated_at > $1 ORDER BY sequence";
/// Whether everything since $1 is known. The columns `added` and `changed` and the table `removed_connections` are
/// kept up to date by triggers.
const KNOWS_SINCE: &str =
    "SELECT removals_known_since <= $1 AND $1 <= connections AS knows FROM revisions";
const REMOVED_SINCE: &str = "SELECT DISTINCT id FROM removed_connections WHERE changed > $1";
const CHANGED_SINCE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM connections WHERE changed > $1 AND added <= $1 ORDER BY sequence"
);
const ADDED_SINCE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM connections WHERE changed > $1 AND added > $1 ORDER BY sequence"
);
macro_rules! client_ids {
    ($which:literal) => {
        concat!(
            "SELECT id, name, url, client_id, server_name FROM connections ",
            $which,
            " ORDER BY sequence"
        )
    };
}
const LIST_CLIENT_IDS: &str = client_ids!("");
/// Reads the index of client ids given by hand.
const FIND_CLIENT_ID: &str = client_ids!("WHERE client_id = $1");
const INSERT: &str = concat!("INSERT INTO connections (", columns!(), ") VALUES ");
/// How many columns that are.
const COLUMNS: usize = 21;
/// The positions of the hashes of certificates and keys among them.
const HASHES: [usize; 3] = [7, 8, 9];
/// Behind an `INSERT`. The count includes the new row; the bytes do not yet, because triggers run later.
const UNLESS_TAKEN: &str = " ON CONFLICT DO NOTHING RETURNING (SELECT count(*) FROM connections), \
    (SELECT material_bytes FROM revisions), (SELECT text_bytes FROM revisions), \
    EXISTS (SELECT 1 FROM connections AS other WHERE other.client_id = ? AND other.id <> connections.id)";
/// `created_at`, $20, stays as it is.
const UPDATE: &str = "UPDATE connections SET name = $2, url = $3, username = $4, password = $5, \
    client_id = $6, reject_unauthorized = $7, ca_hash = $8, cert_hash = $9, \
    key_hash = $10, no_metrics_mode = $11, ca_file = $12, cert_file = $13, key_file = $14, alpn = $15, \
    server_name = $16, labels = $17, intent = $18, revision = $19, updated_at = $21 WHERE id = $1";
const DELETE: &str = "DELETE FROM connections WHERE id = $1";

#[async_trait]
impl ConnectionReads for Tx {
    async fn list(&mut self) -> Result<Vec<ConnectionRecord>, StoreError> {
        let rows = self.rows(sqlx::query(LIST)).await?;
        self.read_all(&rows).await
    }

    async fn find(&mut self, id: &ConnectionId) -> Result<Option<ConnectionRecord>, StoreError> {
        let rows = self.rows(sqlx::query(FIND).bind(id.as_str())).await?;
        Ok(self.read_all(&rows).await?.pop())
    }

    async fn find_conflicts(
        &mut self,
        id: Option<&ConnectionId>,
        name: &str,
    ) -> Result<Conflicts, StoreError> {
        let id = id.map(ConnectionId::as_str);
        let rows = self.rows(sqlx::query(FIND_CONFLICTS).bind(id).bind(name)).await?;
        let mut conflicts = Conflicts { by_id: None, by_name: None };
        for record in self.read_all(&rows).await? {
            if id == Some(record.id.as_str()) {
                conflicts.by_id = Some(record.clone());
            }
            if record.name == name {
                conflicts.by_name = Some(record);
            }
        }
        Ok(conflicts)
    }

    async fn held_bytes(&mut self) -> Result<HeldBytes, StoreError> {
        let Some(row) = self.row(sqlx::query(HELD)).await? else { return Ok(HeldBytes::default()) };
        read_held(&row, 0)
    }

    async fn missing_material_bytes(&mut self, contents: &[&[u8]]) -> Result<u64, StoreError> {
        self.bytes_missing(contents).await
    }

    async fn list_keys(&mut self) -> Result<Vec<ConnectionKey>, StoreError> {
        self.rows(sqlx::query(LIST_KEYS)).await?.iter().map(read_key).collect()
    }

    async fn list_changed_after(&mut self, at: Timestamp) -> Result<Vec<String>, StoreError> {
        let list = sqlx::query(LIST_CHANGED_AFTER).bind(at.as_millisecond());
        let rows = self.rows(list).await?;
        let id = |row| Cells::new("connections", row).lenient_text("id");
        Ok(rows.iter().map(id).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    async fn changed_since(
        &mut self,
        counter: i64,
    ) -> Result<Option<ConnectionChanges>, StoreError> {
        let knows = self.row(sqlx::query(KNOWS_SINCE).bind(counter)).await?;
        let knows = knows.ok_or(StoreError::NotFound)?;
        if !Cells::new("revisions", &knows).get::<bool>("knows")? {
            return Ok(None);
        }
        let removed = self.rows(sqlx::query(REMOVED_SINCE).bind(counter)).await?;
        let id = |row| Cells::new("removed_connections", row).lenient_text("id");
        let removed = removed.iter().map(id).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(ConnectionChanges {
            removed: removed.into_iter().flatten().collect(),
            changed: self.select(CHANGED_SINCE, counter).await?,
            added: self.select(ADDED_SINCE, counter).await?,
        }))
    }

    async fn list_client_ids(&mut self) -> Result<Vec<ClientIdUse>, StoreError> {
        self.rows(sqlx::query(LIST_CLIENT_IDS)).await?.iter().map(read_client_id).collect()
    }

    async fn find_client_id(&mut self, client_id: &str) -> Result<Vec<ClientIdUse>, StoreError> {
        let rows = self.rows(sqlx::query(FIND_CLIENT_ID).bind(client_id)).await?;
        rows.iter().map(read_client_id).collect()
    }
}

#[async_trait]
impl ConnectionWrites for Tx {
    async fn insert(
        &mut self,
        record: &ConnectionRecord,
        client_id: &str,
    ) -> Result<Option<Inserted>, StoreError> {
        let insert = insert_rows(INSERT, COLUMNS, 1).and(UNLESS_TAKEN);
        let mut hasher = Hasher::default();
        let statement = bind(insert.query(), record, hasher.hashes(record))?.bind(client_id);
        let Some(row) = self.execute_returning(statement).await? else { return Ok(None) };
        self.keep(hasher).await?;
        read_inserted(&row).map(Some)
    }

    async fn insert_many(&mut self, records: &[ConnectionRecord]) -> Result<(), StoreError> {
        for records in records.chunks(ROWS_AT_ONCE) {
            let sql = insert_rows(INSERT, COLUMNS, records.len());
            let mut hasher = Hasher::default();
            let mut statement = sql.query();
            for record in records {
                statement = bind(statement, record, hasher.hashes(record))?;
            }
            self.change(statement).await?;
            self.keep(hasher).await?;
        }
        Ok(())
    }

    async fn update(&mut self, record: &ConnectionRecord) -> Result<(), StoreError> {
        let mut hasher = Hasher::default();
        let statement = bind(sqlx::query(UPDATE), record, hasher.hashes(record))?;
        match self.change(statement).await? {
            0 => Err(StoreError::NotFound),
            _ => self.keep(hasher).await,
        }
    }

    async fn delete(&mut self, id: &ConnectionId) -> Result<bool, StoreError> {
        Ok(self.change(sqlx::query(DELETE).bind(id.as_str())).await? > 0)
    }
}

impl Tx {
    async fn select(
        &mut self,
        sql: &'static str,
        counter: i64,
    ) -> Result<Vec<ConnectionRecord>, StoreError> {
        let rows = self.rows(sqlx::query(sql).bind(counter)).await?;
        self.read_all(&rows).await
    }

    /// Whole rows, with the certificates and keys they mean.
    async fn read_all(&mut self, rows: &[SqliteRow]) -> Result<Vec<ConnectionRecord>, StoreError> {
        let materials = self.materials(rows, HASHES).await?;
        rows.iter().map(|row| read(row, &materials)).collect()
    }
}

fn read_inserted(row: &SqliteRow) -> Result<Inserted, StoreError> {
    Ok(Inserted {
        connections: read_number(row, 0)?,
        held_before: read_held(row, 1)?,
        client_id_in_use: row.try_get(3).map_err(error::backend)?,
    })
}

/// From two columns, the first of which is `at`.
fn read_held(row: &SqliteRow, at: usize) -> Result<HeldBytes, StoreError> {
    Ok(HeldBytes { material: read_number(row, at)?, texts: read_number(row, at + 1)? })
}

fn read_number(row: &SqliteRow, at: usize) -> Result<u64, StoreError> {
    let number: i64 = row.try_get(at).map_err(error::backend)?;
    Ok(u64::try_from(number).unwrap_or(0))
}

fn read_key(row: &SqliteRow) -> Result<ConnectionKey, StoreError> {
    let mut cells = Cells::new("connections", row);
    Ok(ConnectionKey {
        id: cells.lenient_text("id")?.unwrap_or_default(),
        name: cells.lenient_text("name")?.unwrap_or_default(),
    })
}

fn read_client_id(row: &SqliteRow) -> Result<ClientIdUse, StoreError> {
    let mut cells = Cells::new("connections", row);
    Ok(ClientIdUse {
        id: cells.lenient_text("id")?.unwrap_or_default(),
        name: cells.lenient_text("name")?.unwrap_or_default(),
        url: cells.lenient_text("url")?.unwrap_or_default(),
        client_id: cells.lenient_text("client_id")?,
        server_name: cells.lenient_text("server_name")?,
    })
}

fn read(row: &SqliteRow, materials: &Materials) -> Result<ConnectionRecord, StoreError> {
    let mut cells = Cells::new("connections", row);
    // Evaluated in the order it is written, which is that of the columns.
    Ok(ConnectionRecord {
        id: cells.lenient_text("id")?.unwrap_or_default(),
        name: cells.lenient_text("name")?.unwrap_or_default(),
        url: cells.lenient_text("url")?.unwrap_or_default(),
        username: cells.lenient_text("username")?,
        password: cells.get::<Option<_>>("password")?.map(Sealed),
        client_id: cells.lenient_text("client_id")?,
        reject_unauthorized: cells.get("reject_unauthorized")?,
        ca: materials.get(cells.get("ca_hash")?),
        cert: materials.get(cells.get("cert_hash")?),
        key: materials.get(cells.get("key_hash")?).map(|key| Sealed(key.bytes().to_vec())),
        no_metrics_mode: cells.get("no_metrics_mode")?,
        ca_file: cells.lenient_text("ca_file")?,
        cert_file: cells.lenient_text("cert_file")?,
        key_file: cells.lenient_text("key_file")?,
        alpn: cells.lenient_text("alpn")?,
        server_name: cells.lenient_text("server_name")?,
        labels: cells.lenient_text("labels")?,
        intent: cells.parse("intent", intent_from_text)?,
        revision: cells
            .parse("revision", |revision: i64| u64::try_from(revision).ok().map(Revision))?,
        created_at: cells.time("created_at")?,
        updated_at: cells.time("updated_at")?,
    })
}

fn bind<'q>(
    statement: Statement<'q>,
    record: &'q ConnectionRecord,
    hashes: Hashes,
) -> Result<Statement<'q>, StoreError> {
    // Without `..`, so that a new field doesn't compile until it is kept.
    let ConnectionRecord {
        id,
        name,
        url,
        username,
        password,
        client_id,
        reject_unauthorized,
        ca: _,
        cert: _,
        key: _,
        no_metrics_mode,
        ca_file,
        cert_file,
        key_file,
        alpn,
        server_name,
        labels,
        intent,
        revision,
        created_at,
        updated_at,
    } = record;
    Ok(statement
        .bind(id.as_str())
        .bind(name.as_str())
        .bind(url.as_str())
        .bind(username.as_deref())
        .bind(password.as_ref().map(|sealed| sealed.0.as_slice()))
        .bind(client_id.as_deref())
        .bind(*reject_unauthorized)
        .bind(hashes.ca.map(Vec::from))
        .bind(hashes.cert.map(Vec::from))
        .bind(hashes.key.map(Vec::from))
        .bind(*no_metrics_mode)
        .bind(ca_file.as_deref())
        .bind(cert_file.as_deref())
        .bind(key_file.as_deref())
        .bind(alpn.as_deref())
        .bind(server_name.as_deref())
        .bind(labels.as_deref())
        .bind(intent_to_text(*intent))
        .bind(i64::try_from(revision.0).map_err(error::backend)?)
        .bind(created_at.as_millisecond())
        .bind(updated_at.as_millisecond()))
}

const fn intent_to_text(intent: Intent) -> &'static str {
    match intent {
        Intent::Connected => "connected",
        Intent::Disconnected => "disconnected",
    }
}

fn intent_from_text(text: &str) -> Option<Intent> {
    [Intent::Connected, Intent::Disconnected]
        .into_iter()
        .find(|intent| intent_to_text(*intent) == text)
}
