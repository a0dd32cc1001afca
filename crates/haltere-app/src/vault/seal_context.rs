//! Where a sealed value belongs.

use std::fmt;

/// The cell of the database a sealed value belongs to. A value opens only where it was sealed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext<'a> {
    /// The table; without a `/`.
    pub table: &'static str,
    /// The column; without a `/`.
    pub column: &'static str,
    /// The row's key; anything.
    pub row: &'a str,
}

/// `table/column/row`. Unambiguous, because only the last part may hold a `/`.
impl fmt::Display for SealContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.table, self.column, self.row)
    }
}
