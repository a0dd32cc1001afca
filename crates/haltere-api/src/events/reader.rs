//! One open stream: what it sends next, piece by piece.
//!
//! The data of an event is one line of JSON, so it can be cut anywhere. A piece is made when the one before is
//! on its way, and what a stream makes us hold meanwhile counts as a response does.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use haltere_app::connections::{
    ConnectionError, ConnectionView, ListQuery, Listing, Secrets, shows_certificates_of,
};
use haltere_app::events::{Batch, Change, Gap, Position, Subscriber};
use haltere_app::{Action, Ctx};
use haltere_core::{ConnectionId, PluginId, Reservation};
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::selection::Selection;
use super::throttle::EventThrottle;
use crate::connections::list_cache;
use crate::connections::pieces::{Pieces, cost};
use crate::limits::holder;
use crate::response_memory::{PIECE, SMALL};
use crate::state::ApiState;

/// How often a silent stream shows that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// When a browser that lost the stream tries again, in milliseconds.
const RETRY_MILLIS: u32 = 2_000;

/// How a stream begins.
pub(super) enum Start {
    /// With all connections, perhaps after saying that something was missed.
    Complete(Option<Gap>),
    /// With what was missed.
    Resumed,
}

/// One open stream.
pub(super) struct Reader {
    state: ApiState,
    context: Ctx,
    subscriber: Subscriber,
    throttle: EventThrottle,
    start: Start,
    selection: Selection,
    /// The memory that the selection takes.
    selection_memory: Option<Reservation>,
    /// When something was last sent.
    sent: Instant,
    /// What is to be sent next.
    queue: VecDeque<Bytes>,
    /// The event that has begun and not ended.
    partial: Option<PartialEvent>,
    /// The memory that the event takes.
    memory: Option<Reservation>,
    /// One of the streams that may be open, until this one is dropped.
    _slot: Reservation,
}

/// An event `connections` of which not all was sent.
struct PartialEvent {
    content: EventContent,
    /// Ids of those that are gone.
    removed: Vec<String>,
    position: Position,
    /// Whether it is about all connections.
    is_complete: bool,
    /// How it begins, as long as it has not.
    head: Option<Bytes>,
}

/// What is still to be sent of an event.
enum EventContent {
    /// Of all connections.
    Full(Box<Pieces>),
    /// Of those that have changed.
    Changed(VecDeque<ConnectionId>),
}

/// The stream ends: its session has ended, or haltere shuts down.
struct Ended;

/// The data of an event `gap`: events were missed; the next event is complete.
#[derive(Debug, Serialize)]
struct GapEvent {
    reason: &'static str,
}

impl Reader {
    pub(super) fn new(
        state: ApiState,
        context: Ctx,
        subscriber: Subscriber,
        throttle: EventThrottle,
        start: Start,
        selection: Selection,
        slot: Reservation,
    ) -> Self {
        let context = Ctx { principal: subscriber.principal().clone(), ..context };
        // Sent at once, so that the client knows that the stream is open.
        let preamble = format!("retry: {RETRY_MILLIS}\n:\n\n");
        Self {
            state,
            context,
            subscriber,
            throttle,
            start,
            selection,
            selection_memory: None,
            sent: Instant::now(),
            queue: VecDeque::from([preamble.into()]),
            partial: None,
            memory: None,
            _slot: slot,
        }
    }

    /// What to send next; `None` when the session has ended or haltere shuts down.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        self.next_piece().await.ok()
    }

    async fn next_piece(&mut self) -> Result<Bytes, Ended> {
        loop {
            if self.subscriber.has_ended() {
                return Err(Ended);
            }
            if let Some(next) = self.queue.pop_front() {
                self.sent = Instant::now();
                return Ok(next);
            }
            if let Some(event) = self.partial.take() {
                self.go_on(event).await?;
                continue;
            }
            if let Start::Complete(missed) = std::mem::replace(&mut self.start, Start::Resumed) {
                self.begin_all(missed).await?;
                continue;
            }
            // All of it is on its way.
            self.memory = None;
            let Some(batch) = self.next_batch().await? else {
                self.queue.push_back(Bytes::from_static(b":\n\n"));
                continue;
            };
            match batch.gap {
                Some(gap) => self.begin_all(Some(gap)).await?,
                None => self.begin_changes(&batch),
            }
        }
    }

    /// Waits for changes; `None` when nothing was sent for a while.
    async fn next_batch(&mut self) -> Result<Option<Batch>, Ended> {
        let not_before = self.throttle.next(Instant::now());
        let batch = tokio::select! {
            biased;
            batch = async {
                // A long pause must not hold up a shutdown.
                tokio::select! {
                    () = sleep_until(not_before) => {}
                    () = self.subscriber.ended() => {}
                }
                self.subscriber.next().await
            } => batch.map(Some).ok_or(Ended),
            () = sleep_until(self.sent + HEARTBEAT) => Ok(None),
        };
        // What is sent from now on is what the caller may see as of this batch.
        self.context.principal = self.subscriber.principal().clone();
        if let Ok(Some(_)) = batch {
            self.throttle.count(Instant::now());
        }
        batch
    }

    /// All connections, after saying what was missed.
    async fn begin_all(&mut self, missed: Option<Gap>) -> Result<(), Ended> {
        if let Some(gap) = missed {
            let reason = match gap {
                Gap::Restarted => Some("restarted"),
                Gap::Overrun => Some("overrun"),
                // Nothing was missed.
                Gap::Visibility => None,
            };
            if let Some(reason) = reason {
                self.queue.push_back(event("gap", None, &GapEvent { reason }));
            }
        }
        // Before the list, which is then never older than that.
        let position = self.subscriber.position();
        let listing = self.listing().await;
        self.selection.reset(listing.as_ref());
        let content = match listing {
            Some(listing) => {
                self.hold(cost(&listing)).await?;
                self.hold_selection(listing.entries.len()).await?;
                EventContent::Full(Box::new(Pieces::new(self.state.app.clone(), listing)))
            }
            None => EventContent::Changed(VecDeque::new()),
        };
        self.partial = Some(PartialEvent::new(content, position, true));
        Ok(())
    }

    /// All connections that are selected, if they may be seen.
    async fn listing(&self) -> Option<Listing> {
        if !self.may_see_connections() {
            return None;
        }
        let query = ListQuery { labels: self.selection.labels().clone(), ..ListQuery::default() };
        let listed = self.state.app.connections().list(&self.context, &query, Secrets::Omit).await;
        listed
            .inspect_err(|error| {
                tracing::warn!(%error, "failed to list connections for an event stream");
            })
            .ok()
    }

    fn begin_changes(&mut self, batch: &Batch) {
        let visible = self.may_see_connections();
        let (mut connections, mut plugins) = (VecDeque::new(), false);
        for change in &batch.changes {
            match change {
                Change::Connection(id) if visible => connections.push_back(id.clone()),
                Change::Plugins => plugins = true,
                // Of groups there is no event.
                Change::Connection(_) | Change::Groups => {}
            }
        }
        if plugins {
            // Only the last event has the id: a reader cut off before it comes back for both.
            let id = connections.is_empty().then_some(batch.position);
            self.queue.push_back(event("plugins", id, &serde_json::json!({})));
        }
        if !connections.is_empty() {
            let content = EventContent::Changed(connections);
            self.partial = Some(PartialEvent::new(content, batch.position, false));
        }
    }

    /// Releases the memory that was held and takes other memory; waits for it as long as the stream lasts.
    async fn hold(&mut self, bytes: usize) -> Result<(), Ended> {
        self.memory = None;
        self.memory = tokio::select! {
            biased;
            () = self.subscriber.ended() => return Err(Ended),
            memory = self.state.response_memory.wait(holder::of_context(&self.context), bytes) => Some(memory),
        };
        Ok(())
    }

    /// Releases the memory for what was selected and takes that for so many connections; waits as [`Self::hold`] does.
    async fn hold_selection(&mut self, connections: usize) -> Result<(), Ended> {
        self.selection_memory = None;
        if self.selection.labels().is_empty() {
            return Ok(());
        }
        let (bytes, holder) = (connections * Selection::ENTRY, holder::of_context(&self.context));
        self.selection_memory = tokio::select! {
            biased;
            () = self.subscriber.ended() => return Err(Ended),
            memory = self.state.response_memory.wait(holder, bytes) => Some(memory),
        };
        Ok(())
    }

    /// Makes the next piece of an event.
    async fn go_on(&mut self, mut event: PartialEvent) -> Result<(), Ended> {
        let block = match &mut event.content {
            EventContent::Full(pieces) => pieces.next(),
            EventContent::Changed(ids) => self.changed(ids, &mut event.removed).await?,
        };
        if event.is_over() && event.is_empty() && block.is_none() {
            // Nothing that has changed is selected.
            return Ok(());
        }
        let comma = || block.is_some().then(|| Bytes::from_static(b","));
        let before = event.head.take().or_else(comma);
        let tail = event.is_over().then(|| event.tail());
        let pieces: Vec<_> = [before, block, tail].into_iter().flatten().collect();
        if pieces.iter().map(Bytes::len).sum::<usize>() <= SMALL {
            // Most events are one piece.
            self.queue.push_back(pieces.concat().into());
        } else {
            self.queue.extend(pieces);
        }
        if !event.is_over() {
            self.partial = Some(event);
        }
        Ok(())
    }

    /// As many of the connections as make a piece, as they are now; those that are gone by now are added to `removed`.
    /// `None` when no connections are left.
    async fn changed(
        &mut self,
        ids: &mut VecDeque<ConnectionId>,
        removed: &mut Vec<String>,
    ) -> Result<Option<Bytes>, Ended> {
        let (mut views, mut size) = (Vec::new(), 0);
        while size < PIECE
            && let Some(id) = ids.pop_front()
        {
            match self.view(&id).await {
                Some(view) if self.selection.takes(&view.entry) => {
                    size += list_cache::estimated_size(&view);
                    views.push(view);
                }
                Some(_) | None => {
                    if self.selection.removes(id.as_str()) {
                        removed.push(id.as_str().to_owned());
                    }
                }
            }
        }
        if views.is_empty() {
            return Ok(None);
        }
        let names = ids.iter().map(ConnectionId::as_str);
        let names = names.chain(removed.iter().map(String::as_str));
        let names = names.map(|name| size_of::<String>() + name.len()).sum::<usize>();
        self.hold(size + names).await?;
        let (block, count) = list_cache::piece(&self.state.app, &views);
        // The rest comes with the next piece.
        for view in views[count..].iter().rev() {
            // A connection that can't be read has its id, by which it was found.
            if let Ok(id) = ConnectionId::parse(view.entry.id()) {
                ids.push_front(id);
            }
        }
        Ok(Some(block))
    }

    /// Checked for each batch: a plugin may be switched while the stream is open.
    fn may_see_connections(&self) -> bool {
        self.context.may(Action::ListConnections)
            && self.state.app.plugins().is_on(PluginId::ConnectionsRestApi)
    }

    /// The connection as it is now; `None` when it is gone by now.
    async fn view(&self, id: &ConnectionId) -> Option<ConnectionView> {
        match self.state.app.connections().get(&self.context, id, Secrets::Omit).await {
            Ok(view) => {
                let certificates =
                    view.certificates && shows_certificates_of(&self.context, id.as_str());
                Some(ConnectionView { certificates, ..view })
            }
            Err(
                ConnectionError::NotFound
                | ConnectionError::NotAllowed(_)
                | ConnectionError::Outdated(_),
            ) => None,
            Err(ConnectionError::Internal(error)) => {
                tracing::warn!(error = %error, "failed to read a connection for an event stream");
                None
            }
        }
    }
}

impl PartialEvent {
    fn new(content: EventContent, position: Position, is_complete: bool) -> Self {
        let head = format!("event: connections\ndata: {{\"complete\":{is_complete},\"changed\":[");
        Self { content, removed: Vec::new(), position, is_complete, head: Some(head.into()) }
    }

    fn is_over(&self) -> bool {
        match &self.content {
            EventContent::Full(pieces) => pieces.is_at_end(),
            EventContent::Changed(ids) => ids.is_empty(),
        }
    }

    /// Whether it has not begun, and no connection is gone.
    fn is_empty(&self) -> bool {
        !self.is_complete && self.head.is_some() && self.removed.is_empty()
    }

    fn tail(&self) -> Bytes {
        let removed = serde_json::to_string(&self.removed).expect("texts are JSON");
        format!("],\"removed\":{removed}}}\nid: {}\n\n", self.position).into()
    }
}

fn event(name: &str, id: Option<Position>, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).expect("wire types have string keys and finite numbers");
    let mut text = format!("event: {name}\ndata: {data}\n");
    if let Some(id) = id {
        // Writing into a String can't fail.
        let _ = writeln!(text, "id: {id}");
    }
    text.push('\n');
    text.into()
}
