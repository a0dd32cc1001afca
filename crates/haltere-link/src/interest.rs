//! Which topics a link subscribes to.

use std::sync::{Arc, LazyLock};

use haltere_core::TopicFilter;
use haltere_mosquitto::sys;

/// The topic filters that a link wants. Part of its spec: the link compares them with the subscriptions of
/// its session, and subscribes and unsubscribes so that the two match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    filters: Arc<[TopicFilter]>,
}

static NONE: LazyLock<Interest> = LazyLock::new(|| Interest { filters: Arc::default() });

static VERSION_AND_UPTIME: LazyLock<Interest> = LazyLock::new(|| {
    let parse = |topic| TopicFilter::parse(topic).expect("a valid filter");
    Interest { filters: [sys::VERSION, sys::UPTIME].map(parse).into() }
});

impl Interest {
    /// No topics.
    pub fn none() -> Self {
        NONE.clone()
    }

    /// The broker's version and uptime (`$SYS`).
    pub fn version_and_uptime() -> Self {
        VERSION_AND_UPTIME.clone()
    }

    /// Whether it contains no topics.
    pub(crate) fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// The topic filters.
    pub(crate) fn filters(&self) -> &[TopicFilter] {
        &self.filters
    }

    /// Whether it contains this filter.
    pub(crate) fn contains(&self, filter: &TopicFilter) -> bool {
        self.filters.contains(filter)
    }
}

#[cfg(test)]
impl FromIterator<TopicFilter> for Interest {
    fn from_iter<I: IntoIterator<Item = TopicFilter>>(filters: I) -> Self {
        Self { filters: filters.into_iter().collect() }
    }
}
