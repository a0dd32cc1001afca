//! Lists of connections as JSON, and the last ones kept: a fleet in which nothing has changed since
//! costs one copy of a pointer, however often it is asked for.

use std::sync::{PoisonError, RwLock};

use axum::response::Response;
use bytes::Bytes;
use haltere_app::App;
use haltere_app::connections::{Listing, Version};
use http::StatusCode;
use serde::Serializer;
use zeroize::Zeroizing;

use crate::error::json_bytes;
use crate::wire::connection::WireConnection;

/// The last lists of all connections.
#[derive(Default)]
pub(crate) struct Rendered {
    without_secrets: Kept,
    /// No more than what the links need in memory anyway, and overwritten like it when the next list
    /// takes its place.
    with_secrets: Kept,
}

/// A list, and of which version of the fleet it is.
#[derive(Default)]
struct Kept(RwLock<Option<(Version, Bytes)>>);

impl Rendered {
    /// A list of all connections.
    pub(crate) fn all(&self, app: &App, listing: &Listing) -> Response {
        let body = if shows_secrets(listing) {
            self.with_secrets.body(app, listing)
        } else {
            // What is in here goes to everybody who may see connections at all.
            self.without_secrets.body(app, listing)
        };
        json_bytes(StatusCode::OK, body)
    }
}

impl Kept {
    fn body(&self, app: &App, listing: &Listing) -> Bytes {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, body)) = kept.filter(|(version, _)| *version == listing.version) {
            return body;
        }
        let body = render(app, listing);
        let kept = Some((listing.version, body.clone()));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = kept;
        body
    }
}

/// A list of some connections: never kept.
pub(crate) fn some(app: &App, listing: &Listing) -> Response {
    json_bytes(StatusCode::OK, render(app, listing))
}

fn shows_secrets(listing: &Listing) -> bool {
    listing.secrets && listing.entries.iter().any(|entry| entry.has_secrets())
}

fn render(app: &App, listing: &Listing) -> Bytes {
    /// About what a connection without certificates takes.
    const USUAL_BYTES: usize = 320;
    let views = app.views(listing);
    let mut body = Vec::with_capacity(views.len() * USUAL_BYTES);
    serde_json::Serializer::new(&mut body)
        .collect_seq(views.iter().map(WireConnection::from))
        .expect("wire types have string keys and finite numbers");
    if shows_secrets(listing) { Bytes::from_owner(Zeroizing::new(body)) } else { body.into() }
}
