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
    under_way: Option<UnderWay>,
    /// The memory that an event under way takes.
    memory: Option<Reservation>,
    /// One of the streams that may be open, until this one is dropped.
    _slot: Reservation,
}

/// An event `connections` of which not all was sent.
struct UnderWay {
    connections: Connections,
    /// Ids of those that are gone.
    removed: Vec<String>,
    position: Position,
    /// Whether it is about all connections.
    is_complete: bool,
    /// How it begins, as long as it has not.
    head: Option<Bytes>,
}

enum Connections {
    All(Box<Pieces>),
    Some(VecDeque<ConnectionId>),
}

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
            under_way: None,
            memory: None,
            _slot: slot,
        }
    }

    /// What to send next; `None` when the session has ended or haltere shuts down.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.subscriber.has_ended() {
                return None;
            }
            if let Some(next) = self.queue.pop_front() {
                self.sent = Instant::now();
                return Some(next);
            }
            if let Some(event) = self.under_way.take() {
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

    /// Waits for changes. Outside, `None` at the end of the stream; inside, when nothing was sent for a while.
    async fn next_batch(&mut self) -> Option<Option<Batch>> {
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
            } => batch.map(Some),
            () = sleep_until(self.sent + HEARTBEAT) => Some(None),
        };
        // What is sent from now on is what the caller may see as of this batch.
        self.context.principal = self.subscriber.principal().clone();
        if let Some(Some(_)) = batch {
            self.throttle.count(Instant::now());
        }
        batch
    }

    /// All connections, after saying what was missed; `None` at the end of the stream.
    async fn begin_all(&mut self, missed: Option<Gap>) -> Option<()> {
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
        let connections = match listing {
            Some(listing) => {
                self.hold(cost(&listing)).await?;
                self.hold_selection(listing.entries.len()).await?;
                Connections::All(Box::new(Pieces::new(self.state.app.clone(), listing)))
            }
            None => Connections::Some(VecDeque::new()),
        };
        self.under_way = Some(UnderWay::new(connections, position, true));
        Some(())
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
            let connections = Connections::Some(connections);
            self.under_way = Some(UnderWay::new(connections, batch.position, false));
        }
    }

    /// Releases the memory that was held and takes other memory; waits for it as long as the stream lasts.
    async fn hold(&mut self, bytes: usize) -> Option<()> {
        self.memory = None;
        self.memory = tokio::select! {
            biased;
            () = self.subscriber.ended() => return None,
            memory = self.state.response_memory.wait(holder::of_context(&self.context), bytes) => Some(memory),
        };
        Some(())
    }

    /// Releases the memory for what was selected and takes that for so many connections; waits as [`Self::hold`] does.
    async fn hold_selection(&mut self, connections: usize) -> Option<()> {
        self.selection_memory = None;
        if self.selection.labels().is_empty() {
            return Some(());
        }
        let (bytes, holder) = (connections * Selection::ENTRY, holder::of_context(&self.context));
        self.selection_memory = tokio::select! {
            biased;
            () = self.subscriber.ended() => return None,
            memory = self.state.response_memory.wait(holder, bytes) => Some(memory),
        };
        Some(())
    }

    /// Makes the next piece of an event; `None` at the end of the stream.
    async fn go_on(&mut self, mut event: UnderWay) -> Option<()> {
        let block = match &mut event.connections {
            Connections::All(pieces) => pieces.next(),
            Connections::Some(_) => self.some(&mut event).await?,
        };
        if event.is_over() && event.is_empty() && block.is_none() {
            // Nothing that has changed is selected.
            return Some(());
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
            self.under_way = Some(event);
        }
        Some(())
    }

    /// As many of the connections as make a piece, as they are now; those that are gone by now are removed.
    /// Outside, `None` at the end of the stream; inside, when no connections are left.
    async fn some(&mut self, event: &mut UnderWay) -> Option<Option<Bytes>> {
        let Connections::Some(ids) = &mut event.connections else { return Some(None) };
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
                        event.removed.push(id.as_str().to_owned());
                    }
                }
            }
        }
        if views.is_empty() {
            return Some(None);
        }
        let names = ids.iter().map(ConnectionId::as_str);
        let names = names.chain(event.removed.iter().map(String::as_str));
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
        Some(Some(block))
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

impl UnderWay {
    fn new(connections: Connections, position: Position, is_complete: bool) -> Self {
        let head = format!("event: connections\ndata: {{\"complete\":{is_complete},\"changed\":[");
        Self { connections, removed: Vec::new(), position, is_complete, head: Some(head.into()) }
    }

    fn is_over(&self) -> bool {
        match &self.connections {
            Connections::All(pieces) => pieces.is_at_end(),
            Connections::Some(ids) => ids.is_empty(),
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
