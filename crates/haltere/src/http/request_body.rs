//! A request's body that knows whether it was read to its end.
//!
//! A request can be refused before its body is read. The connection can't carry another request then, and
//! the client has to know (RFC 9112 §9.6): it would send its next request into a closing connection.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};

/// Whether part of a request's body is still unread.
pub(super) struct Unread(Arc<AtomicBool>);

impl Unread {
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct RequestBody {
    inner: Incoming,
    unread: Arc<AtomicBool>,
}

/// The body as the router takes it, and what is left of it.
pub(super) fn track(inner: Incoming) -> (Body, Unread) {
    let unread = Arc::new(AtomicBool::new(!inner.is_end_stream()));
    (Body::new(RequestBody { inner, unread: Arc::clone(&unread) }), Unread(unread))
}

impl hyper::body::Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.inner).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || this.inner.is_end_stream() {
            this.unread.store(false, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
