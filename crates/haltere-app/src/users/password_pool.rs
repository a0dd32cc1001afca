//! Verifying and hashing passwords: a few at a time, because each takes memory and a whole core.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use haltere_core::Secret;
use haltere_core::fair_queue::{ClientKey, FairQueue, QueueBounds};
use haltere_core::quota::QuotaExceeded;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::password::{PasswordMatch, hash_typed, verify_typed};
use crate::error::{ErrorContext, Internal};
use crate::sessions::PasswordHashing;

/// The number of concurrent hashes for unknown clients.
const AT_ONCE: usize = 2;
/// How many at once for those who have logged in from the same address before.
const KNOWN_AT_ONCE: usize = 1;

/// Verifies passwords with two queues, so that clients that have logged in from
/// the same address before don't wait behind unknown ones.
pub(crate) struct PasswordPool {
    unknown: WaitQueue,
    known: WaitQueue,
    refused: AtomicU64,
    /// What a hash costs.
    cost: PasswordHashing,
    /// The hash of a random password, at the usual cost: for users that don't exist.
    decoy: String,
}

/// For whom a password is verified or hashed. Decides in which queue, and in whose turn, it waits.
pub(crate) struct PasswordCheck<'a> {
    /// The user name as typed, in its usual form.
    pub(crate) account: &'a str,
    pub(crate) address: Option<IpAddr>,
    /// The user has logged in from `address` before.
    pub(crate) is_known: bool,
}

impl PasswordPool {
    /// A pool in which so many may wait in each queue.
    pub(crate) fn new(cost: PasswordHashing, waiting: usize) -> Self {
        let PasswordHashing { memory_kib: m, iterations: t, parallelism: p } = cost;
        let salt = STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>());
        let hash = STANDARD_NO_PAD.encode(rand::random::<[u8; 32]>());
        Self {
            unknown: WaitQueue::new(AT_ONCE, waiting),
            known: WaitQueue::new(KNOWN_AT_ONCE, waiting),
            refused: AtomicU64::new(0),
            cost,
            decoy: format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${hash}"),
        }
    }

    /// Waits for a permit. Addresses take turns, and each has a quota of the queue.
    ///
    /// # Errors
    ///
    /// With the bound that is reached when too many wait already, or later when others need the slot.
    pub(crate) async fn acquire(
        &self,
        check: PasswordCheck<'_>,
    ) -> Result<PasswordPermit<'_>, QuotaExceeded> {
        let queue = if check.is_known { &self.known } else { &self.unknown };
        match queue.wait(ClientKey::new(check.account, check.address)).await {
            Ok(permit) => Ok(PasswordPermit { pool: self, permit }),
            Err(reached) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(reached)
            }
        }
    }

    /// The number of refused waits.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// Those who wait for the same permits. Cheap to clone.
#[derive(Clone)]
struct WaitQueue(Arc<Mutex<QueueState>>);

struct QueueState {
    free: usize,
    waiting: FairQueue<oneshot::Sender<Result<Permit, QuotaExceeded>>>,
}

/// One of a queue's permits; goes to the next one when dropped.
struct Permit(WaitQueue);

impl WaitQueue {
    fn new(at_once: usize, waiting: usize) -> Self {
        let network = (waiting / 4).max(2);
        let both = (waiting / 8).max(1);
        let bounds = QueueBounds { all: waiting, account: waiting / 2, network, both };
        Self(Arc::new(Mutex::new(QueueState { free: at_once, waiting: FairQueue::new(bounds) })))
    }

    async fn wait(&self, client: ClientKey) -> Result<Permit, QuotaExceeded> {
        let (sender, permit) = oneshot::channel();
        let evicted = {
            let mut queue = self.queue();
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(Permit(self.clone()));
            }
            queue.waiting.push(client, sender)?.evicted
        };
        for other in evicted {
            let _ = other.send(Err(QuotaExceeded::Network));
        }
        // Senders go only after they were used.
        permit.await.unwrap_or(Err(QuotaExceeded::All))
    }

    fn queue(&self) -> MutexGuard<'_, QueueState> {
        self.0.lock()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let next = {
            let mut queue = self.0.queue();
            let next = queue.waiting.pop();
            queue.free += usize::from(next.is_none());
            next
        };
        if let Some(next) = next {
            // One that does not wait any more gives it on.
            let _ = next.send(Ok(Self(self.0.clone())));
        }
    }
}

/// The right to verify or hash one password.
pub(crate) struct PasswordPermit<'pool> {
    pool: &'pool PasswordPool,
    permit: Permit,
}

impl PasswordPermit<'_> {
    /// Whether `hash` is one of `password`; without a hash it takes as long and is wrong.
    pub(crate) async fn verify(
        self,
        password: Secret<String>,
        hash: Option<String>,
    ) -> Result<PasswordMatch, Internal> {
        const OPERATION: &str = "verify a password";
        let hash = hash.unwrap_or_else(|| self.pool.decoy.clone());
        let (cost, permit) = (self.pool.cost, self.permit);
        let verified = spawn_blocking(move || {
            let _permit = permit;
            verify_typed(password.expose(), &hash, cost)
        });
        verified.await.context(OPERATION)?.context(OPERATION)
    }

    /// Hashes a password with a new salt.
    pub(crate) async fn hash(self, password: Secret<String>) -> Result<String, Internal> {
        const OPERATION: &str = "hash a password";
        let (cost, permit) = (self.pool.cost, self.permit);
        let hashed = spawn_blocking(move || {
            let _permit = permit;
            hash_typed(cost, password.expose())
        });
        hashed.await.context(OPERATION)?.context(OPERATION)
    }
}

#[cfg(test)]
mod tests {
    use super::super::password::MAX_BYTES;
    use super::*;

    const CHEAP: PasswordHashing = PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1 };

    fn at(account: &str, network: u8) -> PasswordCheck<'_> {
        let address = Some(IpAddr::from([192, 0, 2, network]));
        PasswordCheck { account, address, is_known: false }
    }

    #[tokio::test]
    async fn a_password_matches_its_hash_and_no_other() {
        let hash = hash_typed(CHEAP, "hunter2 hunter2").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        let pool = PasswordPool::new(CHEAP, 16);
        let verify = async |password: &str, hash: Option<&String>| {
            let permit = pool.acquire(at("ann", 1)).await.expect("no queue");
            permit.verify(password.into(), hash.cloned()).await.unwrap() == PasswordMatch::Right
        };
        assert!(verify("hunter2 hunter2", Some(&hash)).await);
        assert!(!verify("hunter2 hunter3", Some(&hash)).await);
        assert!(!verify(&"x".repeat(MAX_BYTES + 1), Some(&hash)).await);
        assert!(!verify("hunter2 hunter2", None).await);
    }

    /// Waits in the queue for unknown clients.
    async fn wait(
        pool: &Arc<PasswordPool>,
        account: String,
        network: u8,
    ) -> tokio::task::JoinHandle<Result<String, QuotaExceeded>> {
        let before = pool.refused();
        let waiting = pool.unknown.queue().waiting.len();
        let task = tokio::spawn({
            let pool = Arc::clone(pool);
            async move { pool.acquire(at(&account, network)).await.map(|_permit| account) }
        });
        while pool.unknown.queue().waiting.len() == waiting
            && pool.refused() == before
            && !task.is_finished()
        {
            tokio::task::yield_now().await;
        }
        task
    }

    #[tokio::test]
    async fn a_flood_of_logins_does_not_delay_another_client() {
        let pool = Arc::new(PasswordPool::new(CHEAP, 64));
        let busy =
            [pool.acquire(at("eve", 1)).await.unwrap(), pool.acquire(at("eve", 1)).await.unwrap()];
        let mut flood = Vec::new();
        for n in 0..100 {
            // With one name, with many, and with the owner's.
            for account in ["eve".to_owned(), format!("guess{n}"), "ann".to_owned()] {
                for network in 1..=4 {
                    flood.push(wait(&pool, account.clone(), network).await);
                }
            }
        }
        assert!(pool.unknown.queue().waiting.len() <= 64);
        let refused = flood.iter().filter(|task| task.is_finished()).count();
        assert!(refused >= 1_200 - 64, "{refused}");
        let owner = wait(&pool, "ann".to_owned(), 9).await;
        assert!(!owner.is_finished(), "waits");
        let known = PasswordCheck { is_known: true, ..at("ann", 9) };
        assert!(pool.acquire(known).await.is_ok(), "unknown clients don't block known ones");
        drop(busy);
        assert_eq!(owner.await.unwrap().as_deref(), Ok("ann"));
        let mut limits = Vec::new();
        for one in flood {
            limits.extend(one.await.unwrap().err());
        }
        assert!(limits.contains(&QuotaExceeded::Network), "{limits:?}");
        assert!(!limits.contains(&QuotaExceeded::All), "the flooding clients get their own limit");
        let queue = pool.unknown.queue();
        assert_eq!((queue.free, queue.waiting.len()), (AT_ONCE, 0));
    }

    #[tokio::test]
    async fn a_cancelled_wait_passes_its_turn_on() {
        let pool = Arc::new(PasswordPool::new(CHEAP, 64));
        let busy =
            [pool.acquire(at("eve", 1)).await.unwrap(), pool.acquire(at("eve", 1)).await.unwrap()];
        let gone = [wait(&pool, "ann".to_owned(), 2).await, wait(&pool, "bob".to_owned(), 3).await];
        let stays = wait(&pool, "cid".to_owned(), 4).await;
        for task in gone {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        drop(busy);
        assert_eq!(stays.await.unwrap().as_deref(), Ok("cid"));
        assert_eq!(pool.unknown.queue().free, AT_ONCE);
    }
}
