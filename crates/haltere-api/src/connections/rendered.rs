//! Lists of connections as JSON, and the last ones kept: a fleet in which nothing has changed since
//! costs one copy of a pointer, however often it is asked for, and one in which little has changed
//! costs that little and a copy of the rest. So a broker that comes and goes is not felt by those who
//! look at a thousand others.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use axum::response::Response;
use bytes::Bytes;
use haltere_app::App;
use haltere_app::connections::{ConnectionView, Entry, Listing, Version};
use haltere_core::ConnectionStatus;
use http::StatusCode;
use zeroize::Zeroizing;

use crate::error::json_bytes;
use crate::wire::connection::WireConnection;

/// About what a connection without certificates takes.
const USUAL_BYTES: usize = 320;

/// How far ahead an unchanged connection is looked for when those before it are gone.
const AHEAD: usize = 4;

/// The last lists of all connections.
#[derive(Default)]
pub(crate) struct Rendered {
    without_secrets: Kept,
    /// No more than what the links need in memory anyway, and overwritten like it when the next list
    /// takes its place.
    with_secrets: Kept,
}

#[derive(Default)]
struct Kept(RwLock<Option<List>>);

/// A list, of which version of the fleet it is, and what stands where.
#[derive(Clone)]
struct List {
    version: Version,
    body: Bytes,
    pieces: Arc<[Piece]>,
}

/// One connection in a list: what it was made of, to see whether it is still the same.
struct Piece {
    /// Keeps nothing alive but the right to be compared.
    entry: Weak<Entry>,
    status: Option<Arc<ConnectionStatus>>,
    place: Range<usize>,
}

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
        if let Some(list) = kept.as_ref().filter(|list| list.version == listing.version) {
            return list.body.clone();
        }
        let list = List::render(app, listing, kept.as_ref());
        let body = list.body.clone();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(list);
        body
    }
}

/// A list of some connections: never kept.
pub(crate) fn some(app: &App, listing: &Listing) -> Response {
    json_bytes(StatusCode::OK, List::render(app, listing, None).body)
}

fn shows_secrets(listing: &Listing) -> bool {
    listing.secrets && listing.entries.iter().any(|entry| entry.has_secrets())
}

impl List {
    /// Takes from the list `before` what has not changed since; that has to be one of the same kind,
    /// with secrets or without.
    fn render(app: &App, listing: &Listing, before: Option<&Self>) -> Self {
        let views = app.views(listing);
        let usual = before.map_or(0, |before| before.body.len() + before.body.len() / 8);
        let mut body = Vec::with_capacity(usual.max(views.len() * USUAL_BYTES));
        let mut pieces = Vec::with_capacity(views.len());
        let mut unchanged = before.map(Unchanged::of);
        body.push(b'[');
        for view in &views {
            if !pieces.is_empty() {
                body.push(b',');
            }
            let start = body.len();
            match unchanged.as_mut().and_then(|unchanged| unchanged.find(view)) {
                Some(bytes) => body.extend_from_slice(bytes),
                None => serde_json::to_writer(&mut body, &WireConnection::from(view))
                    .expect("wire types have string keys and finite numbers"),
            }
            pieces.push(Piece::of(view, start..body.len()));
        }
        body.push(b']');
        let secret = shows_secrets(listing);
        let body = if secret { Bytes::from_owner(Zeroizing::new(body)) } else { body.into() };
        Self { version: listing.version, body, pieces: pieces.into() }
    }
}

impl Piece {
    fn of(view: &ConnectionView, place: Range<usize>) -> Self {
        Self { entry: Arc::downgrade(&view.entry), status: view.status.clone(), place }
    }

    fn shows(&self, view: &ConnectionView) -> bool {
        let same_status = match (&self.status, &view.status) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        same_status && std::ptr::eq(self.entry.as_ptr(), Arc::as_ptr(&view.entry))
    }
}

/// Walks through an older list beside the one that is being made: both are in the order of creation.
struct Unchanged<'a> {
    body: &'a [u8],
    rest: &'a [Piece],
}

impl<'a> Unchanged<'a> {
    fn of(list: &'a List) -> Self {
        Self { body: &list.body, rest: &list.pieces }
    }

    /// How the connection was written, if it is still the same; to be asked for one after the other.
    fn find(&mut self, view: &ConnectionView) -> Option<&'a [u8]> {
        let found = self.rest.iter().take(AHEAD).position(|piece| piece.shows(view));
        let place = found.map(|at| self.rest[at].place.clone());
        self.rest = self.rest.get(found.unwrap_or(0) + 1..).unwrap_or_default();
        place.map(|place| &self.body[place])
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use serde_json::json;

    use crate::test_support::{TestApi, connection, nobody};

    const PATH: &str = "/api/connections";

    /// The kept list is, to the letter, the one that is made anew.
    async fn is_as_if_made_anew(api: &TestApi) {
        for role in [Role::Admin, Role::Viewer] {
            let client = api.role(role).await;
            let (kept, anew) =
                (client.get(PATH).await, client.get(&format!("{PATH}?limit=99")).await);
            assert_eq!(kept.text, anew.text, "{role}");
        }
    }

    #[tokio::test]
    async fn whatever_changes_the_list_is_as_if_made_anew() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = nobody();
        is_as_if_made_anew(&api).await;
        for n in 0..12 {
            let mut body = connection(&format!("c{n}"), &url);
            body["credentials"] = json!({"username": "u", "password": format!("hunter{n}")});
            assert_eq!(admin.post(PATH, body).await.status, 202);
        }
        // Retries would change a list between two looks at it.
        for n in 0..12 {
            let path = format!("{PATH}/c{n}/disconnect");
            assert_eq!(admin.post(&path, json!({})).await.status, 200);
        }
        is_as_if_made_anew(&api).await;
        let renamed = json!({"name": "\"another\" name"});
        assert_eq!(admin.patch(&format!("{PATH}/c1"), renamed).await.status, 200);
        is_as_if_made_anew(&api).await;
        // One of them, some in a row, more than are looked for ahead, the first and the last.
        for gone in [&["c5"][..], &["c2", "c3"], &["c6", "c7", "c8", "c9", "c10"], &["c0", "c11"]] {
            for id in gone {
                assert_eq!(admin.delete(&format!("{PATH}/{id}?secrets=omit")).await.status, 200);
            }
            is_as_if_made_anew(&api).await;
        }
        assert_eq!(admin.get(PATH).await.ids(), ["c1", "c4"]);
        let secret = json!({"credentials": {"username": "u", "password": "hunter4b"}});
        assert_eq!(admin.patch(&format!("{PATH}/c4"), secret).await.status, 200);
        assert!(admin.get(PATH).await.text.contains("hunter4b"));
        is_as_if_made_anew(&api).await;
    }
}
