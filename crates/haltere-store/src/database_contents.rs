//! What a database file contains, before it is opened.

/// What the file of a database contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseContents {
    Missing,
    /// It has no tables: it is empty, or was left by a first start that was cut short.
    Nothing,
    /// It is the database of another program: it has tables, but not those of haltere, or none and the mark that
    /// another program has set.
    Foreign,
    /// It is a database of haltere, of whatever version.
    Haltere,
}
