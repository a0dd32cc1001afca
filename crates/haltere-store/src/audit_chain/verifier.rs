//! Verifying the chain: finds what was changed, removed, added or reordered, and says where.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use super::{ChainHash, ChainHead, ChainName, ChainedEntry, names_from_text};

/// The most violations that are listed. More are only counted.
const MAX_VIOLATIONS: usize = 1_000;

/// Verifies entries in the order of their sequence numbers.
#[derive(Debug, Default)]
pub struct ChainVerifier {
    writers: BTreeMap<String, Writer>,
    /// The last entries that retention removed, by the entries that name them.
    removed: HashSet<ChainHead>,
    /// Entries to compare with when they come by, with where they are known from.
    expected: Vec<(ChainHead, &'static str)>,
    /// What the first entry of a writer follows is not known.
    begins_anywhere: bool,
    entries: u64,
    /// The greatest sequence number so far.
    number: Option<i64>,
    /// The sequence number of the newest entry.
    expected_number: Option<i64>,
    violations: Vec<ChainViolation>,
    violation_count: u64,
    last: Option<ChainPlace>,
    buffer: Vec<u8>,
}

/// What is known of a writer.
#[derive(Debug)]
struct Writer {
    /// The position and the hash of its last entry; before the first one, what that should follow.
    position: i64,
    hash: ChainHash,
    /// Where its last entry is; `None` before the first one.
    last: Option<ChainPlace>,
    /// Its last entry that retention removed: an entry must name it.
    removed: Option<ChainHead>,
}

/// An entry, for people to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainPlace {
    /// The entry's sequence number.
    pub sequence: i64,
    /// The entry's time, in milliseconds since 1970.
    pub at: i64,
    /// The entry's writer; empty if it is in no chain.
    pub writer: String,
    /// The entry's position.
    pub position: i64,
}

/// Something that breaks the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainViolation {
    /// The entry at which it shows: the one that is wrong, or the last one before, or the first one after what is missing.
    /// `None` if there are no entries.
    pub place: Option<ChainPlace>,
    /// What is wrong.
    pub kind: ViolationKind,
}

/// What breaks the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViolationKind {
    /// The hash does not fit the entry: the entry was changed, or the hash of the one before it.
    Changed,
    /// The entry is in no chain: something else than haltere has added it.
    Added,
    /// Entries of the writer are missing before this one.
    Missing {
        /// The position of the first of them.
        from: i64,
        /// The position of the last of them.
        to: i64,
    },
    /// An entry of the writer with this position or a later one came before: the entry was moved or repeated.
    Moved,
    /// The newest entries of the writer are missing.
    Truncated {
        /// The writer's id.
        writer: String,
        /// The position of its newest entry.
        newest: i64,
        /// Where that is known from.
        known_from: &'static str,
    },
    /// The writer has another entry at this position.
    Replaced {
        /// The entry as it was.
        head: ChainHead,
        /// Where that is known from.
        known_from: &'static str,
    },
    /// The writer's newest entry is newer than what is kept of the writer.
    Beyond {
        /// The position that is kept.
        newest: i64,
    },
    /// The entry's sequence number does not follow that of the entry before it, or what retention removed, although nothing
    /// is missing in between.
    Renumbered {
        /// The number that follows.
        expected: i64,
    },
    /// The newest entry has another sequence number: it was changed, or the newest entries are missing.
    NewestNumber {
        /// The number that is kept.
        expected: i64,
    },
    /// The oldest entries are gone, and no entry says that retention has removed them.
    NotRemovedByRetention {
        /// The writer's id.
        writer: String,
        /// The position of the last one that is gone.
        position: i64,
    },
}

/// What came out of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// How many entries there were.
    pub entries: u64,
    /// The newest entry of each writer.
    pub heads: Vec<ChainHead>,
    /// What is wrong, in the order in which it was found; at most 1,000.
    pub violations: Vec<ChainViolation>,
    /// How many violations there are.
    pub violation_count: u64,
    /// Heads that could not be compared, because the entry was removed by retention, or the export begins after it.
    pub not_compared: Vec<ChainHead>,
}

impl ChainVerifier {
    /// For entries from the very first one, or after those that retention has removed: [`Self::removed`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Retention has removed the writer's entries up to this one.
    pub fn removed(&mut self, head: ChainHead) {
        let ChainHead { writer, position, hash } = head.clone();
        let removed = Some(head).filter(|head| head.position > 0);
        self.writers.insert(writer, Writer { position, hash, last: None, removed });
    }

    /// For an export, which may begin with any entry. The first entry of a writer is taken as it is.
    pub fn of_export() -> Self {
        Self { begins_anywhere: true, ..Self::default() }
    }

    /// The writer had this entry, as is known from elsewhere: `known_from` completes "as … says".
    pub fn expect(&mut self, head: ChainHead, known_from: &'static str) {
        self.expected.push((head, known_from));
    }

    /// The newest entry has this sequence number; 0 if there never was one.
    pub fn expect_number(&mut self, newest: i64) {
        self.expected_number = Some(newest);
    }

    /// Verifies the next entry.
    pub fn entry(&mut self, entry: &ChainedEntry<'_>) {
        let violations = self.violation_count;
        let is_first = self.number.is_none();
        let expected = match self.number {
            Some(last) => last.saturating_add(1),
            None if self.begins_anywhere => entry.sequence,
            None => self.first_number(),
        };
        self.chained(entry);
        // The hash does not cover the number. All writers share the numbers, and they have no gaps, so a number that does
        // not follow was changed.
        let is_renumbered = entry.sequence > expected || (is_first && entry.sequence != expected);
        if is_renumbered && self.violation_count == violations {
            self.violation(entry, ViolationKind::Renumbered { expected });
        }
        self.number = self.number.max(Some(entry.sequence));
    }

    /// The number of the oldest entry. Retention removes a prefix of all entries, and positions count those of a writer.
    fn first_number(&self) -> i64 {
        let removed = self.writers.values().filter_map(|writer| writer.removed.as_ref());
        removed.fold(1, |number, head| number.saturating_add(head.position))
    }

    fn chained(&mut self, entry: &ChainedEntry<'_>) {
        self.entries += 1;
        let Some(hash) = entry.hash.filter(|_| !entry.writer.is_empty()) else {
            self.violation(entry, ViolationKind::Added);
            self.last = Some(place(entry));
            return;
        };
        if !self.writers.contains_key(&*entry.writer) {
            let position = if self.begins_anywhere { entry.position.max(1) - 1 } else { 0 };
            let writer = Writer { position, hash: ChainHash::START, last: None, removed: None };
            self.writers.insert(entry.writer.clone().into_owned(), writer);
        }
        let Some(writer) = self.writers.get_mut(&*entry.writer) else { return };
        let violation = match entry.position.checked_sub(writer.position) {
            Some(1) if self.begins_anywhere && writer.last.is_none() && entry.position > 1 => None,
            Some(1) => {
                let expected = entry.hash_after(&writer.hash, &mut self.buffer);
                (expected != hash).then_some(ViolationKind::Changed)
            }
            Some(2..) => {
                Some(ViolationKind::Missing { from: writer.position + 1, to: entry.position - 1 })
            }
            _ => Some(ViolationKind::Moved),
        };
        if violation != Some(ViolationKind::Moved) {
            (writer.position, writer.hash) = (entry.position, hash);
            match &mut writer.last {
                Some(last) => {
                    (last.sequence, last.at, last.position) =
                        (entry.sequence, entry.at, entry.position);
                }
                None => writer.last = Some(place(entry)),
            }
        }
        if let Some(kind) = violation {
            self.violation(entry, kind);
        }
        if !self.expected.is_empty() {
            self.compare(entry, hash);
        }
        if let Some(names) = &entry.names {
            self.names(entry, names);
        }
        match &mut self.last {
            Some(last) if last.writer == *entry.writer => {
                (last.sequence, last.at, last.position) =
                    (entry.sequence, entry.at, entry.position);
            }
            _ => self.last = Some(place(entry)),
        }
    }

    /// Compares an entry with what is known of it from elsewhere.
    fn compare(&mut self, entry: &ChainedEntry<'_>, hash: ChainHash) {
        let mut replaced = Vec::new();
        self.expected.retain(|(head, known_from)| {
            let is_it = head.writer == entry.writer && head.position == entry.position;
            if is_it && head.hash != hash {
                replaced.push(ViolationKind::Replaced { head: head.clone(), known_from });
            }
            !is_it
        });
        for kind in replaced {
            self.violation(entry, kind);
        }
    }

    fn names(&mut self, entry: &ChainedEntry<'_>, names: &str) {
        const KNOWN_FROM: &str = "an entry of another writer";
        for name in names_from_text(names) {
            let head = match name {
                ChainName::Removed(head) => {
                    self.removed.insert(head);
                    continue;
                }
                ChainName::Newest(head) => head,
            };
            let kind = match self.writers.get(&head.writer) {
                Some(writer) if writer.position == head.position && writer.hash != head.hash => {
                    ViolationKind::Replaced { head, known_from: KNOWN_FROM }
                }
                Some(writer) if writer.position < head.position => {
                    let (writer, newest) = (head.writer, head.position);
                    ViolationKind::Truncated { writer, newest, known_from: KNOWN_FROM }
                }
                // The database knows all writers, but an export may begin after all entries of one.
                None if !self.begins_anywhere => {
                    let (writer, newest) = (head.writer, head.position);
                    ViolationKind::Truncated { writer, newest, known_from: KNOWN_FROM }
                }
                _ => continue,
            };
            self.violation(entry, kind);
        }
    }

    /// Ends the verification. `heads` are the newest entries of all writers, as the database keeps them; an export has none.
    pub fn finish(mut self, heads: Option<&[ChainHead]>) -> ChainReport {
        if let Some(heads) = heads {
            let unknown =
                self.writers.keys().filter(|id| heads.iter().all(|head| head.writer != **id));
            let unknown = unknown.map(|id| ChainHead {
                writer: id.clone(),
                position: 0,
                hash: ChainHash::START,
            });
            for head in heads.iter().cloned().chain(unknown.collect::<Vec<_>>()) {
                self.finish_writer(&head);
            }
        }
        let is_truncated = |it: &ChainViolation| matches!(it.kind, ViolationKind::Truncated { .. });
        if let Some(expected) = self.expected_number
            && expected != self.number.unwrap_or(0)
            && !self.violations.iter().any(is_truncated)
        {
            self.violation_at(self.last.clone(), ViolationKind::NewestNumber { expected });
        }
        let is_unnamed = |head: &ChainHead| !self.removed.contains(head);
        let removed = self.writers.values().filter_map(|writer| writer.removed.clone());
        for ChainHead { writer, position, .. } in removed.filter(is_unnamed).collect::<Vec<_>>() {
            let first = self.last.clone();
            self.violation_at(first, ViolationKind::NotRemovedByRetention { writer, position });
        }
        let mut not_compared = Vec::new();
        for (head, known_from) in std::mem::take(&mut self.expected) {
            let writer = self.writers.get(&head.writer);
            let removed = writer.and_then(|writer| writer.removed.as_ref());
            match (writer, removed) {
                (_, Some(removed)) if removed.position == head.position => {
                    if removed.hash != head.hash {
                        let place = self.last.clone();
                        self.violation_at(place, ViolationKind::Replaced { head, known_from });
                    }
                }
                (Some(writer), _) if writer.position >= head.position => not_compared.push(head),
                (writer, _) => {
                    let place =
                        writer.and_then(|writer| writer.last.clone()).or_else(|| self.last.clone());
                    let (writer, newest) = (head.writer, head.position);
                    self.violation_at(
                        place,
                        ViolationKind::Truncated { writer, newest, known_from },
                    );
                }
            }
        }
        let heads = self.writers.iter().map(|(id, writer)| ChainHead {
            writer: id.clone(),
            position: writer.position,
            hash: writer.hash,
        });
        ChainReport {
            entries: self.entries,
            heads: heads.collect(),
            violations: self.violations,
            violation_count: self.violation_count,
            not_compared,
        }
    }

    fn finish_writer(&mut self, head: &ChainHead) {
        const KNOWN_FROM: &str = "the database";
        let writer = self.writers.get(&head.writer);
        let (position, hash) =
            writer.map_or((0, ChainHash::START), |writer| (writer.position, writer.hash));
        let place = writer.and_then(|writer| writer.last.clone()).or_else(|| self.last.clone());
        let kind = if position < head.position {
            let (writer, newest) = (head.writer.clone(), head.position);
            ViolationKind::Truncated { writer, newest, known_from: KNOWN_FROM }
        } else if position > head.position {
            ViolationKind::Beyond { newest: head.position }
        } else if hash != head.hash {
            ViolationKind::Replaced { head: head.clone(), known_from: KNOWN_FROM }
        } else {
            return;
        };
        self.violation_at(place, kind);
    }

    fn violation(&mut self, entry: &ChainedEntry<'_>, kind: ViolationKind) {
        self.violation_at(Some(place(entry)), kind);
    }

    fn violation_at(&mut self, place: Option<ChainPlace>, kind: ViolationKind) {
        self.violation_count += 1;
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(ChainViolation { place, kind });
        }
    }
}

fn place(entry: &ChainedEntry<'_>) -> ChainPlace {
    ChainPlace {
        sequence: entry.sequence,
        at: entry.at,
        writer: entry.writer.clone().into_owned(),
        position: entry.position,
    }
}

/// Completes "entry …: ".
impl fmt::Display for ViolationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => f.write_str(
                "it was changed, or the hash of the entry before it: its own hash does not fit",
            ),
            Self::Added => f.write_str("it is in no chain: it was not added by haltere"),
            Self::Missing { from, to } if from == to => {
                write!(f, "the entry before it (position {from}) is missing")
            }
            Self::Missing { from, to } => {
                write!(f, "the entries before it (positions {from} to {to}) are missing")
            }
            Self::Moved => {
                f.write_str("it is not where it was: a later entry of its writer comes before it")
            }
            Self::Truncated { writer, newest, known_from } => write!(
                f,
                "what follows is missing: writer {writer} had entries up to position {newest}, as {known_from} says"
            ),
            Self::Replaced { head, known_from } => write!(
                f,
                "writer {} had another entry at position {}, as {known_from} says",
                head.writer, head.position
            ),
            Self::Beyond { newest } => {
                write!(
                    f,
                    "it is newer than what the database keeps of its writer (position {newest})"
                )
            }
            Self::Renumbered { expected } => {
                write!(
                    f,
                    "its number was changed, or that of an entry before it: number {expected} comes here"
                )
            }
            Self::NewestNumber { expected } => {
                write!(f, "the newest entry had number {expected}, as the database says")
            }
            Self::NotRemovedByRetention { writer, position } => write!(
                f,
                "the entries of writer {writer} up to position {position} are gone, and no entry says that retention removed them"
            ),
        }
    }
}
