//! Rules for passwords, and hashing them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use haltere_core::{Secret, UserName};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::error::{Doing, Internal, Invalid};
use crate::sessions::PasswordHashing;

/// The shortest password, in characters (NIST SP 800-63B, 5.1.1.2).
pub const MIN_CHARS: usize = 8;
/// The longest password, in bytes.
pub const MAX_BYTES: usize = 1024;
/// How many hashes are computed at once for strangers: each takes memory and a whole core.
const AT_ONCE: usize = 2;
/// How many at once for those who have logged in from the same address before.
const KNOWN_AT_ONCE: usize = 1;
/// How many may wait for that, in each of the two lanes.
const WAITING: usize = 64;

/// Whether `password` may be the password of `user`. The field is `password`.
pub(crate) fn check(user: &UserName, password: &Secret<String>) -> Result<(), Invalid> {
    let text = password.expose();
    let reason = if text.chars().count() < MIN_CHARS {
        format!("must be at least {MIN_CHARS} characters long")
    } else if text.len() > MAX_BYTES {
        format!("must be at most {MAX_BYTES} bytes long")
    } else if text.eq_ignore_ascii_case(user.as_str()) {
        "must not be the user name".to_owned()
    } else {
        return Ok(());
    };
    Err(Invalid::new("password", reason))
}

/// Hashes a password with a new salt.
pub(crate) async fn hash(
    cost: PasswordHashing,
    password: Secret<String>,
) -> Result<String, Internal> {
    let hashed = spawn_blocking(move || {
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params(cost)?);
        let hash: PasswordHash = hasher.hash_password(password.expose().as_bytes())?;
        Ok::<_, password_hash::Error>(hash.to_string())
    });
    hashed.await.doing("hash a password")?.doing("hash a password")
}

/// Whether `hash` is one of `password`.
fn verify(password: &str, hash: &str) -> Result<bool, password_hash::Error> {
    match Argon2::default().verify_password(password.as_bytes(), hash) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

fn params(cost: PasswordHashing) -> Result<Params, password_hash::Error> {
    let PasswordHashing { memory_kib, iterations, parallelism } = cost;
    Ok(Params::new(memory_kib, iterations, parallelism, None)?)
}

/// Verifies passwords, few at a time, in two lanes: however many strangers try their luck, those who
/// have logged in from the same address before don't stand in their queue.
pub(crate) struct PasswordPool {
    strangers: Lane,
    known: Lane,
    /// A hash of nobody's password, of the usual cost: for users that don't exist.
    decoy: String,
}

impl PasswordPool {
    pub(crate) fn new(cost: PasswordHashing) -> Self {
        let PasswordHashing { memory_kib: m, iterations: t, parallelism: p } = cost;
        let salt = STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>());
        let hash = STANDARD_NO_PAD.encode(rand::random::<[u8; 32]>());
        Self {
            strangers: Lane::new(AT_ONCE),
            known: Lane::new(KNOWN_AT_ONCE),
            decoy: format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${hash}"),
        }
    }

    /// Waits for a turn; `None` when too many wait already.
    pub(crate) async fn turn(&self, is_known: bool) -> Option<PasswordTurn<'_>> {
        let lane = if is_known { &self.known } else { &self.strangers };
        Some(PasswordTurn { pool: self, permit: lane.wait().await? })
    }
}

/// Those who wait for the same permits.
struct Lane {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Lane {
    fn new(at_once: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(at_once)), waiting: AtomicUsize::new(0) }
    }

    async fn wait(&self) -> Option<OwnedSemaphorePermit> {
        let _waiting = Waiting::begin(&self.waiting)?;
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }
}

/// The right to verify one password.
pub(crate) struct PasswordTurn<'pool> {
    pool: &'pool PasswordPool,
    permit: OwnedSemaphorePermit,
}

impl PasswordTurn<'_> {
    /// Whether `hash` is one of `password`; without a hash it takes as long and is wrong.
    pub(crate) async fn verify(
        self,
        password: Secret<String>,
        hash: Option<String>,
    ) -> Result<bool, Internal> {
        const DOING: &str = "verify a password";
        let hash = hash.unwrap_or_else(|| self.pool.decoy.clone());
        let permit = self.permit;
        let verified = spawn_blocking(move || {
            let _permit = permit;
            // Nobody has a password that long; cut, it takes no longer than others.
            let text = password.expose();
            let cut = text.floor_char_boundary(MAX_BYTES);
            verify(&text[..cut], &hash).map(|is_right| is_right && cut == text.len())
        });
        verified.await.doing(DOING)?.doing(DOING)
    }
}

/// One of those who wait.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize) -> Option<Self> {
        let waiting = Self(count);
        (count.fetch_add(1, Ordering::Relaxed) < WAITING).then_some(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordHashing = PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1 };

    #[tokio::test]
    async fn a_password_matches_its_hash_and_no_other() {
        let hash = hash(CHEAP, "hunter2 hunter2".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        let pool = PasswordPool::new(CHEAP);
        let verify = async |password: &str, hash: Option<&String>| {
            let turn = pool.turn(false).await.expect("nobody waits");
            turn.verify(password.into(), hash.cloned()).await.unwrap()
        };
        assert!(verify("hunter2 hunter2", Some(&hash)).await);
        assert!(!verify("hunter2 hunter3", Some(&hash)).await);
        assert!(!verify(&"x".repeat(MAX_BYTES + 1), Some(&hash)).await);
        assert!(!verify("hunter2 hunter2", None).await);
    }

    #[tokio::test]
    async fn not_everybody_may_wait() {
        let pool = Arc::new(PasswordPool::new(CHEAP));
        let busy = [pool.turn(false).await.unwrap(), pool.turn(false).await.unwrap()];
        let waiting: Vec<_> = (0..WAITING)
            .map(|_| {
                tokio::spawn({
                    let pool = Arc::clone(&pool);
                    async move { pool.turn(false).await.is_some() }
                })
            })
            .collect();
        while pool.strangers.waiting.load(Ordering::Relaxed) < WAITING {
            tokio::task::yield_now().await;
        }
        assert!(pool.turn(false).await.is_none());
        assert!(pool.turn(true).await.is_some(), "strangers crowd out nobody we know");
        drop(busy);
        for one in waiting {
            assert!(one.await.unwrap());
        }
    }

    #[test]
    fn rules_for_passwords() {
        let user = UserName::parse("administrator").unwrap();
        for (bad, why) in [
            ("short12".to_owned(), "at least 8"),
            ("x".repeat(1025), "at most 1024"),
            ("Administrator".to_owned(), "user name"),
        ] {
            let error = check(&user, &Secret::new(bad)).unwrap_err();
            assert!(error.reason.contains(why), "{error}");
        }
        check(&user, &"üüüüüüüü".into()).expect("eight characters");
    }
}
