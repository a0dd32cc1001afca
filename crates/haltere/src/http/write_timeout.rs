//! A stream whose writes time out when the client reads nothing.
//!
//! A write makes progress when the kernel takes bytes, which it does only if the client has read some. What is in the
//! kernel's buffer, the kernel watches itself (`TCP_USER_TIMEOUT`, see [`super::serve`]).

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

use super::lingering_close::LingeringClose;

/// Whether a stream's writes make progress. Shared by the stream and its connection.
#[derive(Debug, Default)]
pub(super) struct WriteState {
    is_blocked: AtomicBool,
    unblocked: Notify,
    has_timed_out: AtomicBool,
}

impl WriteState {
    /// Whether a write waits for the client to read.
    pub(super) fn is_blocked(&self) -> bool {
        self.is_blocked.load(Ordering::Acquire)
    }

    /// Whether a write has failed because the client read nothing.
    pub(super) fn has_timed_out(&self) -> bool {
        self.has_timed_out.load(Ordering::Acquire)
    }

    /// Waits until the kernel has taken all that was written. The next response is produced only then, so a
    /// client that sends requests and reads nothing costs one response, not one per request.
    pub(super) async fn flushed(&self) {
        loop {
            let unblocked = self.unblocked.notified();
            if !self.is_blocked() {
                return;
            }
            unblocked.await;
        }
    }

    pub(super) fn block(&self) {
        self.is_blocked.store(true, Ordering::Release);
    }

    fn unblock(&self) -> bool {
        let was_blocked = self.is_blocked.swap(false, Ordering::AcqRel);
        if was_blocked {
            self.unblocked.notify_waiters();
        }
        was_blocked
    }
}

/// A stream whose writes fail once the client has read nothing for `timeout`. While a write waits it reads
/// nothing either: a request read then could only be answered later.
pub(super) struct WriteTimeoutStream<S> {
    inner: S,
    timeout: Duration,
    writes: Arc<WriteState>,
    /// Runs while a write waits.
    timer: Option<Pin<Box<Sleep>>>,
    /// Woken when reading may go on.
    reader: Option<Waker>,
    /// Set when our half is closed.
    lingering: Option<LingeringClose>,
}

impl<S> WriteTimeoutStream<S> {
    pub(super) fn new(inner: S, timeout: Duration) -> (Self, Arc<WriteState>) {
        let writes = Arc::new(WriteState::default());
        let stream = Self {
            inner,
            timeout,
            writes: Arc::clone(&writes),
            timer: None,
            reader: None,
            lingering: None,
        };
        (stream, writes)
    }

    fn track_write<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.timer = None;
            if self.writes.unblock()
                && let Some(reader) = self.reader.take()
            {
                reader.wake();
            }
            return written;
        }
        self.writes.block();
        let timeout = self.timeout;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(timeout)));
        ready!(timer.as_mut().poll(cx));
        self.writes.has_timed_out.store(true, Ordering::Release);
        let why = "the client read nothing for too long";
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, why)))
    }
}

impl WriteTimeoutStream<TcpStream> {
    /// Sends a short response without waiting. Whether it arrives doesn't matter.
    pub(super) fn try_send(&self, bytes: &[u8]) {
        let _ = self.inner.try_write(bytes);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeoutStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.writes.is_blocked() {
            this.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Pin::new(&mut this.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WriteTimeoutStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write(cx, buf);
        this.track_write(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write_vectored(cx, bufs);
        this.track_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    /// Lets the client finish what it is sending, see [`LingeringClose`].
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
        }
        let lingering = this.lingering.get_or_insert_with(LingeringClose::start);
        lingering.poll(&mut this.inner, cx).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::Instant;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_write_times_out_if_the_client_reads_nothing() {
        let (ours, _theirs) = duplex(10);
        let (mut stream, writes) = WriteTimeoutStream::new(ours, TIMEOUT);
        let start = Instant::now();
        let error = stream.write_all(&[0; 11]).await.expect_err("no one reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), TIMEOUT.as_secs());
        assert!(writes.is_blocked() && writes.has_timed_out());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_client_is_not_cut_off() {
        let (ours, mut theirs) = duplex(10);
        let (mut stream, writes) = WriteTimeoutStream::new(ours, TIMEOUT);
        let reading = async {
            let mut bytes = [0; 10];
            for _ in 0..5 {
                sleep(TIMEOUT.mul_f32(0.9)).await;
                theirs.read_exact(&mut bytes).await.expect("sent");
            }
        };
        let (written, ()) = tokio::join!(stream.write_all(&[0; 50]), reading);
        written.expect("it was read");
        assert!(!writes.is_blocked());
    }

    #[tokio::test]
    async fn nothing_is_read_while_a_write_waits() {
        let (ours, mut theirs) = duplex(10);
        let (mut stream, writes) = WriteTimeoutStream::new(ours, TIMEOUT);
        theirs.write_all(b"next").await.expect("space");
        stream.write_all(&[0; 10]).await.expect("space");
        let (mut read_half, mut write_half) = tokio::io::split(stream);
        let writing = tokio::spawn(async move { write_half.write_all(&[1]).await });
        while !writes.is_blocked() {
            tokio::task::yield_now().await;
        }
        let reading = tokio::spawn(async move {
            let mut bytes = [0; 4];
            read_half.read_exact(&mut bytes).await.map(|_| bytes)
        });
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(!reading.is_finished());
        theirs.read_exact(&mut [0; 5]).await.expect("sent");
        writes.flushed().await;
        writing.await.expect("no panic").expect("there is space");
        assert_eq!(&reading.await.expect("no panic").expect("read"), b"next");
    }
}
