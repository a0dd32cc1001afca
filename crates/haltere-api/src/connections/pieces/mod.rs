//! A list of connections on its way to one reader, piece by piece. Nothing is made before the reader has
//! taken what went before, so that a reader who takes nothing costs one piece, however long the list is.
//!
//! What is stored is shown as it was when the list began; how a link is, as it is when its piece is made.

use std::convert::Infallible;
use std::iter;
use std::sync::{Arc, Weak};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use haltere_app::App;
use haltere_app::connections::Listing;
use haltere_core::quota::Holder;
use http::StatusCode;
use zeroize::Zeroizing;

use super::list_cache::{self, List};
use crate::error::json_bytes;
use crate::response_memory::{PIECE, ResponseCost};
use crate::state::ApiState;

/// How many connections are looked up at a time. Those that make no block are looked up again.
const AT_ONCE: usize = 256;

/// The connections of a list that are still to come.
pub(crate) struct Pieces {
    app: App,
    listing: Listing,
    next: usize,
    /// The list that was kept when this one began. When there is a newer one, the rest is made for this reader
    /// alone: what is kept is not kept for slow readers.
    kept: Weak<List>,
}

impl Pieces {
    pub(crate) fn new(app: App, listing: Listing, kept: Option<&Arc<List>>) -> Self {
        let kept = kept.map(Arc::downgrade).unwrap_or_default();
        Self { app, listing, next: 0, kept }
    }

    /// Connections with commas between them; `None` after the last one.
    pub(crate) fn next(&mut self) -> Option<Bytes> {
        let total = self.listing.entries.len();
        if self.next >= total {
            return None;
        }
        if let Some((block, next)) = self.kept.upgrade().and_then(|list| list.block(self.next)) {
            self.next = next;
            return Some(block);
        }
        self.kept = Weak::new();
        let end = total.min(self.next + AT_ONCE);
        let views = self.app.views(&self.listing, self.next..end);
        let (block, count) = list_cache::some(&views);
        self.next += count;
        Some(block)
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.next >= self.listing.entries.len()
    }
}

/// What a reader of `listing` makes us hold at most, in bytes: a piece, and the list of what is to come.
pub(crate) fn cost(listing: &Listing, kept: Option<&Arc<List>>) -> usize {
    let largest = kept.map_or_else(|| largest_material(listing), |list| list.largest_block());
    PIECE.max(largest) + size_of_val(&*listing.entries)
}

fn largest_material(listing: &Listing) -> usize {
    let entries = listing.entries.iter();
    entries.map(|entry| list_cache::material(listing, entry)).max().unwrap_or_default()
}

/// The answer that is a list of all connections: as a whole where it is kept and the caller's share has room
/// for it, else in pieces.
pub(crate) fn all(state: &ApiState, holder: &Holder, listing: Listing) -> Response {
    let kept = state.list_cache.all(&state.app, &listing);
    let whole = kept.as_ref().and_then(|list| list.whole());
    if let Some(whole) = whole.and_then(|list| state.response_memory.whole(holder, list)) {
        let mut response = json_bytes(StatusCode::OK, whole);
        response.extensions_mut().insert(ResponseCost::Charged);
        return response;
    }
    let cost = cost(&listing, kept.as_ref());
    in_pieces(None, Pieces::new(state.app.clone(), listing, kept.as_ref()), cost)
}

/// The answer that is a list of some connections: made for its reader alone.
pub(crate) fn some(state: &ApiState, listing: Listing) -> Response {
    let cost = cost(&listing, None);
    let mut pieces = Pieces::new(state.app.clone(), listing, None);
    let first = pieces.next();
    if pieces.is_at_end() {
        return json_bytes(StatusCode::OK, enclosed(first.as_deref().unwrap_or_default()));
    }
    in_pieces(first, pieces, cost)
}

/// A list with its brackets.
fn enclosed(connections: &[u8]) -> Bytes {
    let mut list = Zeroizing::new(Vec::with_capacity(connections.len() + 2));
    list.push(b'[');
    list.extend_from_slice(connections);
    list.push(b']');
    Bytes::from_owner(list)
}

fn in_pieces(mut first: Option<Bytes>, mut pieces: Pieces, cost: usize) -> Response {
    let mut is_first = true;
    let blocks = iter::from_fn(move || first.take().or_else(|| pieces.next()));
    let blocks = blocks.flat_map(move |block| {
        let before = if std::mem::take(&mut is_first) { "[" } else { "," };
        [Bytes::from_static(before.as_bytes()), block]
    });
    let body = blocks.chain(iter::once(Bytes::from_static(b"]")));
    let body = Body::from_stream(stream::iter(body.map(Ok::<_, Infallible>)));
    let mut response = json_bytes(StatusCode::OK, body);
    response.extensions_mut().insert(ResponseCost::AtMost(cost));
    response
}

#[cfg(test)]
mod tests;
