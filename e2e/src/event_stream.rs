//! Reading server-sent events.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde_json::Value;

use crate::wait::DEADLINE;

/// One event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    /// `id:`
    pub id: Option<String>,
    /// `event:`
    pub kind: String,
    /// `data:`, the lines joined.
    pub data: String,
}

impl Event {
    /// The data as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data)
            .unwrap_or_else(|error| panic!("an event's data is no JSON ({error}): {}", self.data))
    }
}

/// An open stream of events.
pub struct EventStream {
    chunks: BoxStream<'static, reqwest::Result<Bytes>>,
    unread: Vec<u8>,
    /// How much of `unread` was searched for the end of an event in vain.
    searched: usize,
    seen: Vec<Event>,
}

impl EventStream {
    pub(crate) fn new(response: reqwest::Response) -> Self {
        Self {
            chunks: response.bytes_stream().boxed(),
            unread: Vec::new(),
            searched: 0,
            seen: Vec::new(),
        }
    }

    /// The next event; `None` when the stream has ended. Fails after [`DEADLINE`].
    pub async fn next(&mut self) -> Option<Event> {
        let Ok(event) = tokio::time::timeout(DEADLINE, self.next_unbounded()).await else {
            panic!("no event within {DEADLINE:?}; before that: {:#?}", self.seen)
        };
        event
    }

    /// The next event for which `wanted` is true. Fails when the stream ends or [`DEADLINE`] is over.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        let search = async {
            while let Some(event) = self.next_unbounded().await {
                if wanted(&event) {
                    return Some(event);
                }
            }
            None
        };
        let Ok(found) = tokio::time::timeout(DEADLINE, search).await else {
            panic!("not within {DEADLINE:?}: {what}; the stream held {:#?}", self.seen)
        };
        found.unwrap_or_else(|| panic!("the stream ended before {what}: {:#?}", self.seen))
    }

    /// Reads on until the stream ends; whether it did so within `deadline`.
    pub async fn ends_within(&mut self, deadline: Duration) -> bool {
        let drain = async { while self.next_unbounded().await.is_some() {} };
        tokio::time::timeout(deadline, drain).await.is_ok()
    }

    /// Every event read so far.
    pub fn seen(&self) -> &[Event] {
        &self.seen
    }

    async fn next_unbounded(&mut self) -> Option<Event> {
        loop {
            while let Some(block) = self.take_block() {
                if let Some(event) = parse(&block) {
                    self.seen.push(event.clone());
                    return Some(event);
                }
            }
            // A stream that is cut off has ended, however it ended.
            let chunk = self.chunks.next().await?.ok()?;
            self.unread.extend_from_slice(&chunk);
        }
    }

    fn take_block(&mut self) -> Option<String> {
        // The last byte may be the first half of the end.
        let from = self.searched.saturating_sub(1);
        let found = self.unread[from..].windows(2).position(|pair| pair == b"\n\n");
        self.searched = if found.is_some() { 0 } else { self.unread.len() };
        let end = from + found?;
        let block: Vec<u8> = self.unread.drain(..end + 2).collect();
        Some(String::from_utf8(block).expect("events are UTF-8"))
    }
}

/// `None` for a block of comments, which keep the connection alive and say nothing.
fn parse(block: &str) -> Option<Event> {
    let mut event = Event::default();
    let mut data = Vec::new();
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => event.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut event.kind),
            "data" => data.push(value),
            _ => {}
        }
    }
    event.data = data.join("\n");
    (!event.data.is_empty() || !event.kind.is_empty()).then_some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_as_the_standard_says() {
        let event = parse("id: 7\nevent: connections\ndata: {\ndata:}\n\n").expect("an event");
        assert_eq!(event.id.as_deref(), Some("7"));
        assert_eq!(event.kind, "connections");
        assert_eq!(event.data, "{\n}");
        assert_eq!(parse(": keep-alive\n\n"), None);
    }
}
