//! What the hash of an entry covers.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::ChainHash;

/// Distinguishes these hashes from others, and this encoding from later ones.
const DOMAIN: &[u8] = b"haltere audit entry 1\0";

/// An entry as it is stored, and its position in the chain. All cells are as they were read: a cell that makes no sense
/// is not an error here, because its hash will not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedEntry<'a> {
    /// Grows by one with every entry, of whatever writer. Gives the order, and is not hashed: a number that was changed
    /// leaves a gap, or moves the entry.
    pub sequence: i64,
    /// The writer's id; empty if the entry is in no chain.
    pub writer: Cow<'a, str>,
    /// Its number among the writer's entries, from 1.
    pub position: i64,
    /// The hash that it was stored with.
    pub hash: Option<ChainHash>,
    /// Milliseconds since 1970.
    pub at: i64,
    pub actor: Cow<'a, str>,
    pub address: Option<Cow<'a, str>>,
    pub request_id: Cow<'a, str>,
    pub action: Cow<'a, str>,
    pub object: Cow<'a, str>,
    pub outcome: Cow<'a, str>,
    pub detail: Cow<'a, str>,
    /// How many the entry is about; 1 unless it sums up repeats.
    pub times: i64,
    /// When the first repeat came, in milliseconds since 1970; `None` unless it sums up repeats.
    pub since: Option<i64>,
    /// [`haltere_core::AuditChanges`] as text; `None` if there are none.
    pub changes: Option<Cow<'a, str>>,
    /// [`super::ChainName`]s as text; `None` if there are none.
    pub names: Option<Cow<'a, str>>,
}

impl ChainedEntry<'_> {
    /// Appends the canonical encoding: the domain, the previous hash and the cells in this order. Integers have 8 bytes, big
    /// endian. A text has its length before it, and a cell that may be absent a byte that says whether it is there. So
    /// two different entries never have the same encoding.
    pub fn encode(&self, previous: &ChainHash, into: &mut Vec<u8>) {
        // No `..`: a new cell doesn't compile until it is handled here.
        let Self {
            sequence: _,
            writer,
            position,
            hash: _,
            at,
            actor,
            address,
            request_id,
            action,
            object,
            outcome,
            detail,
            times,
            since,
            changes,
            names,
        } = self;
        into.extend_from_slice(DOMAIN);
        into.extend_from_slice(&previous.0);
        text(into, writer);
        into.extend_from_slice(&position.to_be_bytes());
        into.extend_from_slice(&at.to_be_bytes());
        text(into, actor);
        optional(into, address.as_deref());
        text(into, request_id);
        text(into, action);
        text(into, object);
        text(into, outcome);
        text(into, detail);
        into.extend_from_slice(&times.to_be_bytes());
        into.push(u8::from(since.is_some()));
        if let Some(since) = since {
            into.extend_from_slice(&since.to_be_bytes());
        }
        optional(into, changes.as_deref());
        optional(into, names.as_deref());
    }

    /// The hash that the entry has after an entry with the hash `previous`. `buffer` is reused memory.
    pub fn hash_after(&self, previous: &ChainHash, buffer: &mut Vec<u8>) -> ChainHash {
        buffer.clear();
        self.encode(previous, buffer);
        ChainHash(Sha256::digest(&*buffer).into())
    }

    /// The length of its texts, in bytes: about what it takes on the disk.
    pub fn bytes(&self) -> i64 {
        /// Numbers, hash, and what the database needs for a row and its indexes.
        const FIXED: usize = 150;
        let Self {
            writer,
            actor,
            address,
            request_id,
            action,
            object,
            outcome,
            detail,
            changes,
            names,
            ..
        } = self;
        let texts = [writer, actor, request_id, action, object, outcome, detail];
        let optional = [address, changes, names];
        let texts = texts.into_iter().chain(optional.into_iter().flatten());
        // Actor and object are in an index as well.
        let bytes =
            texts.map(|text| text.len()).sum::<usize>() + actor.len() + object.len() + FIXED;
        i64::try_from(bytes).unwrap_or(i64::MAX)
    }
}

fn text(into: &mut Vec<u8>, text: &str) {
    into.extend_from_slice(&(text.len() as u64).to_be_bytes());
    into.extend_from_slice(text.as_bytes());
}

fn optional(into: &mut Vec<u8>, cell: Option<&str>) {
    into.push(u8::from(cell.is_some()));
    if let Some(cell) = cell {
        text(into, cell);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell() -> impl Strategy<Value = Cow<'static, str>> {
        // Few letters, so that equal parts at different places are likely.
        "[a\0]{0,3}".prop_map(Cow::Owned)
    }

    prop_compose! {
        fn entry()(
            texts in proptest::array::uniform7(cell()),
            optional in proptest::array::uniform3(proptest::option::of(cell())),
            numbers in proptest::array::uniform3(-1_i64..2),
            since in proptest::option::of(-1_i64..2),
        ) -> ChainedEntry<'static> {
            let [writer, actor, request_id, action, object, outcome, detail] = texts;
            let [address, changes, names] = optional;
            let [position, at, times] = numbers;
            ChainedEntry {
                sequence: 0, writer, position, hash: None, at, actor, address, request_id, action, object, outcome,
                detail, times, since, changes, names,
            }
        }
    }

    fn encoded(entry: &ChainedEntry<'_>, previous: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        entry.encode(&ChainHash([previous; 32]), &mut bytes);
        bytes
    }

    /// Reads an encoding back: proof that nothing of an entry is lost or ambiguous.
    fn decoded(bytes: &[u8]) -> Option<(u8, ChainedEntry<'static>)> {
        struct Reader<'b>(&'b [u8]);
        impl Reader<'_> {
            fn take(&mut self, count: usize) -> Option<&[u8]> {
                let (taken, rest) = self.0.split_at_checked(count)?;
                self.0 = rest;
                Some(taken)
            }
            fn number(&mut self) -> Option<i64> {
                Some(i64::from_be_bytes(self.take(8)?.try_into().ok()?))
            }
            fn text(&mut self) -> Option<Cow<'static, str>> {
                let length = usize::try_from(self.number()?).ok()?;
                String::from_utf8(self.take(length)?.to_vec()).ok().map(Cow::Owned)
            }
            fn is_there(&mut self) -> Option<bool> {
                match self.take(1)? {
                    [0] => Some(false),
                    [1] => Some(true),
                    _ => None,
                }
            }
            #[expect(
                clippy::option_option,
                reason = "the end of the bytes, or a cell that may be absent"
            )]
            fn optional(&mut self) -> Option<Option<Cow<'static, str>>> {
                if self.is_there()? { self.text().map(Some) } else { Some(None) }
            }
        }
        let mut reader = Reader(bytes.strip_prefix(DOMAIN)?);
        let previous = reader.take(32)?[0];
        let entry = ChainedEntry {
            sequence: 0,
            hash: None,
            writer: reader.text()?,
            position: reader.number()?,
            at: reader.number()?,
            actor: reader.text()?,
            address: reader.optional()?,
            request_id: reader.text()?,
            action: reader.text()?,
            object: reader.text()?,
            outcome: reader.text()?,
            detail: reader.text()?,
            times: reader.number()?,
            since: if reader.is_there()? { Some(reader.number()?) } else { None },
            changes: reader.optional()?,
            names: reader.optional()?,
        };
        reader.0.is_empty().then_some((previous, entry))
    }

    proptest! {
        #[test]
        fn an_encoding_holds_the_whole_entry(entry in entry(), previous in 0_u8..3) {
            prop_assert_eq!(decoded(&encoded(&entry, previous)), Some((previous, entry)));
        }

        #[test]
        fn different_entries_have_different_encodings(one in entry(), other in entry()) {
            prop_assert_eq!(one == other, encoded(&one, 0) == encoded(&other, 0));
        }
    }

    /// The encoding is what stored hashes were made of: it never changes.
    #[test]
    fn the_encoding_is_the_documented_one() {
        let entry = ChainedEntry {
            sequence: 9,
            writer: "w".into(),
            position: 2,
            hash: None,
            at: 3,
            actor: "ada".into(),
            address: None,
            request_id: "r".into(),
            action: "connection.update".into(),
            object: "o".into(),
            outcome: "success".into(),
            detail: "url".into(),
            times: 1,
            since: None,
            changes: Some("url\t=a\t=b\n".into()),
            names: None,
        };
        let hash = entry.hash_after(&ChainHash::START, &mut Vec::new()).to_string();
        assert_eq!(hash, "9db24d64b5a43d2c6620a50db4bdc1fdd9a2971f1f271e170c55284ad2f44d80");
    }
}
