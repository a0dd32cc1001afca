//! Lists of connections as JSON, joined from the texts of their connections.
//!
//! The application keeps a text per connection and selection of fields (`Connections::view_text`), so a change of one connection costs its
//! text and a copy of the others. A list of all connections is joined once for all callers that see the same.

use std::sync::Arc;

use bytes::Bytes;
use haltere_app::App;
use haltere_app::connections::{ConnectionView, Entry, Fields, Listing, Version, ViewText};
use parking_lot::RwLock;
use zeroize::Zeroizing;

use crate::response_memory::PIECE;
use crate::wire::connection::WireConnection;

/// About what a connection without certificates takes, in bytes.
const LISTED_BYTES: usize = 320;

/// The additional space for a text that is being written, in bytes. A reason for a failure has about this many.
/// Text that outgrows its buffer leaves a copy behind, and it may be secret.
const SPARE: usize = 2 * 1024;

/// A list is kept and sent as one body up to this size, in bytes.
const LARGEST_FULL: usize = 2 * 1024 * 1024;

/// The list of all connections as it was last sent, for each selection of fields. One with secrets is overwritten when
/// the next one replaces it; until then it may contain secrets of connections that were deleted.
#[derive(Default)]
pub(crate) struct ListCache([RwLock<Option<CachedList>>; Fields::COUNT]);

/// A list of all connections.
#[derive(Clone)]
struct CachedList {
    version: Version,
    /// With brackets; `None` if it is too large to be sent as one body.
    body: Option<Bytes>,
}

impl ListCache {
    /// The body of a complete list; `None` for another one, and for one that is too large.
    pub(crate) fn full_list(&self, app: &App, listing: &Listing) -> Option<Bytes> {
        if !listing.is_complete {
            return None;
        }
        let cached = &self.0[listing.fields().index()];
        if let Some(list) = &*cached.read()
            && list.version == listing.version
        {
            return list.body.clone();
        }
        let body = render_full(app, listing);
        let list = CachedList { version: listing.version, body: body.clone() };
        let older = cached.write().replace(list);
        // Not under the lock: it may have to be overwritten.
        drop(older);
        body
    }
}

/// Joins the texts of all entries of a list; `None` if that is too large.
fn render_full(app: &App, listing: &Listing) -> Option<Bytes> {
    // Most lists that are too large are recognized without looking anything up.
    if listing.entries.len() > LARGEST_FULL / LISTED_BYTES {
        return None;
    }
    let views = app.connections().views(listing, 0..listing.entries.len());
    let mut size = 0;
    let mut texts = Vec::with_capacity(views.len());
    for view in &views {
        let text = text(app, view);
        size += text.len() + 1;
        if size > LARGEST_FULL {
            return None;
        }
        texts.push(text);
    }
    Some(joined("[", &texts, "]"))
}

/// Joins the texts of as many of `views` as fit into a piece, and at least of one; and how many those are.
pub(crate) fn piece(app: &App, views: &[ConnectionView]) -> (Bytes, usize) {
    let (mut texts, mut size) = (Vec::new(), 0);
    for view in views {
        let text = text(app, view);
        size += text.len() + 1;
        if size > PIECE + 1 && !texts.is_empty() {
            break;
        }
        texts.push(text);
    }
    (joined("", &texts, ""), texts.len())
}

/// The text of one connection.
fn text(app: &App, view: &ConnectionView) -> Arc<ViewText> {
    app.connections().view_text(view, |view| {
        let mut text = Vec::with_capacity(estimated_size(view) + LISTED_BYTES + SPARE);
        serde_json::to_writer(&mut text, &WireConnection::from(view))
            .expect("wire types have string keys and finite numbers");
        text
    })
}

/// The texts with commas between them. Overwritten when dropped, if there are secrets in them.
fn joined(before: &str, texts: &[Arc<ViewText>], after: &str) -> Bytes {
    let size = texts.iter().map(|text| text.len() + 1).sum::<usize>();
    let mut all = Vec::with_capacity(before.len() + size + after.len());
    all.extend_from_slice(before.as_bytes());
    for (n, text) in texts.iter().enumerate() {
        if n > 0 {
            all.push(b',');
        }
        all.extend_from_slice(text);
    }
    all.extend_from_slice(after.as_bytes());
    if texts.iter().any(|text| text.is_secret()) {
        Bytes::from_owner(Zeroizing::new(all))
    } else {
        all.into()
    }
}

/// About the size of a connection in a list, in bytes.
pub(crate) fn estimated_size_in(listing: &Listing, entry: &Entry) -> usize {
    LISTED_BYTES + labels(entry) + material(listing, entry)
}

/// About what certificates and keys of a connection add to a list, in bytes.
pub(crate) fn material(listing: &Listing, entry: &Entry) -> usize {
    let Fields { secrets, certificates } = listing.fields_of(entry);
    if certificates { in_base64(entry.pem_bytes(secrets)) } else { 0 }
}

/// About the size of a connection as it is shown, in bytes.
pub(crate) fn estimated_size(view: &ConnectionView) -> usize {
    let material = if view.certificates { view.entry.pem_bytes(view.secrets) } else { 0 };
    LISTED_BYTES + labels(&view.entry) + in_base64(material)
}

/// What labels take, in bytes: with quotes, a colon and a comma.
fn labels(entry: &Entry) -> usize {
    const MARKS: usize = 6;
    entry
        .labels()
        .iter()
        .map(|(key, value)| key.as_str().len() + value.as_str().len() + MARKS)
        .sum()
}

fn in_base64(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use haltere_testkit::Peer;
    use haltere_testkit::wait::{DEADLINE, until};
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection};

    const PATH: &str = "/api/connections";

    /// The list is equal to a page that is joined for one caller, and to its connections one by one, which are
    /// written for each request.
    async fn is_up_to_date(api: &TestApi) {
        for role in [Role::Admin, Role::Viewer] {
            let client = api.role(role).await;
            let whole = client.get(PATH).await;
            let page = client.get(&format!("{PATH}?limit=99")).await;
            assert_eq!(whole.text, page.text, "{role}");
            for (n, id) in whole.ids().iter().enumerate() {
                let mut single = client.get(&format!("{PATH}/{id}")).await.json();
                if role == Role::Viewer {
                    // As certificates, it is in lists only for those who may change connections.
                    single.as_object_mut().expect("an object").remove("hasPassword");
                }
                assert_eq!(whole.json()[n], single, "{role}");
            }
        }
    }

    #[tokio::test]
    async fn a_list_is_up_to_date_whatever_changes() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = closed_port();
        is_up_to_date(&api).await;
        for n in 0..12 {
            let mut body = connection(&format!("c{n}"), &url);
            body["credentials"] = json!({"username": "u", "password": format!("hunter{n}")});
            assert_eq!(admin.post(PATH, body).await.status, 202);
        }
        // Retries would change a list between two reads of it.
        for n in 0..12 {
            let path = format!("{PATH}/c{n}/disconnect");
            assert_eq!(admin.post(&path, json!({})).await.status, 200);
        }
        is_up_to_date(&api).await;
        let renamed = json!({"name": "\"another\" name"});
        assert_eq!(admin.patch(&format!("{PATH}/c1"), renamed).await.status, 200);
        is_up_to_date(&api).await;
        for gone in [&["c5"][..], &["c2", "c3"], &["c6", "c7", "c8", "c9", "c10"], &["c0", "c11"]] {
            for id in gone {
                assert_eq!(admin.delete(&format!("{PATH}/{id}?secrets=omit")).await.status, 200);
            }
            is_up_to_date(&api).await;
        }
        assert_eq!(admin.get(PATH).await.ids(), ["c1", "c4"]);
        let secret = json!({"credentials": {"username": "u", "password": "hunter4b"}});
        assert_eq!(admin.patch(&format!("{PATH}/c4"), secret).await.status, 200);
        assert!(admin.get(PATH).await.text.contains("hunter4b"));
        is_up_to_date(&api).await;
    }

    /// The list is read while the link connects, so that one is cached; it must not be returned afterwards.
    #[tokio::test]
    async fn a_list_is_not_older_than_the_response_to_a_create() {
        let api = TestApi::start().await;
        let (admin, viewer) = (api.admin().await, api.role(Role::Viewer).await);
        let peer = Peer::script().read_connect().serve().connack(0).serve().start().await;
        let create = admin.post(PATH, connection("a", &peer.url("mqtt")));
        let read = async {
            until("the dial", DEADLINE, async || (!peer.connects().is_empty()).then_some(())).await;
            let list = viewer.get(PATH).await.json();
            assert_eq!(list[0]["status"]["connected"], false);
            peer.go_on();
        };
        let (created, ()) = tokio::join!(create, read);
        assert_eq!(created.status, 200);
        assert_eq!(viewer.get(PATH).await.json()[0]["status"]["connected"], true);
    }
}
