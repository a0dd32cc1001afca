//! Logins in progress: what has to be remembered while a user is at the provider.
//!
//! The browser remembers it, in a cookie that is sealed with a key of this process. So a login can be finished only by the
//! browser that began it, and logins that are never finished cost nothing. A login that was begun before a restart has to
//! be begun again.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use haltere_core::{Clock, Secret};
use lru::LruCache;
use parking_lot::Mutex;

/// How long a user may be at the provider.
pub(super) const VALID: Duration = Duration::from_mins(10);
/// How many finished logins are remembered, so that none is finished twice. The provider refuses a code the second time,
/// too.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4_096).expect("not zero");
/// Says what the sealed text is.
const KIND: &[u8] = b"sign-on";
const NONCE: usize = 24;
/// The longest sealed text, in bytes.
const MAX_BYTES: usize = 1_024;

/// A login in progress. All of it is random, but for the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PendingLogin {
    pub(super) state: String,
    pub(super) nonce: String,
    /// Of PKCE.
    pub(super) verifier: String,
}

/// Seals and opens logins in progress.
pub(super) struct PendingLogins {
    cipher: XChaCha20Poly1305,
    clock: Arc<dyn Clock>,
    /// The states of those that were finished.
    finished: Mutex<LruCache<String, ()>>,
}

/// 256 random bits in URL-safe base64 without padding.
fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

impl PendingLogin {
    pub(super) fn new() -> Self {
        Self { state: random(), nonce: random(), verifier: random() }
    }
}

impl PendingLogins {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let key = rand::random::<[u8; 32]>();
        let finished = Mutex::new(LruCache::new(REMEMBERED));
        Self { cipher: XChaCha20Poly1305::new(&key.into()), clock, finished }
    }

    /// A login for the browser to remember.
    pub(super) fn seal(&self, login: &PendingLogin) -> Secret<String> {
        let until = self.clock.steady().saturating_add(VALID).as_secs();
        let PendingLogin { state, nonce, verifier } = login;
        let text = format!("{until}.{state}.{nonce}.{verifier}");
        let random = rand::random::<[u8; NONCE]>();
        let payload = Payload { msg: text.as_bytes(), aad: KIND };
        let sealed = self.cipher.encrypt(&XNonce::from(random), payload);
        let sealed = sealed.expect("a short text can be sealed");
        Secret::new(URL_SAFE_NO_PAD.encode([&random[..], &sealed].concat()))
    }

    /// The login that a browser has remembered; `None` if it is none of ours or too old.
    pub(super) fn open(&self, sealed: &str) -> Option<PendingLogin> {
        if sealed.len() > MAX_BYTES {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: sealed, aad: KIND };
        let text = self.cipher.decrypt(&XNonce::from(nonce), payload).ok()?;
        let text = String::from_utf8(text).ok()?;
        let mut parts = text.split('.');
        let until: u64 = parts.next()?.parse().ok()?;
        let mut part = || parts.next().map(str::to_owned);
        let login = PendingLogin { state: part()?, nonce: part()?, verifier: part()? };
        (self.clock.steady().as_secs() < until).then_some(login)
    }

    /// Notes that a login is being finished; whether it is the first time.
    pub(super) fn finish(&self, login: &PendingLogin) -> bool {
        self.finished.lock().put(login.state.clone(), ()).is_none()
    }
}

#[cfg(test)]
mod tests {
    use haltere_testkit::MockClock;

    use super::*;

    #[test]
    fn only_what_was_sealed_here_and_lately_is_opened() {
        let clock = Arc::new(MockClock::now_frozen());
        let logins = PendingLogins::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let login = PendingLogin::new();
        let sealed = logins.seal(&login);
        let sealed = sealed.expose().as_str();
        assert_eq!(logins.open(sealed), Some(login.clone()));
        let others = PendingLogins::new(Arc::clone(&clock) as Arc<dyn Clock>);
        assert_eq!(others.open(sealed), None);
        let mut forged = sealed.to_owned();
        forged.replace_range(60..61, if &sealed[60..61] == "A" { "B" } else { "A" });
        for wrong in [&*forged, "", "AAAA", &sealed[..40], &"A".repeat(5_000)] {
            assert_eq!(logins.open(wrong), None, "{wrong}");
        }
        clock.advance(Duration::from_secs(598));
        assert!(logins.open(sealed).is_some());
        clock.advance(Duration::from_secs(2));
        assert_eq!(logins.open(sealed), None);
    }

    #[test]
    fn a_login_is_finished_once() {
        let logins = PendingLogins::new(Arc::new(MockClock::now_frozen()));
        let (one, two) = (PendingLogin::new(), PendingLogin::new());
        assert!(logins.finish(&one) && logins.finish(&two));
        assert!(!logins.finish(&one) && !logins.finish(&two));
    }
}
