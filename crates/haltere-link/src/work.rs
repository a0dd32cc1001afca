//! What a link is doing: one [`Work`] at a time, which is cancelled by dropping it.

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
use haltere_core::{LinkFailure, panic_message};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep, timeout};

use crate::attempt::{self, AttemptOptions, Established};
use crate::attempt_trace::AttemptTrace;
use crate::command::CommandQueue;
use crate::dial_rate_limiter::Priority;
use crate::message_sink::SysValues;
use crate::shared::LinkShared;
use crate::status_table::StatusToken;
use crate::sys_policy::SysEvidence;
use crate::transport::{MqttSession, SessionUpdate};
use crate::{LinkSpec, failure};

/// What a link is doing.
pub(crate) enum Work {
    Nothing,
    /// Making an attempt. Boxed because it is large, and dropped once the link is up.
    Dial(Pin<Box<dyn Future<Output = Result<Established, LinkFailure>> + Send>>),
    Wait(Pin<Box<Sleep>>),
    /// Waiting for a socket permit, or for the end of the pause.
    Queue(Pin<Box<dyn Future<Output = Option<OwnedSemaphorePermit>> + Send>>),
    /// Being online.
    Session(Box<MqttSession>),
}

/// The outcome of the work, or an update from work that goes on.
pub(crate) enum WorkOutcome {
    Established(Box<Established>),
    Failed(LinkFailure),
    /// The pause is over.
    TimerFired,
    /// A socket permit has become free before the end of the pause.
    SocketPermit(OwnedSemaphorePermit),
    /// Something has happened in the session, which goes on.
    SessionUpdate(SessionUpdate, SysValues),
    /// The session has ended.
    Lost {
        failure: LinkFailure,
        /// What its end says about the subscription to `$SYS`.
        evidence: SysEvidence,
        /// Whether its end explains itself.
        is_explained: bool,
    },
}

/// What is needed to dial a broker.
pub(crate) struct DialTask {
    pub(crate) shared: Arc<LinkShared>,
    pub(crate) spec: Arc<LinkSpec>,
    pub(crate) token: StatusToken,
    pub(crate) options: AttemptOptions,
    pub(crate) priority: Priority,
    /// Set when the whole fleet starts: how long to wait before the dial.
    pub(crate) delay: Option<Duration>,
}

impl DialTask {
    async fn run(self) -> Result<Established, LinkFailure> {
        if let Some(delay) = self.delay {
            sleep(delay).await;
        }
        let shared = &self.shared;
        shared.dial_limiter.acquire(self.priority).await;
        let mut trace = AttemptTrace::new();
        let outcome = attempt::attempt(&self.spec, shared, self.options, &mut trace).await;
        if let Some(presented) = &trace.presented {
            let chain = shared.chains.store(presented, shared.clock.now());
            shared.statuses.set_presented_chain(&self.spec.id, self.token, Some(chain));
        } else {
            // The certificates of an earlier attempt are still the last, but not the cause of this failure.
            shared.statuses.clear_refused_issuer(&self.spec.id, self.token);
        }
        outcome
    }
}

impl Work {
    /// Makes an attempt.
    pub(crate) fn dial(task: DialTask) -> Self {
        Self::Dial(Box::pin(task.run()))
    }

    /// An attempt that fails at once because no socket permit is free.
    pub(crate) fn no_socket_permit() -> Self {
        Self::Dial(Box::pin(ready_with(Err(failure::no_descriptors()))))
    }

    /// Waits for a socket permit, for at most `pause`.
    pub(crate) fn queue(permits: Arc<Semaphore>, pause: Duration) -> Self {
        // The semaphore is never closed, so the second `ok` drops no error.
        let permit = async move { timeout(pause, permits.acquire_owned()).await.ok()?.ok() };
        Self::Queue(Box::pin(permit))
    }

    /// Goes on with the work. A panic, for example in the MQTT library, ends the work and
    /// counts as its failure; the link goes on.
    ///
    /// Commands are rejected unless there is a session.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        panics: &AtomicU64,
        commands: Option<&mut CommandQueue>,
    ) -> Poll<WorkOutcome> {
        let is_online = matches!(self, Self::Session(_));
        match catch_unwind(AssertUnwindSafe(|| self.poll_unguarded(cx, commands))) {
            Ok(outcome) => outcome,
            Err(panic) => {
                *self = Self::Nothing;
                count_panic(&*panic, panics);
                let failure = failure::panicked();
                Poll::Ready(if is_online {
                    WorkOutcome::Lost {
                        failure,
                        evidence: SysEvidence::Unrelated,
                        is_explained: true,
                    }
                } else {
                    WorkOutcome::Failed(failure)
                })
            }
        }
    }

    /// Sends DISCONNECT if there is a session. Catches a panic, because the link goes on.
    pub(crate) async fn disconnect(self, panics: &AtomicU64) -> io::Result<()> {
        let Self::Session(session) = self else { return Ok(()) };
        let outcome = AssertUnwindSafe(session.disconnect()).catch_unwind().await;
        outcome.unwrap_or_else(|panic| {
            count_panic(&*panic, panics);
            Ok(())
        })
    }

    fn poll_unguarded(
        &mut self,
        cx: &mut Context<'_>,
        mut commands: Option<&mut CommandQueue>,
    ) -> Poll<WorkOutcome> {
        if let Some(queue) = &mut commands
            && !matches!(self, Self::Session(_))
        {
            queue.reject_all(cx);
        }
        Poll::Ready(match self {
            Self::Nothing => return Poll::Pending,
            Self::Dial(dial) => match ready!(dial.as_mut().poll(cx)) {
                Ok(established) => WorkOutcome::Established(Box::new(established)),
                Err(failure) => WorkOutcome::Failed(failure),
            },
            Self::Wait(timer) => {
                ready!(timer.as_mut().poll(cx));
                WorkOutcome::TimerFired
            }
            Self::Queue(queue) => match ready!(queue.as_mut().poll(cx)) {
                Some(permit) => WorkOutcome::SocketPermit(permit),
                None => WorkOutcome::TimerFired,
            },
            Self::Session(session) => {
                // Holds nothing between two polls: a poll that collects something is ready.
                let mut values = SysValues::default();
                let update = match commands {
                    Some(queue) => session.poll_with_commands(cx, &mut values, queue),
                    None => session.poll_update(cx, &mut values),
                };
                match ready!(update) {
                    Ok(update) => WorkOutcome::SessionUpdate(update, values),
                    Err(error) => WorkOutcome::Lost {
                        failure: failure::session_lost(&error),
                        evidence: session.sys_evidence(&error),
                        is_explained: error.is_explained(),
                    },
                }
            }
        })
    }
}

fn count_panic(panic: &(dyn Any + Send), panics: &AtomicU64) {
    panics.fetch_add(1, Ordering::Relaxed);
    tracing::error!(panic = panic_message(panic), "a link panicked");
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use haltere_core::ProtocolVersion;
    use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex};

    use super::*;
    use crate::Interest;
    use crate::transport::{ConnectOptions, MqttSessionConfig};

    /// Panics when it is shut down.
    struct PanicsOnShutdown(DuplexStream);

    impl AsyncRead for PanicsOnShutdown {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_read(cx, buffer)
        }
    }

    impl AsyncWrite for PanicsOnShutdown {
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
            panic!("a bug in a library")
        }
    }

    #[tokio::test]
    async fn a_panic_during_disconnect_is_caught_and_counted() {
        let (ours, mut theirs) = duplex(4_096);
        theirs.write_all(&[0x20, 3, 0, 0, 0]).await.expect("buffered");
        let second = Duration::from_secs(1);
        let config = MqttSessionConfig { keepalive: second, ping_timeout: second, max_packet: 100 };
        let options = ConnectOptions {
            client_id: "me",
            username: None,
            password: None,
            keepalive: 1,
            no_metrics: false,
        };
        let session = MqttSession::connect(
            Box::new(PanicsOnShutdown(ours)),
            ProtocolVersion::V5,
            options,
            config,
            &Interest::none(),
        )
        .await;
        let work = Work::Session(Box::new(session.expect("accepted")));
        let panics = AtomicU64::new(0);
        work.disconnect(&panics).await.expect("caught");
        assert_eq!(panics.into_inner(), 1);
    }

    #[tokio::test]
    async fn a_panic_counts_as_a_failure_of_the_work() {
        let mut work = Work::Dial(Box::pin(async { panic!("a bug in a library") }));
        let panics = AtomicU64::new(0);
        let outcome = poll_fn(|cx| work.poll(cx, &panics, None)).await;
        let WorkOutcome::Failed(failure) = outcome else { panic!("not a failure") };
        assert_eq!(failure.code.as_str(), "ERR_INTERNAL");
        assert!(
            !failure.message.to_string().contains("library"),
            "a panic may quote anything: {failure}"
        );
        assert!(matches!(work, Work::Nothing));
        assert_eq!(panics.into_inner(), 1);
    }
}
