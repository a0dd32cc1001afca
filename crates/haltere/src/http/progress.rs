//! A stream that ends when its reader takes nothing.
//!
//! Progress is what the kernel takes: it takes more only when the peer has taken some. What lies in the
//! kernel's buffer is watched by the kernel itself (`TCP_USER_TIMEOUT`, see [`super::Connection`]).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};

use super::linger::Linger;

/// Whether a stream is waiting for its reader.
#[derive(Debug, Default)]
pub(super) struct Progress {
    is_blocked: AtomicBool,
    went_on: Notify,
    has_stalled: AtomicBool,
}

impl Progress {
    /// Whether there is something to write that the kernel has no room for.
    pub(super) fn is_blocked(&self) -> bool {
        self.is_blocked.load(Ordering::Acquire)
    }

    /// Whether the stream was ended because nothing was taken.
    pub(super) fn has_stalled(&self) -> bool {
        self.has_stalled.load(Ordering::Acquire)
    }

    /// Waits until all that was written is with the kernel. What is to be written next is made only then,
    /// so that a reader who asks and does not read costs one answer, not as many as it asks for.
    pub(super) async fn taken(&self) {
        loop {
            let went_on = self.went_on.notified();
            if !self.is_blocked() {
                return;
            }
            went_on.await;
        }
    }

    pub(super) fn block(&self) {
        self.is_blocked.store(true, Ordering::Release);
    }

    fn go_on(&self) -> bool {
        let was_blocked = self.is_blocked.swap(false, Ordering::AcqRel);
        if was_blocked {
            self.went_on.notify_waiters();
        }
        was_blocked
    }
}

/// A stream whose writes fail when none of it was taken for as long as we are patient. While it waits for
/// its reader it reads nothing: what is asked for then would only be answered later.
pub(super) struct Watched<S> {
    inner: S,
    patience: Duration,
    progress: Arc<Progress>,
    /// Runs while the stream waits for its reader.
    timer: Option<Pin<Box<Sleep>>>,
    /// Somebody who wants to read, and is woken when the reader has taken some.
    reading: Option<Waker>,
    /// From the moment we have said all we have to say.
    linger: Option<Linger>,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S, patience: Duration) -> (Self, Arc<Progress>) {
        let progress = Arc::new(Progress::default());
        let watched = Self {
            inner,
            patience,
            progress: Arc::clone(&progress),
            timer: None,
            reading: None,
            linger: None,
        };
        (watched, progress)
    }

    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.timer = None;
            if self.progress.go_on()
                && let Some(reading) = self.reading.take()
            {
                reading.wake();
            }
            return written;
        }
        self.progress.block();
        let patience = self.patience;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(timer.as_mut().poll(cx));
        self.progress.has_stalled.store(true, Ordering::Release);
        let why = "the client took nothing for too long";
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, why)))
    }
}

impl Watched<TcpStream> {
    /// Says something short to somebody who is not listened to.
    pub(super) fn say(&self, words: &[u8]) {
        let _ = self.inner.try_write(words);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.progress.is_blocked() {
            this.reading = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Pin::new(&mut this.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write(cx, buf);
        this.watch(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write_vectored(cx, bufs);
        this.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    /// Lets the peer finish what it is sending, see [`Linger`].
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
        }
        let linger = this.linger.get_or_insert_with(Linger::start);
        linger.poll(&mut this.inner, cx).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::Instant;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_nothing_is_waited_for_so_long() {
        let (ours, _theirs) = duplex(10);
        let (mut stream, progress) = Watched::new(ours, PATIENCE);
        let start = Instant::now();
        let error = stream.write_all(&[0; 11]).await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), PATIENCE.as_secs());
        assert!(progress.is_blocked() && progress.has_stalled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_is_not_cut_off() {
        let (ours, mut theirs) = duplex(10);
        let (mut stream, progress) = Watched::new(ours, PATIENCE);
        let reading = async {
            let mut bytes = [0; 10];
            for _ in 0..5 {
                sleep(PATIENCE.mul_f32(0.9)).await;
                theirs.read_exact(&mut bytes).await.expect("sent");
            }
        };
        let (written, ()) = tokio::join!(stream.write_all(&[0; 50]), reading);
        written.expect("it was read");
        assert!(!progress.is_blocked());
    }

    #[tokio::test]
    async fn nothing_is_read_while_the_reader_is_waited_for() {
        let (ours, mut theirs) = duplex(10);
        let (mut stream, progress) = Watched::new(ours, PATIENCE);
        theirs.write_all(b"next").await.expect("room");
        stream.write_all(&[0; 10]).await.expect("room");
        let (mut reader, mut writer) = tokio::io::split(stream);
        let writing = tokio::spawn(async move { writer.write_all(&[1]).await });
        while !progress.is_blocked() {
            tokio::task::yield_now().await;
        }
        let reading = tokio::spawn(async move {
            let mut bytes = [0; 4];
            reader.read_exact(&mut bytes).await.map(|_| bytes)
        });
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(!reading.is_finished());
        theirs.read_exact(&mut [0; 5]).await.expect("sent");
        progress.taken().await;
        writing.await.expect("no panic").expect("there is room");
        assert_eq!(&reading.await.expect("no panic").expect("read"), b"next");
    }
}
