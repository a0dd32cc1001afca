//! Where the messages of a link go.

use std::time::Duration;

use haltere_mosquitto::sys;

/// A message from the broker, as it is in the read buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) topic: &'a str,
    pub(crate) payload: &'a [u8],
}

/// Receives the messages of a session.
pub(crate) trait MessageSink: Send {
    /// Takes a message, and returns whether it brings something new. Called on the link's task for every
    /// message that the broker sends, wanted or not: must not block, and must not allocate for a message
    /// that it drops.
    fn accept(&mut self, message: Message<'_>) -> bool;
}

/// Collects the broker's version and uptime. Of several messages about the same, the last counts, so that
/// a flood needs no queue.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SysValues {
    pub(crate) version: Option<String>,
    /// How long the broker has been up.
    pub(crate) uptime: Option<Duration>,
}

impl MessageSink for SysValues {
    fn accept(&mut self, Message { topic, payload }: Message<'_>) -> bool {
        match topic {
            sys::VERSION => self.version = sys::version(payload).or(self.version.take()),
            sys::UPTIME => self.uptime = sys::uptime(payload).or(self.uptime),
            _ => return false,
        }
        *self != Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_and_uptime_are_collected_and_other_messages_dropped() {
        let mut values = SysValues::default();
        let mut accept =
            |topic, payload: &str| values.accept(Message { topic, payload: payload.as_bytes() });
        assert!(!accept("a/b", "mosquitto version 9"));
        assert!(!accept(sys::VERSION, ""), "says nothing");
        assert!(accept(sys::VERSION, "mosquitto version 1"));
        assert!(accept(sys::VERSION, "mosquitto version 2"));
        assert!(accept(sys::UPTIME, "7 seconds"));
        assert!(accept(sys::UPTIME, "soon"), "the earlier one is still new");
        let (version, uptime) = ("mosquitto version 2".to_owned(), Duration::from_secs(7));
        assert_eq!(values, SysValues { version: Some(version), uptime: Some(uptime) });
    }
}
