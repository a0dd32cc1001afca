//! Closing a connection whose client may still be sending.
//!
//! A request can be refused before its body has arrived. Closing the socket with unread bytes makes the kernel
//! reset the connection, and the reset overtakes the response: the client sees a broken pipe instead of the reason.
//! So the server closes its own half first, then reads and discards what still arrives (RFC 9112 §9.6).

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How long a client may send nothing.
const IDLE_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a client may go on sending.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes that are discarded before the connection is closed anyway: the largest body there is, an import's, fits.
const MAX_DISCARDED: usize = 128 << 20;

/// Discards what the client sends until it closes its half, is silent, or exceeds a limit.
pub(super) struct LingeringClose {
    idle_timer: Pin<Box<Sleep>>,
    deadline: Instant,
    discarded: usize,
}

impl LingeringClose {
    /// Starts the clock.
    pub(super) fn start() -> Self {
        Self {
            idle_timer: Box::pin(sleep(IDLE_TIMEOUT)),
            deadline: Instant::now() + TIMEOUT,
            discarded: 0,
        }
    }

    /// Ready when the stream can be closed.
    pub(super) fn poll<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let mut bytes = [0; 8 * 1024];
        while self.discarded < MAX_DISCARDED {
            let mut buf = ReadBuf::new(&mut bytes);
            match Pin::new(&mut *stream).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {
                    self.discarded += buf.filled().len();
                    let idle_until = Instant::now() + IDLE_TIMEOUT;
                    self.idle_timer.as_mut().reset(idle_until.min(self.deadline));
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return self.idle_timer.as_mut().poll(cx),
            }
        }
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncWriteExt as _, duplex};

    use super::*;

    /// How long the server waits for `theirs`, and how much it has read.
    async fn linger(theirs: impl AsyncFnOnce(tokio::io::DuplexStream)) -> (Duration, usize) {
        let (mut ours, peer) = duplex(64 * 1024);
        let start = Instant::now();
        let ours = async {
            let mut lingering = LingeringClose::start();
            poll_fn(|cx| lingering.poll(&mut ours, cx)).await;
            drop(ours);
            (start.elapsed(), lingering.discarded)
        };
        let (outcome, ()) = tokio::join!(ours, theirs(peer));
        outcome
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_may_finish_what_it_sends() {
        let (waited, discarded) = linger(async |mut peer| {
            peer.write_all(&vec![0; 2 << 20]).await.expect("it is read");
        })
        .await;
        assert_eq!((waited, discarded), (Duration::ZERO, 2 << 20));
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_client_is_closed_after_a_second() {
        let (waited, discarded) = linger(async |mut peer| {
            peer.write_all(b"x").await.expect("it is read");
            sleep(TIMEOUT).await;
        })
        .await;
        assert_eq!((waited.as_secs(), discarded), (IDLE_TIMEOUT.as_secs(), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_goes_on_meets_both_limits() {
        let (waited, _) = linger(async |mut peer| {
            while peer.write_all(b"x").await.is_ok() {
                sleep(IDLE_TIMEOUT / 2).await;
            }
        })
        .await;
        assert_eq!(waited.as_secs(), TIMEOUT.as_secs());
        let piece = vec![0; 64 * 1024];
        let (waited, discarded) =
            linger(async |mut peer| while peer.write_all(&piece).await.is_ok() {}).await;
        assert_eq!(waited, Duration::ZERO);
        assert!((MAX_DISCARDED..MAX_DISCARDED + 8 * 1024).contains(&discarded), "{discarded}");
    }
}
