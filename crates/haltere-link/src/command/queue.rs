//! The way of commands to a link, which is bounded.

use std::task::{Context, Poll};

use haltere_core::TopicFilter;
use tokio::sync::{mpsc, oneshot};

use super::{CommandError, LinkCommand, PublishRequest, Published, Qos, Reply};

/// How many commands may wait for a link.
const MAX_WAITING: usize = 16;
/// The largest payload in bytes. With [`MAX_WAITING`], bounds the memory that commands of one link use.
const MAX_PAYLOAD: usize = 64 * 1024;

/// Creates the two ends of a queue of commands.
pub(crate) fn channel() -> (LinkHandle, CommandQueue) {
    let (sender, receiver) = mpsc::channel(MAX_WAITING);
    (LinkHandle { commands: sender }, CommandQueue { commands: receiver })
}

/// Sends commands to the broker through a link. A clone is another handle to the same link.
///
/// Commands are sent in order, and only while the link is online; otherwise the answer is
/// [`CommandError::NotConnected`]. A command has no time limit of its own. Dropping the future of a command
/// that still waits in the queue withdraws it.
#[derive(Debug, Clone)]
pub struct LinkHandle {
    commands: mpsc::Sender<LinkCommand>,
}

impl LinkHandle {
    /// Publishes a message, and waits until it is acknowledged. With QoS 0 it only waits until the message is in the
    /// session's write buffer, so `Ok` does not mean that it was sent. If the link goes down meanwhile, whether the
    /// message has arrived is [`CommandError::Unknown`].
    pub async fn publish(&self, request: PublishRequest) -> Result<Published, CommandError> {
        if request.payload.len() > MAX_PAYLOAD {
            return Err(CommandError::TooLarge { max: MAX_PAYLOAD });
        }
        self.send(|reply| LinkCommand::Publish(request, reply)).await
    }

    /// Subscribes to a filter until the session ends, and returns the QoS that the broker granted.
    pub async fn subscribe(&self, filter: TopicFilter, qos: Qos) -> Result<Qos, CommandError> {
        self.send(|reply| LinkCommand::Subscribe(filter, qos, reply)).await
    }

    /// Ends a subscription.
    pub async fn unsubscribe(&self, filter: TopicFilter) -> Result<(), CommandError> {
        self.send(|reply| LinkCommand::Unsubscribe(filter, reply)).await
    }

    async fn send<T>(
        &self,
        command: impl FnOnce(Reply<T>) -> LinkCommand,
    ) -> Result<T, CommandError> {
        let (reply, answer) = oneshot::channel();
        self.commands.try_send(command(reply)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CommandError::Busy,
            mpsc::error::TrySendError::Closed(_) => CommandError::NotConnected,
        })?;
        // A link that ends drops the commands in its queue.
        answer.await.unwrap_or(Err(CommandError::NotConnected))
    }
}

/// The link's end of the queue.
#[derive(Debug)]
pub(crate) struct CommandQueue {
    commands: mpsc::Receiver<LinkCommand>,
}

impl CommandQueue {
    /// Waits for the next command whose caller still waits for the answer.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<LinkCommand> {
        loop {
            match self.commands.poll_recv(cx) {
                Poll::Ready(Some(command)) if command.is_abandoned() => {}
                Poll::Ready(Some(command)) => return Poll::Ready(command),
                // There are no more handles, so there will be no more commands.
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Rejects the waiting commands, and those that come, because there is no session.
    pub(crate) fn reject_all(&mut self, cx: &mut Context<'_>) {
        while let Poll::Ready(command) = self.poll_next(cx) {
            command.reject(CommandError::NotConnected);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn a_command_whose_future_is_dropped_is_withdrawn() {
        let (link, mut queue) = channel();
        let filter = || TopicFilter::parse("a").expect("valid");
        let mut cx = Context::from_waker(Waker::noop());
        assert!(link.unsubscribe(filter()).now_or_never().is_none(), "polled once, and dropped");
        assert!(queue.poll_next(&mut cx).is_pending());
        let mut kept = Box::pin(link.unsubscribe(filter()));
        assert!(kept.poll_unpin(&mut cx).is_pending());
        assert!(queue.poll_next(&mut cx).is_ready());
    }
}
