//! What `list` prints.

use std::fmt::Write as _;

/// A line per row: its name, padded to the longest one, and facts about it.
pub(super) fn table<'a>(rows: impl IntoIterator<Item = (&'a str, Vec<String>)>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, facts) in rows {
        // Writing into a String can't fail.
        let _ = writeln!(text, "{name:width$}  {}", facts.join("; "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_are_below_each_other() {
        let rows = [("é", vec!["a".to_owned()]), ("ann", vec!["b".to_owned(), "c".to_owned()])];
        assert_eq!(table(rows), "é    a\nann  b; c\n");
        assert_eq!(table([]), "");
    }
}
