//! `POST /auth`

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use haltere_core::quota::QuotaExceeded;
use haltere_core::{AuditAction, Caller, Origin, Secret, SessionHandle, Timestamp, text};
use haltere_store::failpoint::Step;
use haltere_store::{SessionRecord, UserRecord};

use super::local_login::MayLogIn;
use super::throttle::Throttled;
use super::{CountedLogin, LoginAttempt, Sessions, token};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::second_factor::{CodeCheck, CodeKind, check};
use crate::tasks::to_completion;
use crate::users::{PasswordCheck, PasswordMatch, PasswordPermit, find_user};

/// The longest stored `User-Agent`, in characters.
const USER_AGENT: usize = 200;

/// A login request.
#[derive(Debug)]
pub struct LogIn {
    /// As typed.
    pub username: String,
    /// As typed.
    pub password: Secret<String>,
    /// A code of the second factor, as typed; not looked at for users without one.
    pub code: Option<Secret<String>>,
    /// The origin of the request.
    pub origin: Origin,
    /// The `User-Agent` of the client.
    pub user_agent: Option<String>,
}

/// A successful login.
#[derive(Debug)]
pub struct LoggedIn {
    /// 256 random bits in URL-safe base64 without padding: for the cookie, and kept nowhere else.
    pub token: Secret<String>,
    pub caller: Caller,
    /// When the session ends however busy it is.
    pub expires_at: Timestamp,
}

/// Why a login failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The name, the password or both are wrong, without saying which.
    #[error("wrong user name or password")]
    WrongCredentials,
    /// The password is right; the user has a second factor, and no code was given.
    #[error("a code of the second factor is required")]
    CodeRequired,
    /// The password is right, the code is not: it is wrong, was used, or has expired.
    #[error("wrong code of the second factor")]
    WrongCode,
    /// Too many failures; the password was not looked at.
    #[error("too many failed logins, try again in {} s", .retry_after.as_secs())]
    Throttled {
        /// The time to wait; whole seconds, at least one.
        retry_after: Duration,
        /// Whose failures they were: the user's or those from the address.
        of: QuotaExceeded,
    },
    /// Too many passwords are waiting to be verified.
    #[error("too many logins at once")]
    TooManyChecks(QuotaExceeded),
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Sessions {
    /// Begins a session, always a new one. Success and failure are audited.
    pub async fn log_in(self: &Arc<Self>, request: LogIn) -> Result<LoggedIn, LoginError> {
        let sessions = Arc::clone(self);
        // To completion, so that disconnecting does not avoid the count.
        to_completion(&self.tasks, async move { sessions.try_log_in(request).await }).await
    }

    async fn try_log_in(&self, request: LogIn) -> Result<LoggedIn, LoginError> {
        if let Some(logged_in) = self.attempt(&request).await? {
            return Ok(logged_in);
        }
        // Another login may have renewed the hash of the same password.
        self.attempt(&request).await?.ok_or(LoginError::WrongCredentials)
    }

    /// `None` when the hash of the password is another one by now. Failures are audited.
    async fn attempt(&self, request: &LogIn) -> Result<Option<LoggedIn>, LoginError> {
        let (verified, counted) = self.verify(request).await?;
        let begun = self.begin(request, verified).await;
        let now = self.clock.steady();
        match &begun {
            Ok(Some(_)) => self.throttle.succeeded(&counted, now),
            // It stays a failure, as a wrong password does.
            Err(LoginError::WrongCode) => self.audit_denied(request, "wrong code").await?,
            Err(LoginError::CodeRequired) => {
                self.throttle.refund(&counted, now);
                // A login page asks for the code next. From elsewhere it may be somebody who has only the password.
                if !counted.is_known() {
                    self.audit_denied(request, "right password, no code").await?;
                }
            }
            Ok(None) | Err(_) => self.throttle.refund(&counted, now),
        }
        begun
    }

    /// Looks at the password; a failure is audited.
    async fn verify(&self, request: &LogIn) -> Result<(Verified, CountedLogin), LoginError> {
        let LogIn { username, password, origin, .. } = request;
        let attempt = LoginAttempt::new(username, origin.address);
        let who = self.who_may_log_in().await?;
        let verified = self.verify_counted_of(&who, &attempt, username, password.clone()).await;
        let refusal = match verified {
            Ok(verified) => return Ok(verified),
            Err(refusal) => refusal,
        };
        if let Some(detail) = refusal.audited_as(&who) {
            self.audit_denied(request, detail).await?;
        }
        Err(refusal.into())
    }

    async fn audit_denied(&self, request: &LogIn, why: &str) -> Result<(), Internal> {
        let entry = audit::login_denied(self.wall_clock(), &request.username, &request.origin, why);
        self.audit.append_failed_login(entry).await.context("log in")
    }

    /// Stores a session of a user whose password was right, if the code is; `None` when the hash of the password is another
    /// one by now.
    async fn begin(
        &self,
        request: &LogIn,
        verified: Verified,
    ) -> Result<Option<LoggedIn>, LoginError> {
        const OPERATION: &str = "log in";
        let LogIn { origin, user_agent, code, .. } = request;
        let Verified { user, outdated } = verified;
        let renewed = match outdated {
            Some(password) => self.renew(request, password).await?,
            None => None,
        };
        // Sessions are not moved meanwhile.
        let _no_shift = self.clock_shift.read().await;
        let now = self.timeline.now();
        let (token, id) = token::generate();
        let record = SessionRecord {
            id,
            handle: SessionHandle(rand::random()),
            user: user.name.clone(),
            created_at: now,
            last_used_at: now,
            expires_at: later(now, self.settings.absolute),
            address: origin.address,
            user_agent: user_agent.as_deref().and_then(shown),
        };
        let expires_at = record.expires_at;
        let caller = Caller { user: user.name.clone(), roles: user.roles, session: Some(id) };
        let ctx = Ctx::new(caller.clone(), origin.clone());
        let mut tx = self.store.write().await.context(OPERATION)?;
        // Password or roles may have changed while we were hashing.
        let stored = tx.users().find(&user.name).await.context(OPERATION)?;
        // Other logins are no change.
        let stored =
            stored.map(|stored| UserRecord { last_login_at: user.last_login_at, ..stored });
        if stored.as_ref() != Some(&user) {
            let is_renewed = stored.is_some_and(|stored| {
                stored.password_hash != user.password_hash
                    && UserRecord { password_hash: user.password_hash.clone(), ..stored } == user
            });
            return if is_renewed { Ok(None) } else { Err(LoginError::WrongCredentials) };
        }
        // In this transaction, so that no code is good for two sessions.
        let vault = &self.fleet.vault;
        let (wall_clock, code) = (self.wall_clock(), code.as_ref());
        let by = match check(&mut *tx, vault, &user.name, code, wall_clock).await? {
            CodeCheck::NotSetUp | CodeCheck::Right(CodeKind::OneTimePassword) => "",
            CodeCheck::Right(CodeKind::Recovery) => "recovery code",
            CodeCheck::Missing => return Err(LoginError::CodeRequired),
            CodeCheck::Wrong => return Err(LoginError::WrongCode),
        };
        if let Some(password_hash) = renewed {
            let renewed = UserRecord { password_hash: Some(password_hash), ..user };
            tx.users().update(&renewed).await.context(OPERATION)?;
        }
        let at = to_the_minute(wall_clock);
        tx.users().set_last_login(&record.user, at).await.context(OPERATION)?;
        let ended = self.evict_for_new(tx.sessions(), &record.user).await?;
        tx.sessions().insert(&record).await.context(OPERATION)?;
        let detail = match (by, ended.audited_as()) {
            (by, ended) if ended.is_empty() => by.to_owned(),
            ("", ended) => ended,
            (by, ended) => format!("{by}; {ended}"),
        };
        let entry = audit::done(wall_clock, &ctx, AuditAction::SessionLogin, "", detail);
        let variant = format!("{by}\n{}", ended.variant());
        let audited = self.audit.account_entry(&record.user, variant, entry);
        audited.write(&mut *tx).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        audited.committed();
        let evicted = ended.evicted() as u64;
        self.evicted.fetch_add(evicted, Ordering::Relaxed);
        if !ended.ids.is_empty() {
            Step::Notify.around(|| ended.ids.iter().for_each(|id| self.end_in_memory(id)));
        }
        Ok(Some(LoggedIn { token, caller, expires_at }))
    }

    /// A new hash of a password; `None` if too many are waiting, so that the next login has to make it.
    async fn renew(
        &self,
        request: &LogIn,
        password: Secret<String>,
    ) -> Result<Option<String>, Internal> {
        let attempt = LoginAttempt::new(&request.username, request.origin.address);
        let (account, address) = (attempt.account(), attempt.network());
        let check = PasswordCheck { account, address, is_known: true };
        let Ok(permit) = self.passwords.acquire(check).await else { return Ok(None) };
        permit.hash(password).await.map(Some)
    }

    /// The user that `typed` names, when `password` is theirs. Unknown users take as long as wrong passwords.
    pub(crate) async fn verify_password(
        &self,
        attempt: &LoginAttempt,
        typed: &str,
        password: Secret<String>,
    ) -> Result<Verified, PasswordRefusal> {
        let (verified, counted) = self.verify_counted(attempt, typed, password).await?;
        self.throttle.succeeded(&counted, self.clock.steady());
        Ok(verified)
    }

    /// The same where the password alone is not enough: the attempt stays a failure until the caller knows better.
    pub(crate) async fn verify_counted(
        &self,
        attempt: &LoginAttempt,
        typed: &str,
        password: Secret<String>,
    ) -> Result<(Verified, CountedLogin), PasswordRefusal> {
        self.verify_counted_of(&MayLogIn::All, attempt, typed, password).await
    }

    /// The same; the passwords of all others than `who` are wrong.
    async fn verify_counted_of(
        &self,
        who: &MayLogIn,
        attempt: &LoginAttempt,
        typed: &str,
        password: Secret<String>,
    ) -> Result<(Verified, CountedLogin), PasswordRefusal> {
        let Sessions { throttle, passwords, .. } = self;
        let is_known = throttle.check(attempt, self.clock.steady())?;
        let check =
            PasswordCheck { account: attempt.account(), address: attempt.network(), is_known };
        let permit = passwords.acquire(check).await.map_err(PasswordRefusal::TooManyChecks)?;
        // Others may have failed while we waited, and from here on this one counts as a failure, too.
        let counted = throttle.count(attempt, self.clock.steady())?;
        let verified = match self.find_verified(who, permit, typed, password).await {
            Ok(verified) => verified.ok_or(PasswordRefusal::Wrong)?,
            Err(error) => {
                throttle.refund(&counted, self.clock.steady());
                return Err(error.into());
            }
        };
        Ok((verified, counted))
    }

    /// The user, when there is one and `password` is theirs.
    async fn find_verified(
        &self,
        who: &MayLogIn,
        permit: PasswordPermit<'_>,
        typed: &str,
        password: Secret<String>,
    ) -> Result<Option<Verified>, Internal> {
        const OPERATION: &str = "verify a password";
        let user = {
            let mut read = self.store.read().await.context(OPERATION)?;
            find_user(read.users(), typed).await.context(OPERATION)?
        };
        // Takes as long without a hash, so the time does not reveal that a user is disabled, has no password yet, or may not
        // use it.
        let user = user.filter(|user| {
            !user.disabled && user.password_hash.is_some() && who.allows(&user.name)
        });
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let outdated = match permit.verify(password, hash).await? {
            PasswordMatch::Wrong => return Ok(None),
            PasswordMatch::Right => None,
            PasswordMatch::RightButOutdated(usual_form) => Some(usual_form),
        };
        Ok(user.map(|user| Verified { user, outdated }))
    }
}

/// A user whose password was right.
pub(crate) struct Verified {
    pub(crate) user: UserRecord,
    /// The password in its usual form, when it needs a new hash.
    pub(crate) outdated: Option<Secret<String>>,
}

/// Nothing needs to know more exactly when a user logged in; sessions do.
pub(super) fn to_the_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at)
}

/// `now` and so long; the end of all time at the latest.
pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A `User-Agent` for storing and display: without misleading characters, and truncated.
pub(super) fn shown(user_agent: &str) -> Option<String> {
    let clean: String =
        user_agent.chars().filter(|c| !text::misleads(*c)).take(USER_AGENT).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// Why a password was not accepted.
pub(crate) enum PasswordRefusal {
    Wrong,
    Throttled(Throttled),
    TooManyChecks(QuotaExceeded),
    Internal(Internal),
}

impl PasswordRefusal {
    fn audited_as(&self, who: &MayLogIn) -> Option<&'static str> {
        match self {
            Self::Wrong if matches!(who, MayLogIn::Only(_)) => {
                Some("wrong user name or password, or local login is off for them")
            }
            Self::Wrong => Some("wrong user name or password"),
            Self::Throttled(Throttled { is_first: true, .. }) => Some("too many failures"),
            Self::Throttled(_) | Self::TooManyChecks(_) | Self::Internal(_) => None,
        }
    }
}

impl From<Throttled> for PasswordRefusal {
    fn from(throttled: Throttled) -> Self {
        Self::Throttled(throttled)
    }
}

impl From<Internal> for PasswordRefusal {
    fn from(error: Internal) -> Self {
        Self::Internal(error)
    }
}

impl From<PasswordRefusal> for LoginError {
    fn from(refusal: PasswordRefusal) -> Self {
        match refusal {
            PasswordRefusal::Wrong => Self::WrongCredentials,
            PasswordRefusal::Throttled(Throttled { retry_after, of, .. }) => {
                Self::Throttled { retry_after, of }
            }
            PasswordRefusal::TooManyChecks(reached) => Self::TooManyChecks(reached),
            PasswordRefusal::Internal(error) => Self::Internal(error),
        }
    }
}
