//! The end of a connection whose peer may still be sending.
//!
//! A request can be refused before its body has come. Closing the socket with unread bytes makes the kernel
//! reset the connection, and the reset overtakes the answer: the client sees a broken pipe instead of the reason.
//! So the server ends its own half first, then reads and discards what is still on its way (RFC 9112 §9.6).

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How long a peer may send nothing.
const SILENCE: Duration = Duration::from_secs(1);

/// How long a peer may go on sending.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much is discarded, in bytes.
const MOST: usize = 16 << 20;

/// Discards what the peer sends until it has closed its half, is silent, or exceeds a bound.
pub(super) struct Linger {
    silence: Pin<Box<Sleep>>,
    end: Instant,
    n_discarded: usize,
}

impl Linger {
    /// Starts the clock.
    pub(super) fn start() -> Self {
        Self { silence: Box::pin(sleep(SILENCE)), end: Instant::now() + PATIENCE, n_discarded: 0 }
    }

    /// Ready when the stream can be closed.
    pub(super) fn poll<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let mut bytes = [0; 8 * 1024];
        while self.n_discarded < MOST {
            let mut buf = ReadBuf::new(&mut bytes);
            match Pin::new(&mut *stream).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {
                    self.n_discarded += buf.filled().len();
                    let silence = Instant::now() + SILENCE;
                    self.silence.as_mut().reset(silence.min(self.end));
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return self.silence.as_mut().poll(cx),
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
            let mut linger = Linger::start();
            poll_fn(|cx| linger.poll(&mut ours, cx)).await;
            drop(ours);
            (start.elapsed(), linger.n_discarded)
        };
        let (outcome, ()) = tokio::join!(ours, theirs(peer));
        outcome
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_may_finish_what_it_sends() {
        let (waited, discarded) = linger(async |mut peer| {
            peer.write_all(&vec![0; 2 << 20]).await.expect("it is read");
        })
        .await;
        assert_eq!((waited, discarded), (Duration::ZERO, 2 << 20));
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_left_after_a_second() {
        let (waited, discarded) = linger(async |mut peer| {
            peer.write_all(b"x").await.expect("it is read");
            sleep(PATIENCE).await;
        })
        .await;
        assert_eq!((waited.as_secs(), discarded), (SILENCE.as_secs(), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_goes_on_meets_both_bounds() {
        let (waited, _) = linger(async |mut peer| {
            while peer.write_all(b"x").await.is_ok() {
                sleep(SILENCE / 2).await;
            }
        })
        .await;
        assert_eq!(waited.as_secs(), PATIENCE.as_secs());
        let piece = vec![0; 64 * 1024];
        let (waited, discarded) =
            linger(async |mut peer| while peer.write_all(&piece).await.is_ok() {}).await;
        assert_eq!(waited, Duration::ZERO);
        assert!((MOST..MOST + 8 * 1024).contains(&discarded), "{discarded}");
    }
}
