//! Lists of connections as JSON, in blocks that all readers of a list share: a fleet in which nothing has
//! changed since costs a pointer, however often it is asked for, and one in which little has changed costs the
//! blocks in which it did. So a broker that comes and goes is not felt by those who look at a thousand others.

use parking_lot::RwLock;
use std::sync::{Arc, OnceLock, Weak};

use bytes::Bytes;
use haltere_app::App;
use haltere_app::connections::{ConnectionView, Entry, Listing, Version};
use haltere_core::ConnectionStatus;
use zeroize::Zeroizing;

use crate::response_memory::PIECE;
use crate::wire::connection::WireConnection;

/// About what a connection without certificates takes, in bytes.
const USUAL_BYTES: usize = 320;

/// Blocks smaller than this are put together when they are made again, in bytes.
const SMALL: usize = PIECE / 4;

/// A list is cached in one piece, too, up to this size, in bytes.
const LARGEST_WHOLE: usize = 2 * 1024 * 1024;

/// A list is cached up to this size, in bytes; a larger one (which has certificates) is made for each reader.
const LARGEST_CACHED: usize = 8 * 1024 * 1024;

/// How far ahead something unchanged is looked for when what was before it is gone.
const AHEAD: usize = 4;

/// The last lists of all connections, one for each thing a reader may see.
#[derive(Default)]
pub(crate) struct ListCache {
    bare: CachedList,
    with_certificates: CachedList,
    /// No more than what the links need in memory anyway, and overwritten like it when the next list
    /// takes its place.
    with_secrets: CachedList,
}

#[derive(Default)]
struct CachedList(RwLock<Option<Arc<List>>>);

/// A list, and of which version of the fleet it is.
pub(crate) struct List {
    version: Version,
    blocks: Vec<Block>,
    is_secret: bool,
    /// The whole list in one piece, made on the first request for it.
    whole: OnceLock<Bytes>,
}

/// Some connections of a list, with commas between them.
#[derive(Clone)]
struct Block {
    /// The place of its first connection in the list.
    first: usize,
    bytes: Bytes,
    fragments: Arc<[Fragment]>,
}

/// One connection: what it was made of, to see whether it is still the same.
struct Fragment {
    /// Keeps nothing alive but the right to be compared.
    entry: Weak<Entry>,
    status: Option<Arc<ConnectionStatus>>,
    start: usize,
    end: usize,
}

impl ListCache {
    /// A list of all connections; `None` when it is too large to be kept.
    pub(crate) fn all(&self, app: &App, listing: &Listing) -> Option<Arc<List>> {
        let cached = if listing.secrets {
            &self.with_secrets
        } else if listing.certificates {
            &self.with_certificates
        } else {
            &self.bare
        };
        cached.list(app, listing)
    }
}

impl CachedList {
    fn list(&self, app: &App, listing: &Listing) -> Option<Arc<List>> {
        let cached = self.0.read().clone();
        if let Some(list) = cached.as_ref().filter(|list| list.version == listing.version) {
            return Some(Arc::clone(list));
        }
        let list = (size(listing) <= LARGEST_CACHED)
            .then(|| Arc::new(List::render(app, listing, cached.as_deref())));
        self.0.write().clone_from(&list);
        list
    }
}

/// About the size of a list, in bytes.
fn size(listing: &Listing) -> usize {
    let entries = listing.entries.iter();
    entries.map(|entry| USUAL_BYTES + material(listing, entry)).sum()
}

/// About what certificates and keys of a connection add to a list, in bytes.
pub(crate) fn material(listing: &Listing, entry: &Entry) -> usize {
    if listing.certificates { in_base64(entry.pem_bytes(listing.secrets)) } else { 0 }
}

/// About the size of a connection as it is shown, in bytes.
pub(crate) fn estimated_size(view: &ConnectionView) -> usize {
    let material = if view.certificates { view.entry.pem_bytes(view.secrets) } else { 0 };
    USUAL_BYTES + in_base64(material)
}

fn in_base64(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// How much room a block of `views` may need, in bytes. Text that outgrows its room leaves a copy behind, and
/// it may be secret.
fn room(views: &[ConnectionView]) -> usize {
    /// A reason for a failure has about this many bytes.
    const SPARE: usize = 2 * 1024;
    let mut room = 0;
    for view in views {
        let weight = estimated_size(view);
        if room > 0 && room + weight > PIECE {
            return room.max(PIECE) + SPARE;
        }
        room += weight + USUAL_BYTES;
    }
    room + SPARE
}

impl List {
    /// Takes from the list `before` what has not changed since; that has to be one of the same kind.
    fn render(app: &App, listing: &Listing, before: Option<&Self>) -> Self {
        let views = app.views(listing, 0..listing.entries.len());
        let is_secret = listing.secrets && listing.entries.iter().any(|entry| entry.has_secrets());
        let mut previous = Previous::of(before);
        let (mut blocks, mut first) = (Vec::new(), 0);
        while first < views.len() {
            let rest = &views[first..];
            let block = previous
                .take(first, rest)
                .unwrap_or_else(|| Block::render(first, rest, is_secret, &mut previous));
            first += block.fragments.len();
            blocks.push(block);
        }
        Self { version: listing.version, blocks, is_secret, whole: OnceLock::new() }
    }

    /// The whole list, with its brackets; `None` when it is too large for that.
    pub(crate) fn whole(&self) -> Option<&Bytes> {
        let size = self.blocks.iter().map(|block| block.bytes.len() + 1).sum::<usize>() + 2;
        if size > LARGEST_WHOLE {
            return None;
        }
        let join = || {
            let mut whole = Vec::with_capacity(size);
            whole.push(b'[');
            for (n, block) in self.blocks.iter().enumerate() {
                if n > 0 {
                    whole.push(b',');
                }
                whole.extend_from_slice(&block.bytes);
            }
            whole.push(b']');
            bytes(whole, self.is_secret)
        };
        Some(self.whole.get_or_init(join))
    }

    /// The size of its largest block, in bytes.
    pub(crate) fn largest_block(&self) -> usize {
        self.blocks.iter().map(|block| block.bytes.len()).max().unwrap_or_default()
    }

    /// The block that begins with the connection at `first`, and the place of the one after it.
    pub(crate) fn block(&self, first: usize) -> Option<(Bytes, usize)> {
        let at = self.blocks.binary_search_by_key(&first, |block| block.first).ok()?;
        let block = &self.blocks[at];
        Some((block.bytes.clone(), first + block.fragments.len()))
    }
}

/// Overwritten when dropped, if they are secret.
fn bytes(bytes: Vec<u8>, is_secret: bool) -> Bytes {
    if is_secret { Bytes::from_owner(Zeroizing::new(bytes)) } else { bytes.into() }
}

/// As many of `views` as make a block, and how many those are. For one reader.
pub(crate) fn some(views: &[ConnectionView]) -> (Bytes, usize) {
    let is_secret = views.iter().any(|view| view.secrets && view.entry.has_secrets());
    let block = Block::render(0, views, is_secret, &mut Previous::of(None));
    let count = block.fragments.len();
    (block.bytes, count)
}

impl Block {
    /// From the beginning of `views` as much as fits into a block: at least one.
    fn render(
        first: usize,
        views: &[ConnectionView],
        is_secret: bool,
        previous: &mut Previous<'_>,
    ) -> Self {
        let mut text = Zeroizing::new(Vec::with_capacity(room(views)));
        let mut fragments = Vec::new();
        for view in views {
            let end = text.len();
            // What comes next may be as it was, all of it.
            if end >= SMALL && previous.begins_with(view)
                || end > 0 && end + estimated_size(view) > PIECE
            {
                break;
            }
            if end > 0 {
                text.push(b',');
            }
            let start = text.len();
            match previous.find(view) {
                Some(same) => text.extend_from_slice(same),
                None => serde_json::to_writer(&mut *text, &WireConnection::from(view))
                    .expect("wire types have string keys and finite numbers"),
            }
            if end > 0 && text.len() > PIECE {
                text.truncate(end);
                break;
            }
            fragments.push(Fragment::of(view, start, text.len()));
        }
        let text = std::mem::take(&mut *text);
        Self { first, bytes: bytes(text, is_secret), fragments: fragments.into() }
    }

    fn shows(&self, views: &[ConnectionView]) -> bool {
        self.fragments.len() <= views.len()
            && self.fragments.iter().zip(views).all(|(fragment, view)| fragment.shows(view))
    }

    fn begins_with(&self, view: &ConnectionView) -> bool {
        self.fragments.first().is_some_and(|fragment| fragment.is_of(view))
    }
}

impl Fragment {
    fn of(view: &ConnectionView, start: usize, end: usize) -> Self {
        Self { entry: Arc::downgrade(&view.entry), status: view.status.clone(), start, end }
    }

    fn is_of(&self, view: &ConnectionView) -> bool {
        std::ptr::eq(self.entry.as_ptr(), Arc::as_ptr(&view.entry))
    }

    fn shows(&self, view: &ConnectionView) -> bool {
        let same_status = match (&self.status, &view.status) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        same_status && self.is_of(view)
    }
}

/// Walks through an older list beside the one that is being made: both are in the order of creation.
struct Previous<'a> {
    blocks: &'a [Block],
    /// How many fragments of the first of them are behind us.
    passed: usize,
}

impl<'a> Previous<'a> {
    fn of(list: Option<&'a List>) -> Self {
        Self { blocks: list.map_or(&[], |list| &list.blocks), passed: 0 }
    }

    /// A whole block that can stay as it is.
    fn take(&mut self, first: usize, views: &[ConnectionView]) -> Option<Block> {
        let at = self.blocks.iter().take(AHEAD).position(|block| block.shows(views))?;
        let block = &self.blocks[at];
        // A small one is put together with what follows, unless nothing does.
        if block.bytes.len() < SMALL && block.fragments.len() < views.len() {
            return None;
        }
        self.blocks = &self.blocks[at + 1..];
        self.passed = 0;
        Some(Block { first, ..block.clone() })
    }

    fn begins_with(&self, view: &ConnectionView) -> bool {
        self.blocks.iter().take(AHEAD).any(|block| block.begins_with(view))
    }

    /// How the connection was written, if it is still the same; to be asked for one after the other.
    fn find(&mut self, view: &ConnectionView) -> Option<&'a [u8]> {
        let mut ahead = self
            .blocks
            .iter()
            .enumerate()
            .flat_map(|(at, block)| (0..block.fragments.len()).map(move |fragment| (at, fragment)))
            .skip(self.passed)
            .take(AHEAD);
        let (at, fragment) =
            ahead.find(|(at, fragment)| self.blocks[*at].fragments[*fragment].is_of(view))?;
        let block = &self.blocks[at];
        self.blocks = &self.blocks[at..];
        self.passed = fragment + 1;
        let fragment = &block.fragments[fragment];
        fragment.shows(view).then(|| &block.bytes[fragment.start..fragment.end])
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection};

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
        let (url, _port) = closed_port();
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
