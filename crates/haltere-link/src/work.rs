//! What a link is doing: one piece of work at a time, called off by dropping it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use haltere_core::{LinkFailure, ProtocolVersion};
use tokio::time::{Sleep, sleep};

use crate::attempt::{self, Arrival, Trail};
use crate::fleet::Fleet;
use crate::pacer::Urgency;
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
    /// The broker has told something about itself; the session goes on.
    News(News),
    /// The session has ended.
    Lost(LinkFailure),
}

/// How a broker is to be dialled.
pub(crate) struct Dial {
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) spec: Arc<LinkSpec>,
    /// Tried first.
    pub(crate) version: ProtocolVersion,
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
        attempt::attempt(&self.spec, &self.fleet.means, self.version, &mut trail).await
    }
}

impl Work {
    /// Tries to reach the broker.
    pub(crate) fn dial(dial: Dial) -> Self {
        Self::Dial(Box::pin(dial.go()))
    }

    /// Goes on working. A panic in here, in the MQTT library above all, ends this piece of work and
    /// counts as its failure; the link goes on.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, panics: &AtomicU64) -> Poll<Outcome> {
        let up = matches!(self, Self::Session(_));
        match catch_unwind(AssertUnwindSafe(|| self.poll_unguarded(cx))) {
            Ok(outcome) => outcome,
            Err(panic) => {
                *self = Self::Nothing;
                panics.fetch_add(1, Ordering::Relaxed);
                tracing::error!(panic = panic_message(&*panic), "a link panicked");
                let failure = failure::panicked();
                Poll::Ready(if up { Outcome::Lost(failure) } else { Outcome::Failed(failure) })
            }
        }
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
            Self::Session(session) => match ready!(session.poll_news(cx)) {
                Ok(news) => Outcome::News(news),
                Err(ended) => Outcome::Lost(attempt::lost(&ended)),
            },
        })
    }
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

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_of_the_work_and_no_more() {
        let mut work = Work::Dial(Box::pin(async { panic!("the library is young") }));
        let panics = AtomicU64::new(0);
        let outcome = poll_fn(|cx| work.poll(cx, &panics)).await;
        let Outcome::Failed(failure) = outcome else { panic!("not a failure") };
        assert_eq!(failure.code, "ERR_INTERNAL");
        assert!(!failure.message.contains("young"), "a panic may quote anything: {failure}");
        assert!(matches!(work, Work::Nothing));
        assert_eq!(panics.into_inner(), 1);
    }
}
