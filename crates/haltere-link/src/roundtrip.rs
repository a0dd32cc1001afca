//! The last stage of a probe, if requested: publishes a message, and waits until the broker sends it back.
//!
//! Uses the same commands as any other user of a link, and a [`MessageSink`] of its own.

use std::future::poll_fn;
use std::time::Duration;

use haltere_core::{Bug, Code, LinkFailure, MqttReason, RoundtripTopic};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use crate::command::{self, CommandError, CommandQueue, PublishRequest, Qos};
use crate::failure::{self, RoundtripStep};
use crate::message_sink::{Message, MessageSink};
use crate::transport::{MqttSession, SessionError};

/// A message that a broker has sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roundtrip {
    /// The QoS of the message and the subscription: 1, or 0 if the broker accepts no more.
    pub qos: Qos,
    /// The time from publishing the message to receiving it.
    pub latency: Duration,
}

/// Waits for one message.
struct Echo<'a> {
    topic: &'a str,
    payload: &'a [u8],
    /// Gets the time at which the message was received.
    received: Option<oneshot::Sender<Instant>>,
}

impl MessageSink for Echo<'_> {
    fn accept(&mut self, message: Message<'_>) -> bool {
        if message != (Message { topic: self.topic, payload: self.payload }) {
            return false;
        }
        let Some(received) = self.received.take() else { return false };
        received.send(Instant::now()).is_ok()
    }
}

/// Subscribes to `topic`, publishes a message to it and waits until the broker sends it back, for at most `limit`
/// in all.
pub(crate) async fn roundtrip(
    session: &mut MqttSession,
    topic: &RoundtripTopic,
    limit: Duration,
) -> Result<Roundtrip, LinkFailure> {
    // The broker answers a message only with QoS 1 and 2.
    let qos = session.maximum_qos().min(Qos::AtLeastOnce);
    // Others may publish to the topic, too.
    let payload = format!("haltere round trip {:032x}", rand::random::<u128>()).into_bytes();
    let (received, receipt) = oneshot::channel();
    let (link, queue) = command::channel();
    let echo = Echo { topic: topic.name().as_str(), payload: &payload, received: Some(received) };
    let mut driver =
        Driver { session, queue, echo, topic, limit, deadline: Instant::now() + limit };

    let step = RoundtripStep::Subscribe;
    driver.run(step, link.subscribe(topic.filter(), qos)).await?;
    let request = PublishRequest {
        topic: topic.name().clone(),
        payload: payload.clone(),
        qos,
        retain: false,
    };
    let start = Instant::now();
    driver.run(RoundtripStep::Publish, link.publish(request)).await?;
    // The sender is gone only after it has sent.
    let receipt = async { receipt.await.map_err(|_| CommandError::Unknown) };
    let end = driver.run(RoundtripStep::Receive, receipt).await?;
    let latency = end.saturating_duration_since(start);
    Ok(Roundtrip { qos, latency })
}

/// Keeps the session going while a step waits for its answer.
struct Driver<'a> {
    session: &'a mut MqttSession,
    queue: CommandQueue,
    echo: Echo<'a>,
    topic: &'a RoundtripTopic,
    limit: Duration,
    deadline: Instant,
}

impl Driver<'_> {
    async fn run<T>(
        &mut self,
        step: RoundtripStep,
        answer: impl Future<Output = Result<T, CommandError>>,
    ) -> Result<T, LinkFailure> {
        let (topic, limit, deadline) = (self.topic, self.limit, self.deadline);
        tokio::select! {
            biased;
            answer = answer => answer.map_err(|error| command_failure(step, topic, error)),
            error = self.until_lost() => Err(failure::roundtrip_lost(step, topic, &error)),
            () = sleep_until(deadline) => Err(failure::roundtrip_timeout(step, topic, limit)),
        }
    }

    async fn until_lost(&mut self) -> SessionError {
        let Self { session, queue, echo, .. } = self;
        loop {
            let update = poll_fn(|cx| session.poll_with_commands(cx, echo, queue)).await;
            if let Err(error) = update {
                return error;
            }
        }
    }
}

fn command_failure(
    step: RoundtripStep,
    topic: &RoundtripTopic,
    error: CommandError,
) -> LinkFailure {
    match error {
        CommandError::Refused { reason, number, reason_string } => {
            failure::roundtrip_refused(step, topic, reason, number, reason_string.as_deref())
        }
        CommandError::TooLarge { .. } => {
            let reason = MqttReason::PacketTooLarge;
            failure::roundtrip_refused(step, topic, reason, 0x95, None)
        }
        error => failure::internal(Bug::NoRoundtrip { code: Code::of_variant(&error) }),
    }
}
