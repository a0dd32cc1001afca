//! Live events: what changed, so that open consoles can ask for how it is now.

mod hub;
mod subscribe;

pub use hub::{Batch, Event, EventId, Gap, NoEventId, Subscriber};

pub(crate) use hub::Hub;
