//! Entries as lines of CSV (RFC 4180).

use std::borrow::Cow;
use std::fmt::Display;

use ::csv::{Terminator, WriterBuilder};
use haltere_app::audit_trail::NumberedEntry;
use haltere_core::text::harmless;
use haltere_core::{AuditChange, AuditChanges, AuditEntry, ChangedValues};

use crate::wire::time::rfc3339;

/// The header line.
pub(super) const HEADER: &str = "sequence,time,actor,address,requestId,action,objectKind,object,outcome,detail,times,since,changes,writer,position,hash\r\n";

/// Appends the line of an entry.
pub(super) fn append(lines: &mut Vec<u8>, NumberedEntry { sequence, entry, link }: &NumberedEntry) {
    let AuditEntry {
        at,
        actor,
        address,
        request_id,
        action,
        object,
        outcome,
        detail,
        changes,
        repeats,
    } = entry;
    let text = |value: Option<&dyn Display>| value.map(ToString::to_string).unwrap_or_default();
    let times = repeats.as_ref().map(|repeats| repeats.times.to_string()).unwrap_or_default();
    let since = repeats.as_ref().map(|repeats| rfc3339(repeats.since)).unwrap_or_default();
    let changes = change_texts(changes);
    let position = link.as_ref().map(|link| link.position.to_string()).unwrap_or_default();
    let hash = link.as_ref().map(|link| link.hash.to_string()).unwrap_or_default();
    let cells = [
        &*sequence.to_string(),
        &*rfc3339(*at),
        actor,
        &*text(address.as_ref().map(|address| address as &dyn Display)),
        request_id,
        action.as_str(),
        action.object_kind().as_str(),
        object,
        outcome.as_str(),
        detail,
        &times,
        &since,
        &changes,
        link.as_ref().map_or("", |link| &link.writer),
        &position,
        &hash,
    ];
    append_line(lines, &cells.map(cell_of));
}

fn append_line(lines: &mut Vec<u8>, cells: &[Cow<'_, str>]) {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(lines);
    let written = writer.write_record(cells.iter().map(|cell| cell.as_bytes()));
    written.and_then(|()| Ok(writer.flush()?)).expect("a Vec takes everything");
}

/// `url: mqtt://a -> mqtt://b; credentials.password: changed`. For people: programs read the changes in the other forms.
fn change_texts(changes: &AuditChanges) -> String {
    let text = |AuditChange { field, values }: &AuditChange| match values {
        ChangedValues::Withheld(withheld) => format!("{field}: {}", withheld.as_str()),
        ChangedValues::Shown { before, after } => {
            let [before, after] = [before, after].map(|value| value.as_deref().unwrap_or_default());
            format!("{field}: {before} -> {after}")
        }
    };
    changes.iter().map(text).collect::<Vec<_>>().join("; ")
}

/// A text as a cell. A failed login has a name of the client's choice: what would mislead is escaped as in the tables of the
/// command line, and an apostrophe keeps a spreadsheet from taking it for a formula.
fn cell_of(text: &str) -> Cow<'_, str> {
    let cell = harmless(text);
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}").into() } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_needed_harmless_and_no_formulas() {
        for (cell, expected) in [
            ("", ""),
            ("a b", "a b"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a\nb", "\"a\nb\""),
            ("=1+1", "'=1+1"),
            ("@SUM(1,2)", "\"'@SUM(1,2)\""),
            ("-1", "'-1"),
            ("\t=1", "\\u{9}=1"),
            ("=\u{202e}a\u{200b}", "'=\\u{202e}a\\u{200b}"),
            ("a\r\u{9b}👩\u{200d}🔧", "a\\u{d}\\u{9b}👩\u{200d}🔧"),
        ] {
            let mut line = Vec::new();
            append_line(&mut line, &["x", cell].map(cell_of));
            assert_eq!(String::from_utf8(line).expect("UTF-8"), format!("x,{expected}\r\n"));
        }
    }
}
