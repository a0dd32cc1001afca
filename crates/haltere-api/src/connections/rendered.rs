//! Lists of connections as JSON, and the last one kept: a fleet in which nothing has changed since
//! costs one copy of a pointer, however often it is asked for.

use std::sync::{PoisonError, RwLock};

use axum::response::Response;
use bytes::Bytes;
use haltere_app::App;
use haltere_app::connections::{Entry, Listing, Version};
use http::StatusCode;
use serde::Serializer;

use crate::error::json_bytes;
use crate::wire::connection::WireConnection;

/// The last list of all connections that held no secret.
#[derive(Debug, Default)]
pub(crate) struct Rendered(RwLock<Option<Kept>>);

#[derive(Debug, Clone)]
struct Kept {
    version: Version,
    body: Bytes,
    /// No connection has a secret, so that everybody's list is the same.
    same_for_all: bool,
}

impl Rendered {
    /// A list of all connections.
    pub(crate) fn all(&self, app: &App, listing: &Listing) -> Response {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let fits = |kept: &Kept| {
            kept.version == listing.version && (kept.same_for_all || !listing.secrets)
        };
        if let Some(kept) = kept.filter(fits) {
            return json_bytes(StatusCode::OK, kept.body);
        }
        let same_for_all =
            !listing.entries.iter().any(|entry: &std::sync::Arc<Entry>| entry.has_secrets());
        let body = render(app, listing);
        if same_for_all || !listing.secrets {
            let kept = Kept { version: listing.version, body: body.clone(), same_for_all };
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        }
        json_bytes(StatusCode::OK, body)
    }
}

/// A list of some connections: never kept.
pub(crate) fn some(app: &App, listing: &Listing) -> Response {
    json_bytes(StatusCode::OK, render(app, listing))
}

fn render(app: &App, listing: &Listing) -> Bytes {
    /// About what a connection without certificates takes.
    const USUAL_BYTES: usize = 320;
    let views = app.views(listing);
    let mut body = Vec::with_capacity(views.len() * USUAL_BYTES);
    serde_json::Serializer::new(&mut body)
        .collect_seq(views.iter().map(WireConnection::from))
        .expect("wire types have string keys and finite numbers");
    body.into()
}
