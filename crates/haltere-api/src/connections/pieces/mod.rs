//! The response that is a list of connections.
//!
//! A list of all connections is sent as a whole where possible. Any other list is made for one client, piece by piece,
//! each when the client has read the one before: so a client that reads nothing costs one piece, however long the list is.
//! Stored fields are shown as they were when the list began; statuses as they are when their piece is made.

use std::convert::Infallible;
use std::iter;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use haltere_app::App;
use haltere_app::connections::Listing;
use haltere_core::quota::QuotaHolder;
use http::StatusCode;
use zeroize::Zeroizing;

use super::list_cache::{self, estimated_size_in, material};
use crate::error::json_bytes;
use crate::response_memory::{PIECE, ResponseCost};
use crate::state::ApiState;

/// The connections of a list that are still to come.
pub(crate) struct Pieces {
    app: App,
    listing: Listing,
    next: usize,
}

impl Pieces {
    pub(crate) fn new(app: App, listing: Listing) -> Self {
        Self { app, listing, next: 0 }
    }

    /// Connections with commas between them; `None` after the last one.
    pub(crate) fn next(&mut self) -> Option<Bytes> {
        if self.is_at_end() {
            return None;
        }
        let views = self.app.connections().views(&self.listing, self.next..self.end_of_piece());
        let (piece, count) = list_cache::piece(&self.app, &views);
        self.next += count;
        Some(piece)
    }

    /// Up to where the next piece goes at most: where it is full by the estimate.
    fn end_of_piece(&self) -> usize {
        let mut size = 0;
        let rest = &self.listing.entries[self.next..];
        let fitting = rest.iter().take_while(|entry| {
            let has_space = size < PIECE;
            size += estimated_size_in(&self.listing, entry);
            has_space
        });
        self.next + fitting.count()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.next >= self.listing.entries.len()
    }
}

/// The memory that a client of `listing` uses at most, in bytes: a piece, and the list of what is to come.
pub(crate) fn cost(listing: &Listing) -> usize {
    let entries = listing.entries.iter();
    let largest = entries.map(|entry| material(listing, entry)).max().unwrap_or_default();
    PIECE.max(largest) + size_of_val(&*listing.entries)
}

/// A list of connections: as a whole if it is one of all connections and the caller's quota allows it, else in pieces.
pub(crate) fn list(state: &ApiState, holder: &QuotaHolder, listing: Listing) -> Response {
    let full = state.list_cache.full_list(&state.app, &listing);
    if let Some(full) = full.and_then(|body| state.response_memory.whole(holder, &body)) {
        let mut response = json_bytes(StatusCode::OK, full);
        response.extensions_mut().insert(ResponseCost::Charged);
        return response;
    }
    let cost = cost(&listing);
    let mut pieces = Pieces::new(state.app.clone(), listing);
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
