//! A position in the log of changes, which a client can name to continue from there.

use std::fmt;
use std::str::FromStr;

/// Identifies a numbering of changes. A log that starts over at 1 has another id, so that a position from
/// before is never taken for one of now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LogId(u64);

impl LogId {
    /// The id of a log that is kept in memory, and therefore ends with its process. Random, because two starts
    /// can fall into the same millisecond, and the clock can be set back between them.
    pub(crate) fn random() -> Self {
        Self(rand::random::<u32>().into())
    }
}

/// A position in a log of changes: its reader knows all changes up to and including this one, and none after it.
/// Written as `log-sequence`, both decimal; an event stream uses it as the id of an event. That of a reader from whom
/// connections are hidden has `-visibility` after it: it says nothing to a reader who may see others.
///
/// A position belongs to a log, and not to the process that has issued it: every feed with this `LogId` takes
/// it to mean the same. Replicas of haltere that number the same changes alike can therefore continue each
/// other's streams if they share the id. To a feed with another id a position says nothing, and the answer is a
/// [gap](super::Gap::Restarted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    pub(super) log: LogId,
    /// The number of the change, from 1; 0 is before all changes.
    pub(super) sequence: u64,
    /// Distinguishes what its reader may see; 0 if nothing is hidden.
    pub(super) visibility: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.log.0, self.sequence)?;
        if self.visibility == 0 { Ok(()) } else { write!(f, "-{}", self.visibility) }
    }
}

/// The text is not a [`Position`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the id of an event")]
pub struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let (log, sequence) = text.split_once('-').ok_or(NoPosition)?;
        let (sequence, visibility) = match sequence.split_once('-') {
            Some((sequence, visibility)) => (sequence, Some(visibility)),
            None => (sequence, None),
        };
        let number = |text: &str| text.parse::<u64>().map_err(|_| NoPosition);
        Ok(Self {
            log: LogId(number(log)?),
            sequence: number(sequence)?,
            visibility: visibility.map_or(Ok(0), number)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn positions_are_read_strictly() {
        for bad in ["", "1", "-", "1-", "a-1", "1-2-", "1-2-3-4", "-1-2"] {
            assert_eq!(bad.parse::<Position>(), Err(NoPosition), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn a_written_position_reads_back(log in any::<u64>(), sequence in any::<u64>(), visibility in 0..3_u64) {
            let position = Position { log: LogId(log), sequence, visibility };
            let hidden = if visibility == 0 { String::new() } else { format!("-{visibility}") };
            prop_assert_eq!(position.to_string(), format!("{log}-{sequence}{hidden}"));
            prop_assert_eq!(position.to_string().parse(), Ok(position));
        }
    }
}
