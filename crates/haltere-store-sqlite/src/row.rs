//! Reads a row cell by cell, and names an invalid cell.

use haltere_core::Timestamp;
use haltere_store::StoreError;
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Decode, Row as _};

/// The cells of a row, from left to right. The first cell is the row's key.
pub(crate) struct Cells<'r> {
    table: &'static str,
    row: &'r SqliteRow,
    next: usize,
}

impl<'r> Cells<'r> {
    pub(crate) fn new(table: &'static str, row: &'r SqliteRow) -> Self {
        Self { table, row, next: 0 }
    }

    /// The next cell, as what SQLite's types are in Rust.
    pub(crate) fn get<T: Decode<'r, Sqlite>>(
        &mut self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        // Unchecked, because the tables are STRICT: what is left to go wrong is NULL and UTF-8.
        self.row.try_get_unchecked(index).map_err(|_| self.corrupt(column))
    }

    /// The next cell, read by `parse`; what it refuses is corrupt.
    pub(crate) fn parse<T: Decode<'r, Sqlite>, U>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(T) -> Option<U>,
    ) -> Result<U, StoreError> {
        let value = self.get(column)?;
        parse(value).ok_or_else(|| self.corrupt(column))
    }

    /// The next cell, a point in time.
    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.parse(column, |millis| Timestamp::from_millisecond(millis).ok())
    }

    /// The next cell, a text that may hold anything, and nothing at all.
    pub(crate) fn lenient_text(
        &mut self,
        column: &'static str,
    ) -> Result<Option<String>, StoreError> {
        let bytes: Option<&[u8]> = self.get(column)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
    }

    fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt { table: self.table, column, row: self.key() }
    }

    fn key(&self) -> String {
        let bytes: &[u8] = self.row.try_get_unchecked(0).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => hex(bytes),
        }
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hex_digit).collect()
}

fn hex_digit(nibble: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(nibble)])
}
