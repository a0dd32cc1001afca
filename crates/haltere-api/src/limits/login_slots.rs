//! Logging in while all general connection slots are taken.
//!
//! Reserved slots serve callers with a session, and to get a session a user has to log in. So the login and the
//! files of its page are served there, too: few requests at a time, each for a short time, and when there is no
//! slot, a request of the address with the most of them is cancelled.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::fair_queue::{ClientKey, FairQueue, QueueBounds};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;

/// How long a request may take, its body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Slots for requests of clients without a session. Cheap to clone.
#[derive(Clone)]
pub(crate) struct LoginSlots(Arc<Mutex<Requests>>);

/// Dropping a sender cancels its request.
type Requests = FairQueue<oneshot::Sender<Infallible>>;

/// No slot was free, the request lost its slot, or it took too long.
pub(crate) struct NoSlot;

impl LoginSlots {
    /// At most `all` requests at a time, and half of them from one address.
    pub(crate) fn new(all: usize) -> Self {
        let all = all.max(1);
        let network = all.div_ceil(2);
        let bounds = QueueBounds { all, account: usize::MAX, network, both: network };
        Self(Arc::new(Mutex::new(FairQueue::new(bounds))))
    }

    /// Runs `job` in a slot that counts against `address`.
    pub(crate) async fn run<T>(
        &self,
        address: Option<IpAddr>,
        job: impl Future<Output = T>,
    ) -> Result<T, NoSlot> {
        let (sender, evicted) = oneshot::channel();
        let pushed =
            self.requests().push(ClientKey::new("", address), sender).map_err(|_| NoSlot)?;
        drop(pushed.evicted);
        let _guard = SlotGuard { slots: self, number: pushed.number };
        tokio::select! {
            biased;
            _ = evicted => Err(NoSlot),
            done = tokio::time::timeout(REQUEST_TIMEOUT, job) => done.map_err(|_| NoSlot),
        }
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.0.lock()
    }
}

/// A slot in use; released when dropped.
struct SlotGuard<'a> {
    slots: &'a LoginSlots,
    number: u64,
}

impl Drop for SlotGuard<'_> {
    fn drop(&mut self) {
        self.slots.requests().remove(self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use futures_util::FutureExt;

    use super::*;

    fn at(network: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, network])
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_times_out() {
        let slots = LoginSlots::new(4);
        assert!(slots.run(Some(at(1)), pending::<()>()).await.is_err());
        assert!(slots.requests().is_empty());
        assert!(slots.run(Some(at(1)), async { 1 }).await.is_ok_and(|one| one == 1));
    }

    #[tokio::test]
    async fn a_request_of_the_address_with_the_most_loses_its_slot() {
        let slots = LoginSlots::new(4);
        let mut running = Vec::new();
        for network in [1, 1, 2, 2] {
            let mut request = Box::pin(slots.run(Some(at(network)), pending::<()>()));
            assert!(request.as_mut().now_or_never().is_none());
            running.push(request);
        }
        assert!(slots.run(Some(at(1)), async {}).await.is_err(), "one address gets half");
        assert!(slots.run(Some(at(3)), async {}).await.is_ok());
        let ended = running.iter_mut().map(|request| request.as_mut().now_or_never().is_some());
        assert_eq!(ended.filter(|ended| *ended).count(), 1);
        drop(running);
        assert!(slots.requests().is_empty());
    }
}
