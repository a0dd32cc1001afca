//! Keep-alive: a PINGREQ at regular intervals, and a limit for its answer.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// The keep-alive of one session. Uses one timer for the next ping and for its answer.
pub(super) struct KeepAlive {
    timer: Pin<Box<Sleep>>,
    interval: Duration,
    ping_timeout: Duration,
    /// A ping is unanswered.
    awaits_pong: bool,
}

/// What the session has to do.
pub(super) enum KeepAliveEvent {
    Ping,
    /// End the session: no answer came within this time.
    TimedOut(Duration),
}

impl KeepAlive {
    /// Starts with a ping after `interval`.
    pub(super) fn new(interval: Duration, ping_timeout: Duration) -> Self {
        Self { timer: Box::pin(sleep(interval)), interval, ping_timeout, awaits_pong: false }
    }

    /// Applies the CONNACK's keep-alive, if the broker requires a shorter one (MQTT 5, 3.2.2.3.14).
    pub(super) fn start(&mut self, server_keepalive: Option<u16>) {
        if let Some(seconds @ 1..) = server_keepalive {
            self.interval = self.interval.min(Duration::from_secs(seconds.into()));
        }
        self.timer.as_mut().reset(Instant::now() + self.interval);
    }

    /// Waits until the session has to do something.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<KeepAliveEvent> {
        match self.timer.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) if self.awaits_pong => {
                Poll::Ready(KeepAliveEvent::TimedOut(self.ping_timeout))
            }
            Poll::Ready(()) => {
                self.ping_sent();
                Poll::Ready(KeepAliveEvent::Ping)
            }
        }
    }

    /// A ping was sent.
    pub(super) fn ping_sent(&mut self) {
        self.awaits_pong = true;
        self.timer.as_mut().reset(Instant::now() + self.ping_timeout);
    }

    /// A whole packet was received, so the answer to the ping may be queued behind others. Part of a
    /// packet does not count; otherwise a peer could stay connected by sending a byte now and then.
    pub(super) fn packet_received(&mut self) {
        if self.awaits_pong {
            self.timer.as_mut().reset(Instant::now() + self.ping_timeout);
        }
    }

    /// The ping was answered.
    pub(super) fn pong_received(&mut self) {
        self.awaits_pong = false;
        self.timer.as_mut().reset(Instant::now() + self.interval);
    }

    /// Whether a ping is unanswered.
    pub(super) fn awaits_pong(&self) -> bool {
        self.awaits_pong
    }

    /// The longest time after which a silent broker is found, with one ping timeout to spare.
    pub(super) fn detection_limit(&self) -> Duration {
        self.interval + self.ping_timeout * 2
    }
}
