//! How a broker of the swarm behaves.

use std::str::FromStr;
use std::time::Duration;

/// How a broker behaves. As text: the name in lower case with hyphens and its number, if it has one: `healthy`,
/// `flood 100000`, `flapping 1000` (milliseconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerBehavior {
    /// Answers, and publishes its uptime every ten seconds.
    Healthy,
    /// Healthy; also publishes regularly with QoS 1, and measures how long the acknowledgement takes.
    Echo { every: Duration },
    /// Refuses connections.
    Dead,
    /// Accepts connections and sends nothing.
    Silent,
    /// Accepts connections and closes them at once.
    AcceptThenClose,
    /// Sends everything, CONNACK included, one byte at a time.
    SlowLoris {
        /// The pause between two bytes.
        every: Duration,
    },
    /// Declares a message of 256 MB and sends it.
    Huge {
        /// Bytes per second.
        per_second: u32,
    },
    /// Sends a malformed packet some time after each SUBACK.
    Malformed {
        /// The delay.
        every: Duration,
    },
    /// Publishes its uptime, a different one each time.
    Flood {
        /// Messages per second.
        per_second: u32,
    },
    /// Alternates between up and down.
    Flapping {
        /// How long each phase takes.
        every: Duration,
    },
}

/// The text is not a [`BrokerBehavior`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a behavior")]
pub struct UnknownBehavior(String);

impl FromStr for BrokerBehavior {
    type Err = UnknownBehavior;

    fn from_str(text: &str) -> Result<Self, UnknownBehavior> {
        let unknown = || UnknownBehavior(text.to_owned());
        let (name, number) = text.split_once(' ').unwrap_or((text, ""));
        let per_second = || number.parse().map_err(|_| unknown());
        let every = || number.parse().map(Duration::from_millis).map_err(|_| unknown());
        Ok(match name {
            "healthy" => Self::Healthy,
            "echo" => Self::Echo { every: every()? },
            "dead" => Self::Dead,
            "silent" => Self::Silent,
            "accept-then-close" => Self::AcceptThenClose,
            "slow-loris" => Self::SlowLoris { every: every()? },
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
    fn behaviors_are_parsed() {
        assert_eq!("healthy".parse(), Ok(BrokerBehavior::Healthy));
        assert_eq!("flood 100000".parse(), Ok(BrokerBehavior::Flood { per_second: 100_000 }));
        let every = Duration::from_secs(1);
        assert_eq!("flapping 1000".parse(), Ok(BrokerBehavior::Flapping { every }));
        for text in ["", "angry", "flood", "flood many", "slow-loris -1"] {
            assert_eq!(text.parse::<BrokerBehavior>(), Err(UnknownBehavior(text.to_owned())));
        }
    }
}
