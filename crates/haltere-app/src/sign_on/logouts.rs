//! The logouts that the provider has sent lately.
//!
//! A logout may arrive while the login that it is about is still being finished: then there is no session yet that could
//! end. So logouts are remembered, and a login that was under way when one came is refused.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use lru::LruCache;
use parking_lot::Mutex;

/// How many logouts are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4_096).expect("not zero");

/// Whom or what a logout is about.
#[derive(Debug, Clone)]
pub(super) struct Logout {
    pub(super) subject: Option<String>,
    pub(super) provider_session: Option<String>,
}

/// The logouts that the provider has sent lately.
pub(super) struct Logouts(Mutex<Recent>);

struct Recent {
    /// The ids of the tokens, so that each counts once.
    tokens: LruCache<String, ()>,
    /// The latest ones, oldest first.
    logouts: VecDeque<Logout>,
    /// How many there were in all.
    count: u64,
}

impl Default for Logouts {
    fn default() -> Self {
        let tokens = LruCache::new(REMEMBERED);
        Self(Mutex::new(Recent { tokens, logouts: VecDeque::new(), count: 0 }))
    }
}

impl Logouts {
    /// Whether a token was used.
    pub(super) fn was_used(&self, token: &str) -> bool {
        self.0.lock().tokens.contains(token)
    }

    /// The token was used.
    pub(super) fn use_up(&self, token: String) {
        self.0.lock().tokens.put(token, ());
    }

    /// How many there were.
    pub(super) fn count(&self) -> u64 {
        self.0.lock().count
    }

    /// Remembers a logout. Called inside the transaction that ends its sessions, so that each login either sees the logout
    /// or has stored its session before.
    pub(super) fn note(&self, logout: Logout) {
        let mut recent = self.0.lock();
        if recent.logouts.len() == REMEMBERED.get() {
            recent.logouts.pop_front();
        }
        recent.logouts.push_back(logout);
        recent.count += 1;
    }

    /// Whether one of the logouts since the first `before` ones concerns this subject and session of the provider.
    pub(super) fn have_ended(
        &self,
        before: u64,
        subject: &str,
        provider_session: Option<&str>,
    ) -> bool {
        let recent = self.0.lock();
        let since = usize::try_from(recent.count.saturating_sub(before)).unwrap_or(usize::MAX);
        let mut latest = recent.logouts.iter().rev().take(since);
        // What is forgotten already may have been about it.
        since > recent.logouts.len() || latest.any(|it| it.names(subject, provider_session))
    }
}

impl Logout {
    /// Of a session that is not known, the subject says enough.
    fn names(&self, subject: &str, provider_session: Option<&str>) -> bool {
        let Self { subject: of, provider_session: only } = self;
        let is_subject = of.as_deref() == Some(subject);
        match (only.as_deref(), provider_session) {
            (Some(only), Some(session)) => only == session && (is_subject || of.is_none()),
            _ => is_subject,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logout(subject: Option<&str>, provider_session: Option<&str>) -> Logout {
        let [subject, provider_session] =
            [subject, provider_session].map(|it| it.map(str::to_owned));
        Logout { subject, provider_session }
    }

    #[test]
    fn what_was_under_way_has_ended() {
        let logouts = Logouts::default();
        let before = logouts.count();
        logouts.note(logout(Some("ann"), None));
        logouts.note(logout(None, Some("s7")));
        logouts.note(logout(Some("bob"), Some("s8")));
        let after = logouts.count();
        for (before, subject, session, expected) in [
            (before, "ann", Some("s1"), true),
            (before, "ann", None, true),
            (after, "ann", Some("s1"), false),
            (before, "eve", Some("s1"), false),
            (before, "eve", Some("s7"), true),
            (after, "eve", Some("s7"), false),
            (before, "bob", Some("s8"), true),
            (before, "bob", Some("s9"), false),
            (before, "bob", None, true),
            (after, "bob", None, false),
        ] {
            let found = logouts.have_ended(before, subject, session);
            assert_eq!(found, expected, "{before} {subject} {session:?}");
        }
    }

    #[test]
    fn what_is_forgotten_may_have_been_about_it() {
        let logouts = Logouts::default();
        for _ in 0..=REMEMBERED.get() {
            logouts.note(logout(Some("ann"), None));
        }
        assert!(logouts.have_ended(0, "bob", None));
        assert!(!logouts.have_ended(1, "bob", None));
    }
}
