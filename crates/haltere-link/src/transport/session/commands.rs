//! The commands of a session: sent one after the other, and answered by the broker in any order.

use std::task::{Context, Poll};

use super::{MqttSession, SessionError, SessionUpdate};
use crate::command::{
    CommandError, CommandQueue, LinkCommand, PublishRequest, Published, Qos, Reply,
};
use crate::message_sink::MessageSink;
use crate::transport::codec::{Acknowledgement, BrokerLimits, ProtocolError, reason_code};

/// How many commands may be unanswered at the same time, if the broker's receive maximum is not lower. Also
/// bounds the number of packet identifiers in use.
const MAX_INFLIGHT: usize = 16;

/// The commands that were sent and are not answered yet, with their packet identifiers. Dropped with the
/// session, which answers all of them.
#[derive(Debug, Default)]
pub(super) struct InflightCommands {
    all: Vec<(u16, Inflight)>,
}

#[derive(Debug)]
enum Inflight {
    Publish {
        reply: Reply<Published>,
        /// The code of PUBREC. PUBCOMP is still missing.
        received: Option<u8>,
    },
    Subscribe(Reply<Qos>),
    Unsubscribe(Reply<()>),
}

impl InflightCommands {
    /// Whether a PUBLISH with this packet identifier is unanswered.
    pub(super) fn has_publish(&self, packet_id: u16) -> bool {
        let is_it =
            |(id, it): &(u16, Inflight)| *id == packet_id && matches!(it, Inflight::Publish { .. });
        self.all.iter().any(is_it)
    }

    /// A PUBLISH was answered, entirely or with PUBREC.
    pub(super) fn acknowledged(
        &mut self,
        packet_id: u16,
        kind: Acknowledgement,
        code: u8,
        reason_string: Option<String>,
    ) {
        let Some(Inflight::Publish { received, .. }) = self.get(packet_id) else { return };
        let outcome = match (kind, code) {
            // The message was accepted with PUBREC, whatever PUBCOMP says.
            (Acknowledgement::Pubcomp, _) => Ok(received.unwrap_or(0)),
            (_, 0x80..) => Err(refused(code, reason_string)),
            (Acknowledgement::Puback, _) => Ok(code),
            (Acknowledgement::Pubrec, _) => {
                *received = Some(code);
                return;
            }
        };
        if let Some(Inflight::Publish { reply, .. }) = self.remove(packet_id) {
            drop(reply.send(outcome.map(|code| Published { reason_code: Some(code) })));
        }
    }

    /// SUBACK.
    pub(super) fn subscribed(
        &mut self,
        packet_id: u16,
        codes: &[u8],
        reason_string: Option<String>,
    ) {
        if let Some(Inflight::Subscribe(reply)) = self.remove(packet_id) {
            let code = codes.first().copied().unwrap_or(0x80);
            drop(reply.send(Qos::from_number(code).ok_or_else(|| refused(code, reason_string))));
        }
    }

    /// UNSUBACK. That of MQTT 3.1.1 has no codes.
    pub(super) fn unsubscribed(
        &mut self,
        packet_id: u16,
        codes: &[u8],
        reason_string: Option<String>,
    ) {
        if let Some(Inflight::Unsubscribe(reply)) = self.remove(packet_id) {
            let outcome = match codes.first() {
                Some(&code @ 0x80..) => Err(refused(code, reason_string)),
                _ => Ok(()),
            };
            drop(reply.send(outcome));
        }
    }

    fn get(&mut self, packet_id: u16) -> Option<&mut Inflight> {
        self.all.iter_mut().find(|(id, _)| *id == packet_id).map(|(_, it)| it)
    }

    fn remove(&mut self, packet_id: u16) -> Option<Inflight> {
        let index = self.all.iter().position(|(id, _)| *id == packet_id)?;
        Some(self.all.swap_remove(index).1)
    }
}

fn refused(code: u8, reason_string: Option<String>) -> CommandError {
    CommandError::Refused { reason: reason_code(code), number: code, reason_string }
}

impl Drop for InflightCommands {
    fn drop(&mut self) {
        for (_, command) in self.all.drain(..) {
            match command {
                Inflight::Publish { reply, .. } => drop(reply.send(Err(CommandError::Unknown))),
                // Subscriptions end with the session.
                Inflight::Subscribe(reply) => drop(reply.send(Err(CommandError::NotConnected))),
                Inflight::Unsubscribe(reply) => drop(reply.send(Err(CommandError::NotConnected))),
            }
        }
    }
}

impl MqttSession {
    /// The highest QoS that the broker accepts.
    pub(crate) fn maximum_qos(&self) -> Qos {
        self.codec.limits().maximum_qos
    }

    /// Goes on with the session, and sends commands from `queue` as far as the broker accepts more.
    pub(crate) fn poll_with_commands(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut dyn MessageSink,
        queue: &mut CommandQueue,
    ) -> Poll<Result<SessionUpdate, SessionError>> {
        loop {
            while self.accepts_commands()
                && let Poll::Ready(command) = queue.poll_next(cx)
            {
                self.start(command);
            }
            let was_accepting = self.accepts_commands();
            let update = self.poll_update(cx, sink);
            // The queue wakes us only after it has been polled.
            if update.is_ready() || was_accepting || !self.accepts_commands() {
                return update;
            }
        }
    }

    /// Whether everything is written, and the broker accepts another command.
    fn accepts_commands(&self) -> bool {
        let most = MAX_INFLIGHT.min(self.codec.limits().receive_maximum.into());
        self.write_buffer.is_empty() && self.commands.all.len() < most
    }

    /// Sends a command, or rejects it.
    fn start(&mut self, command: LinkCommand) {
        match command {
            LinkCommand::Publish(request, reply) => match self.encode_publish(&request) {
                Err(error) => drop(reply.send(Err(error))),
                Ok((None, bytes)) => {
                    self.write_command(&bytes);
                    drop(reply.send(Ok(Published { reason_code: None })));
                }
                Ok((Some(id), bytes)) => {
                    self.write_command(&bytes);
                    self.commands.all.push((id, Inflight::Publish { reply, received: None }));
                }
            },
            LinkCommand::Subscribe(filter, qos, reply) => {
                match self.codec.subscribe(&[filter], qos).map_err(|error| self.unsendable(error)) {
                    Err(error) => drop(reply.send(Err(error))),
                    Ok((id, bytes)) => {
                        self.write_command(&bytes);
                        self.commands.all.push((id, Inflight::Subscribe(reply)));
                    }
                }
            }
            LinkCommand::Unsubscribe(filter, reply) => {
                match self.codec.unsubscribe(&[filter]).map_err(|error| self.unsendable(error)) {
                    Err(error) => drop(reply.send(Err(error))),
                    Ok((id, bytes)) => {
                        self.write_command(&bytes);
                        self.commands.all.push((id, Inflight::Unsubscribe(reply)));
                    }
                }
            }
        }
    }

    fn encode_publish(
        &mut self,
        request: &PublishRequest,
    ) -> Result<(Option<u16>, Vec<u8>), CommandError> {
        let BrokerLimits { maximum_qos, retain_available, .. } = self.codec.limits();
        if request.qos > maximum_qos {
            return Err(CommandError::QosNotSupported { max: maximum_qos });
        }
        if request.retain && !retain_available {
            return Err(CommandError::RetainNotSupported);
        }
        self.codec.publish(request).map_err(|error| self.unsendable(error))
    }

    fn unsendable(&self, error: ProtocolError) -> CommandError {
        match error {
            ProtocolError::TooLarge => {
                let max = self.codec.limits().maximum_packet_size;
                CommandError::TooLarge { max: usize::try_from(max).unwrap_or(usize::MAX) }
            }
            ProtocolError::Violation(why) => CommandError::Invalid(why.to_string()),
        }
    }

    fn write_command(&mut self, bytes: &[u8]) {
        self.command_bytes = bytes.len();
        self.write_buffer.extend(bytes);
    }
}
