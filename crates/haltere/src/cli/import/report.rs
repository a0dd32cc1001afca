//! What an import has done, or would do, wherever that is.

use std::fmt::Write as _;

use haltere_app::Invalid;
use haltere_app::connections::{
    EntryOutcome, ImportExceeds, ImportMode, ImportNote, ImportReport, Planned,
};

/// What an import has done, or would do.
pub(super) struct Report {
    /// Whether it was stored.
    pub(super) done: bool,
    pub(super) entries: Vec<Entry>,
    pub(super) exceeds: Option<Exceeds>,
    /// The names of other parts of the file.
    pub(super) not_taken_over: Vec<String>,
}

/// An entry of the file.
pub(super) struct Entry {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) outcome: Outcome,
    pub(super) notes: Vec<String>,
}

/// What becomes of an entry.
pub(super) enum Outcome {
    Create,
    /// It is there already: how.
    Skip(String),
    /// What is wrong with it; empty if that is not listed any more.
    Refuse(Vec<String>),
}

/// The limit that a file without faults would exceed.
pub(super) struct Exceeds {
    pub(super) words: String,
    /// Whether it is the number of connections.
    pub(super) is_count: bool,
}

/// Whether what is good may be imported without the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Partly {
    /// `--only-good` was given.
    Wanted,
    /// It could have been given.
    Possible,
    /// The command has no such flag.
    Never,
}

impl Report {
    pub(super) fn creates(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Create))
    }

    pub(super) fn skips(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Skip(_)))
    }

    pub(super) fn refusals(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Refuse(_)))
    }

    fn count(&self, what: impl Fn(&Outcome) -> bool) -> usize {
        self.entries.iter().filter(|entry| what(&entry.outcome)).count()
    }

    /// Whether nothing of it can be stored.
    pub(super) fn is_refused(&self, partly: Partly) -> bool {
        self.exceeds.is_some() || (partly != Partly::Wanted && self.refusals() > 0)
    }

    /// What a person reads: what needs their attention line by line, the rest as numbers.
    pub(super) fn describe(&self, mode: ImportMode, partly: Partly) -> String {
        let mut text = String::new();
        for (position, entry) in self.entries.iter().enumerate() {
            describe_entry(&mut text, position, entry);
        }
        if !self.not_taken_over.is_empty() {
            let parts = self.not_taken_over.join(", ");
            let _ = writeln!(text, "not taken over: {parts} (they are no connections)");
        }
        if let Some(Exceeds { words, .. }) = &self.exceeds {
            let _ = writeln!(text, "refused: {words}");
        }
        let (creates, skips, refusals) = (self.creates(), self.skips(), self.refusals());
        let summary = match (self.done, refusals) {
            (true, 0) => format!("{creates} imported, {skips} skipped"),
            (true, _) => format!("{creates} imported, {skips} skipped, {refusals} refused"),
            (false, _) => format!("{creates} to import, {skips} to skip, {refusals} refused"),
        };
        let end = if self.exceeds.as_ref().is_some_and(|exceeds| exceeds.is_count) {
            "; nothing is imported"
        } else if self.is_refused(partly) {
            match partly {
                Partly::Possible => {
                    "; nothing is imported as long as anything is refused (--only-good leaves that out)"
                }
                Partly::Wanted | Partly::Never => {
                    "; nothing is imported as long as anything is refused"
                }
            }
        } else if mode == ImportMode::DryRun {
            "; nothing was changed, this was a dry run"
        } else {
            ""
        };
        let _ = writeln!(text, "{summary}{end}");
        text
    }
}

fn describe_entry(text: &mut String, position: usize, entry: &Entry) {
    let Entry { id, name, outcome, notes } = entry;
    let mut title = format!("connections[{position}]");
    if let Some(called) = name.as_ref().or(id.as_ref()) {
        let _ = write!(title, " {called:?}");
    }
    match outcome {
        Outcome::Create => {}
        Outcome::Skip(there) => {
            let _ = writeln!(text, "skipped  {title}: {there}");
        }
        Outcome::Refuse(faults) if faults.is_empty() => {}
        Outcome::Refuse(faults) => {
            let _ = writeln!(text, "refused  {title}: {}", faults.join("; "));
        }
    }
    for note in notes {
        let _ = writeln!(text, "note     {title}: {note}");
    }
}

impl From<ImportReport> for Report {
    fn from(report: ImportReport) -> Self {
        let ImportReport { source: _, done, entries, exceeds, not_taken_over } = report;
        let exceeds = exceeds.map(|exceeds| Exceeds {
            words: exceeds.to_string(),
            is_count: matches!(exceeds, ImportExceeds::ConnectionsMax { .. }),
        });
        let entries = entries.into_iter().map(Entry::from).collect();
        Self { done, entries, exceeds, not_taken_over }
    }
}

impl From<Planned> for Entry {
    fn from(Planned { id, name, outcome, notes }: Planned) -> Self {
        let outcome = match outcome {
            EntryOutcome::Create => Outcome::Create,
            EntryOutcome::Skip(there) => Outcome::Skip(there.to_string()),
            EntryOutcome::Refuse(faults) => {
                Outcome::Refuse(faults.iter().map(Invalid::to_string).collect())
            }
        };
        Self { id, name, outcome, notes: notes.iter().map(ImportNote::to_string).collect() }
    }
}

#[cfg(test)]
mod tests {
    use haltere_app::connections::Source;

    use super::*;

    #[test]
    fn a_report_says_what_needs_attention_and_counts_the_rest() {
        let planned = |name: &str, outcome| Planned {
            id: None,
            name: Some(name.to_owned()),
            outcome,
            notes: Vec::new(),
        };
        let mut report = ImportReport {
            source: Source::Mmc,
            done: false,
            entries: vec![
                planned("fine", EntryOutcome::Create),
                planned("bad", EntryOutcome::Refuse(vec![Invalid::new("url", "is missing")])),
            ],
            exceeds: None,
            not_taken_over: vec!["tools".to_owned()],
        };
        assert_eq!(
            Report::from(report.clone()).describe(ImportMode::Store, Partly::Possible),
            "refused  connections[1] \"bad\": url: is missing\n\
             not taken over: tools (they are no connections)\n\
             1 to import, 0 to skip, 1 refused; nothing is imported as long as anything is refused (--only-good leaves that out)\n"
        );
        report.entries.pop();
        report.entries[0].notes.push(ImportNote::Disconnected);
        report.not_taken_over.clear();
        report.done = true;
        assert_eq!(
            Report::from(report).describe(ImportMode::Store, Partly::Possible),
            "note     connections[0] \"fine\": comes in disconnected\n1 imported, 0 skipped\n"
        );
    }
}
