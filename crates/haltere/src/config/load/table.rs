//! Values in nested TOML tables, by path.

use toml::{Table, Value};

/// The value at `path`, for example `server.listen`.
pub(super) fn get_path<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        Some((section, rest)) => get_path(table.get(section)?.as_table()?, rest),
        None => table.get(path),
    }
}

/// Sets the value at `path`, and creates the tables on the way.
pub(super) fn set_path(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                set_path(inner, rest, value);
            }
        }
        None => {
            table.insert(path.to_owned(), value);
        }
    }
}
