//! What can be sent to a broker through a link.

mod queue;

use haltere_core::{MqttReason, TopicFilter, TopicName};
use tokio::sync::oneshot;

pub(crate) use queue::CommandQueue;
pub use queue::LinkHandle;
pub(crate) use queue::channel;

/// The quality of service of a message or a subscription (MQTT 5, 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Qos {
    /// 0: no acknowledgement.
    AtMostOnce = 0,
    /// 1: acknowledged with PUBACK.
    AtLeastOnce = 1,
    /// 2: acknowledged with PUBREC and PUBCOMP.
    ExactlyOnce = 2,
}

impl Qos {
    /// Its number in MQTT.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The QoS with this number.
    pub(crate) const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::AtMostOnce),
            1 => Some(Self::AtLeastOnce),
            2 => Some(Self::ExactlyOnce),
            _ => None,
        }
    }
}

/// A message to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishRequest {
    pub topic: TopicName,
    /// At most 64 KiB.
    pub payload: Vec<u8>,
    /// How the broker acknowledges it.
    pub qos: Qos,
    /// Whether the broker keeps it for later subscribers.
    pub retain: bool,
}

/// A message that was sent and, with QoS 1 or 2, accepted by the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The broker's reason code: 0, or 0x10 if there are no subscribers. `None` with QoS 0. A broker of MQTT 3.1.1
    /// gives none, and accepts messages that it then drops: 0.
    pub reason_code: Option<u8>,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The link is not online. Nothing was sent; or it was a subscription, which has ended with the session.
    #[error("the link is not connected")]
    NotConnected,
    /// As many commands as possible are waiting. Nothing was sent.
    #[error("too many commands are waiting for the broker")]
    Busy,
    #[error("the broker refused it: {reason}{}", .reason_string.as_deref().map(|it| format!(" ({it})")).unwrap_or_default())]
    Refused {
        reason: MqttReason,
        number: u8,
        /// The broker's reason string.
        reason_string: Option<String>,
    },
    /// The broker accepts only a lower QoS. Nothing was sent.
    #[error("the broker accepts at most QoS {}", .max.number())]
    QosNotSupported {
        /// The highest QoS that it accepts.
        max: Qos,
    },
    /// The broker accepts no retained messages. Nothing was sent.
    #[error("the broker accepts no retained messages")]
    RetainNotSupported,
    /// The packet would be larger than `max` bytes, the limit of the broker or of haltere. Nothing was sent.
    #[error("it is larger than {max} bytes")]
    TooLarge {
        /// In bytes.
        max: usize,
    },
    /// MQTT has no form for it. Nothing was sent.
    #[error("it can't be sent: {0}")]
    Invalid(String),
    /// The link went down before the broker acknowledged the message, which may have arrived or not.
    #[error("the link went down before the broker answered")]
    Unknown,
}

/// Where the answer to a command goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, CommandError>>;

/// A command for a link, with the way back.
#[derive(Debug)]
pub(crate) enum LinkCommand {
    Publish(PublishRequest, Reply<Published>),
    Subscribe(TopicFilter, Qos, Reply<Qos>),
    Unsubscribe(TopicFilter, Reply<()>),
}

impl LinkCommand {
    /// Answers with an error. The caller may have stopped waiting.
    pub(crate) fn reject(self, error: CommandError) {
        match self {
            Self::Publish(_, reply) => drop(reply.send(Err(error))),
            Self::Subscribe(_, _, reply) => drop(reply.send(Err(error))),
            Self::Unsubscribe(_, reply) => drop(reply.send(Err(error))),
        }
    }

    /// Whether the caller has stopped waiting.
    pub(crate) fn is_abandoned(&self) -> bool {
        match self {
            Self::Publish(_, reply) => reply.is_closed(),
            Self::Subscribe(_, _, reply) => reply.is_closed(),
            Self::Unsubscribe(_, reply) => reply.is_closed(),
        }
    }
}
