//! The table `material`: certificates and sealed keys by what is in them, each kept once.
//!
//! Triggers remove what no connection has any more.

use std::collections::{HashMap, HashSet};

use haltere_core::Pem;
use haltere_store::{ConnectionRecord, Sealed, StoreError};
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use crate::error;
use crate::many::insert_rows;
use crate::row::Cells;
use crate::tx::Tx;

const ALL: &str = "SELECT hash, data FROM material";
const FIND: &str = "SELECT hash, data FROM material WHERE hash = $1";
const LENGTH: &str = "SELECT length(data) FROM material WHERE hash = $1";
const INSERT: &str = "INSERT INTO material (hash, data) VALUES ";
const UNLESS_THERE: &str = " ON CONFLICT DO NOTHING";
/// So many pieces are looked up one by one, which is cheaper than reading all.
const FEW: usize = 32;

/// SHA-256.
pub(crate) type Hash = [u8; 32];

/// The hashes of what a connection has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Hashes {
    pub(crate) ca: Option<Hash>,
    pub(crate) cert: Option<Hash>,
    pub(crate) key: Option<Hash>,
}

/// Works out hashes, of files that many connections share once.
#[derive(Default)]
pub(crate) struct Hasher<'r> {
    known: HashMap<&'r Pem, Hash>,
    /// What has to be there, once each.
    contents: HashMap<Hash, &'r [u8]>,
}

impl<'r> Hasher<'r> {
    pub(crate) fn hashes(&mut self, record: &'r ConnectionRecord) -> Hashes {
        Hashes {
            ca: record.ca.as_ref().map(|pem| self.file(pem)),
            cert: record.cert.as_ref().map(|pem| self.file(pem)),
            key: record.key.as_ref().map(|Sealed(bytes)| self.bytes(bytes)),
        }
    }

    fn file(&mut self, pem: &'r Pem) -> Hash {
        if let Some(hash) = self.known.get(pem) {
            return *hash;
        }
        let hash = self.bytes(pem.bytes());
        self.known.insert(pem, hash);
        hash
    }

    fn bytes(&mut self, bytes: &'r [u8]) -> Hash {
        let hash = hash(bytes);
        self.contents.insert(hash, bytes);
        hash
    }
}

/// Certificates and sealed keys that were read.
#[derive(Default)]
pub(crate) struct Materials(HashMap<Hash, Pem>);

impl Materials {
    /// What has this hash. What is missing reads as empty, which nothing can be used for: without
    /// the `ca` it was given, a connection must not trust all the system's.
    pub(crate) fn get(&self, hash: Option<&[u8]>) -> Option<Pem> {
        let hash = hash?;
        let found = Hash::try_from(hash).ok().and_then(|hash| self.0.get(&hash).cloned());
        Some(found.unwrap_or_else(|| Pem::new(Vec::new())))
    }
}

impl Tx {
    /// What connections with these hashes have.
    pub(crate) async fn materials(
        &mut self,
        rows: &[SqliteRow],
        columns: [usize; 3],
    ) -> Result<Materials, StoreError> {
        let cells = rows.iter().flat_map(|row| columns.map(|column| (row, column)));
        let hashes: HashSet<Vec<u8>> = cells
            .filter_map(|(row, column)| row.try_get_unchecked::<Option<Vec<u8>>, _>(column).ok()?)
            .collect();
        let mut found = Materials::default();
        if hashes.len() <= FEW {
            for hash in &hashes {
                let row = self.row(sqlx::query(FIND).bind(hash.as_slice())).await?;
                found.0.extend(row.as_ref().map(read).transpose()?);
            }
        } else {
            for row in self.rows(sqlx::query(ALL)).await? {
                found.0.extend([read(&row)?]);
            }
        }
        Ok(found)
    }

    /// Keeps what connections have that were just written, in the same change.
    pub(crate) async fn keep(&mut self, hasher: Hasher<'_>) -> Result<(), StoreError> {
        let insert = || insert_rows(INSERT, 2, 1).and(UNLESS_THERE);
        for (hash, content) in hasher.contents {
            let statement = insert().query().bind(hash.to_vec()).bind(content.to_vec());
            self.change_along(statement).await?;
        }
        Ok(())
    }

    pub(crate) async fn bytes_missing(&mut self, contents: &[&[u8]]) -> Result<u64, StoreError> {
        let distinct: HashMap<Hash, usize> =
            contents.iter().map(|content| (hash(content), content.len())).collect();
        let mut missing = 0;
        for (hash, length) in distinct {
            if self.row(sqlx::query(LENGTH).bind(hash.to_vec())).await?.is_none() {
                missing += length as u64;
            }
        }
        Ok(missing)
    }
}

fn read(row: &SqliteRow) -> Result<(Hash, Pem), StoreError> {
    let mut cells = Cells::new("material", row);
    let hash = cells.parse("hash", |hash: Vec<u8>| Hash::try_from(hash).ok())?;
    Ok((hash, Pem::new(cells.get::<Vec<u8>>("data")?)))
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Moves the certificates and keys that earlier versions stored in the table `connections`, row by row: they
/// may be larger than memory.
pub(crate) async fn move_in(tx: &mut Transaction<'static, Sqlite>) -> Result<(), StoreError> {
    const ROWS: &str = "SELECT sequence FROM connections ORDER BY sequence";
    const COLUMNS: [(&str, &str); 3] = [
        (
            "SELECT ca_hash FROM connections WHERE sequence = $1",
            "UPDATE connections SET ca_hash = $2 WHERE sequence = $1",
        ),
        (
            "SELECT cert_hash FROM connections WHERE sequence = $1",
            "UPDATE connections SET cert_hash = $2 WHERE sequence = $1",
        ),
        (
            "SELECT key_hash FROM connections WHERE sequence = $1",
            "UPDATE connections SET key_hash = $2 WHERE sequence = $1",
        ),
    ];
    const INSERT_ONE: &str =
        "INSERT INTO material (hash, data) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let rows: Vec<i64> =
        sqlx::query_scalar(ROWS).fetch_all(&mut **tx).await.map_err(error::store)?;
    for row in rows {
        for (read, write) in COLUMNS {
            let content: Option<Vec<u8>> = sqlx::query_scalar(read)
                .bind(row)
                .fetch_one(&mut **tx)
                .await
                .map_err(error::store)?;
            let Some(content) = content else { continue };
            let hash = hash(&content).to_vec();
            let insert = sqlx::query(INSERT_ONE).bind(hash.clone()).bind(content);
            insert.execute(&mut **tx).await.map_err(error::store)?;
            let update = sqlx::query(write).bind(row).bind(hash);
            update.execute(&mut **tx).await.map_err(error::store)?;
        }
    }
    Ok(())
}
