//! How a broker of the swarm behaves.

use std::str::FromStr;
use std::time::Duration;

/// How a broker behaves, from the moment it is told to on. Written as the name in lower case and, where
/// there is one, its number: `well`, `flood 100000`, `flapping 1000` (milliseconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As a broker should: answers, and tells its uptime each ten seconds.
    Well,
    /// Well, and asks regularly for an acknowledgement, to see how long it takes.
    Echo {
        /// How often.
        every: Duration,
    },
    /// Gone: connections are refused.
    Dead,
    /// Takes connections and says nothing.
    Silent,
    /// Takes connections and closes them at once.
    Slamming,
    /// Sends everything, CONNACK included, a byte at a time.
    Loris {
        /// The pause between two bytes.
        every: Duration,
    },
    /// Declares a message of 256 MB and sends it.
    Huge {
        /// Bytes per second.
        per_second: u32,
    },
    /// Breaks the rules of MQTT a while after each greeting.
    Malformed {
        /// How long after.
        every: Duration,
    },
    /// Publishes its uptime, another one each time.
    Flood {
        /// Messages per second.
        per_second: u32,
    },
    /// Up and down in turns.
    Flapping {
        /// How long each takes.
        every: Duration,
    },
}

/// The text names no [`Mood`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no mood")]
pub struct UnknownMood(String);

impl FromStr for Mood {
    type Err = UnknownMood;

    fn from_str(text: &str) -> Result<Self, UnknownMood> {
        let unknown = || UnknownMood(text.to_owned());
        let (name, number) = text.split_once(' ').unwrap_or((text, ""));
        let per_second = || number.parse().map_err(|_| unknown());
        let every = || number.parse().map(Duration::from_millis).map_err(|_| unknown());
        Ok(match name {
            "well" => Self::Well,
            "echo" => Self::Echo { every: every()? },
            "dead" => Self::Dead,
            "silent" => Self::Silent,
            "slamming" => Self::Slamming,
            "loris" => Self::Loris { every: every()? },
            "huge" => Self::Huge { per_second: per_second()? },
            "malformed" => Self::Malformed { every: every()? },
            "flood" => Self::Flood { per_second: per_second()? },
            "flapping" => Self::Flapping { every: every()? },
            _ => return Err(unknown()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moods_are_read() {
        assert_eq!("well".parse(), Ok(Mood::Well));
        assert_eq!("flood 100000".parse(), Ok(Mood::Flood { per_second: 100_000 }));
        let every = Duration::from_secs(1);
        assert_eq!("flapping 1000".parse(), Ok(Mood::Flapping { every }));
        for text in ["", "angry", "flood", "flood many", "loris -1"] {
            assert_eq!(text.parse::<Mood>(), Err(UnknownMood(text.to_owned())));
        }
    }
}
