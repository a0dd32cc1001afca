//! Inserting many rows with one statement.
//!
//! A statement per row costs more than inserting the row. Values are bound, not written into the statement, so blobs are
//! passed as bytes; `json_each` would need them as text in JSON.

use std::iter;

use sqlx::AssertSqlSafe;

use crate::tx::Statement;

/// The most rows of one statement: few enough for the memory of their certificates and for SQLite's limit of 32,766
/// parameters, many enough that the cost of a statement does not matter.
pub(crate) const ROWS_AT_ONCE: usize = 200;

/// The longest statement that stays prepared: a change with what it is audited as.
const FEW_ROWS: usize = 4;

/// The text of an `INSERT`.
pub(crate) struct Insert {
    sql: String,
    rows: usize,
}

/// Completes `INSERT INTO … VALUES ` with a placeholder per value, for `rows` rows.
pub(crate) fn insert_rows(head: &str, columns: usize, rows: usize) -> Insert {
    let row = format!("({})", list("?", columns));
    Insert { sql: format!("{head}{}", list(&row, rows)), rows }
}

impl Insert {
    /// Followed by a clause.
    pub(crate) fn and(mut self, clause: &str) -> Self {
        self.sql.push_str(clause);
        self
    }

    /// Ready for its values to be bound, row by row. Stays prepared when it is for a few rows, as most are;
    /// long statements are not worth caching.
    pub(crate) fn query(self) -> Statement<'static> {
        sqlx::query(AssertSqlSafe(self.sql)).persistent(self.rows <= FEW_ROWS)
    }
}

fn list(item: &str, count: usize) -> String {
    iter::repeat_n(item, count).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_list_and_rows_are_a_list() {
        assert_eq!(insert_rows("X ", 2, 1).sql, "X (?, ?)");
        assert_eq!(insert_rows("X ", 1, 3).sql, "X (?), (?), (?)");
    }
}
