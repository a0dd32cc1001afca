//! What a link is doing: one piece of work at a time, called off by dropping it.

use std::any::Any;
use std::future::ready as ready_with;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::FutureExt;
use haltere_core::LinkFailure;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep, timeout};

use crate::attempt::{self, Arrival, Manner};
use crate::board::Ticket;
use crate::fleet::Fleet;
use crate::pacer::Urgency;
use crate::sys_habit::SysEnd;
use crate::trail::Trail;
use crate::transport::{News, Session};
use crate::{LinkSpec, failure};

/// What a link is doing.
pub(crate) enum Work {
    /// Nothing at all.
    Nothing,
    /// Trying to reach the broker. Boxed, because it is large, and gone once the link is up.
    Dial(Pin<Box<dyn Future<Output = Result<Arrival, LinkFailure>> + Send>>),
    /// Backing off.
    Wait(Pin<Box<Sleep>>),
    /// Waiting for one of the places that are all taken, or for the end of the pause.
    Queue(Pin<Box<dyn Future<Output = Option<OwnedSemaphorePermit>> + Send>>),
    /// Being online.
    Session(Box<Session>),
}

/// What came of the work.
pub(crate) enum Outcome {
    /// The broker has let us in.
    Arrived(Box<Arrival>),
    /// It has not.
    Failed(LinkFailure),
    /// The pause is over.
    Woke,
    /// A place has become free, before the pause was over.
    Place(OwnedSemaphorePermit),
    /// The broker has told something about itself; the session goes on.
    News(News),
    /// The session has ended, and what that says about asking for `$SYS`.
    Lost(LinkFailure, SysEnd),
}

/// How a broker is to be dialled.
pub(crate) struct Dial {
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) spec: Arc<LinkSpec>,
    pub(crate) ticket: Ticket,
    pub(crate) manner: Manner,
    pub(crate) urgency: Urgency,
    /// Set when the whole fleet starts: how long to wait before.
    pub(crate) put_off: Option<Duration>,
}

impl Dial {
    async fn go(self) -> Result<Arrival, LinkFailure> {
        if let Some(pause) = self.put_off {
            sleep(pause).await;
        }
        self.fleet.pacer.turn(self.urgency).await;
        let mut trail = Trail::new();
        let outcome =
            attempt::attempt(&self.spec, &self.fleet.means, self.manner, &mut trail).await;
        if let Some(presented) = &trail.presented {
            let kept = self.fleet.certificates.keep(presented, self.fleet.clock.now());
            self.fleet.board.present(&self.spec.id, self.ticket, Some(kept));
        }
        outcome
    }
}

impl Work {
    /// Tries to reach the broker.
    pub(crate) fn dial(dial: Dial) -> Self {
        Self::Dial(Box::pin(dial.go()))
    }

    /// There is no place for another socket.
    pub(crate) fn no_place() -> Self {
        Self::Dial(Box::pin(ready_with(Err(failure::no_descriptors()))))
    }

    /// Waits for a place, `pause` long.
    pub(crate) fn queue(places: Arc<Semaphore>, pause: Duration) -> Self {
        // That it is never closed is the fleet's business.
        let place = async move { timeout(pause, places.acquire_owned()).await.ok()?.ok() };
        Self::Queue(Box::pin(place))
    }

    /// Goes on working. A panic in here, in the MQTT library above all, ends this piece of work and
    /// counts as its failure; the link goes on.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, panics: &AtomicU64) -> Poll<Outcome> {
        let up = matches!(self, Self::Session(_));
        match catch_unwind(AssertUnwindSafe(|| self.poll_unguarded(cx))) {
            Ok(outcome) => outcome,
            Err(panic) => {
                *self = Self::Nothing;
                note_panic(&*panic, panics);
                let failure = failure::panicked();
                Poll::Ready(if up {
                    Outcome::Lost(failure, SysEnd::Unrelated)
                } else {
                    Outcome::Failed(failure)
                })
            }
        }
    }

    /// Tells the broker goodbye, if there is a session. A panic in here is caught as well: the link
    /// has more to do.
    pub(crate) async fn end(self, panics: &AtomicU64) -> io::Result<()> {
        let Self::Session(session) = self else { return Ok(()) };
        let goodbye = AssertUnwindSafe(session.goodbye()).catch_unwind().await;
        goodbye.unwrap_or_else(|panic| {
            note_panic(&*panic, panics);
            Ok(())
        })
    }

    fn poll_unguarded(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        Poll::Ready(match self {
            Self::Nothing => return Poll::Pending,
            Self::Dial(dial) => match ready!(dial.as_mut().poll(cx)) {
                Ok(arrival) => Outcome::Arrived(Box::new(arrival)),
                Err(failure) => Outcome::Failed(failure),
            },
            Self::Wait(timer) => {
                ready!(timer.as_mut().poll(cx));
                Outcome::Woke
            }
            Self::Queue(queue) => match ready!(queue.as_mut().poll(cx)) {
                Some(place) => Outcome::Place(place),
                None => Outcome::Woke,
            },
            Self::Session(session) => match ready!(session.poll_news(cx)) {
                Ok(news) => Outcome::News(news),
                Err(ended) => Outcome::Lost(attempt::lost(&ended), session.sys_end(&ended)),
            },
        })
    }
}

fn note_panic(panic: &(dyn Any + Send), panics: &AtomicU64) {
    panics.fetch_add(1, Ordering::Relaxed);
    tracing::error!(panic = panic_message(panic), "a link panicked");
}

/// What a panic said, if it said it with words.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it gave no reason")
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use haltere_core::ProtocolVersion;
    use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex};

    use super::*;
    use crate::transport::{Habits, Hello};

    /// Does not survive its end.
    struct Grenade(DuplexStream);

    impl AsyncRead for Grenade {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_read(cx, buffer)
        }
    }

    impl AsyncWrite for Grenade {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.0).poll_write(cx, bytes)
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            panic!("the library is young")
        }
    }

    #[tokio::test]
    async fn a_panic_at_the_goodbye_ends_no_more_than_the_session() {
        let (ours, mut theirs) = duplex(4_096);
        theirs.write_all(&[0x20, 3, 0, 0, 0]).await.expect("room");
        let second = Duration::from_secs(1);
        let habits =
            Habits { keepalive: second, ping_timeout: second, max_packet: 100, read_sys: true };
        let hello = Hello { client_id: "me", username: None, password: None, keepalive: 1 };
        let session =
            Session::greet(Box::new(Grenade(ours)), ProtocolVersion::V5, hello, habits).await;
        let work = Work::Session(Box::new(session.expect("accepted")));
        let panics = AtomicU64::new(0);
        work.end(&panics).await.expect("what it said is in the log");
        assert_eq!(panics.into_inner(), 1);
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_of_the_work_and_no_more() {
        let mut work = Work::Dial(Box::pin(async { panic!("the library is young") }));
        let panics = AtomicU64::new(0);
        let outcome = poll_fn(|cx| work.poll(cx, &panics)).await;
        let Outcome::Failed(failure) = outcome else { panic!("not a failure") };
        assert_eq!(failure.code.as_str(), "ERR_INTERNAL");
        assert!(!failure.message.contains("young"), "a panic may quote anything: {failure}");
        assert!(matches!(work, Work::Nothing));
        assert_eq!(panics.into_inner(), 1);
    }
}
