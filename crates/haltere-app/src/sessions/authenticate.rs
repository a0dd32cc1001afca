//! Who a session token belongs to.

use haltere_core::{Caller, SessionId, Timestamp};

use super::Sessions;
use super::live::{Known, Live, Session, Stored, is_over};
use super::token;
use crate::error::{Due, ErrorContext, Internal};
use crate::second_factor::due_in_session;

impl Sessions {
    /// The session of this token; `None` if there is none (any more). Counts as use of the session.
    pub async fn authenticate(&self, token: &str) -> Result<Option<Session>, Internal> {
        let Some(id) = token::session_id(token) else { return Ok(None) };
        loop {
            let generation = match self.touch(&id) {
                Known::Valid(session) => return Ok(Some(session)),
                Known::Ended => return Ok(None),
                Known::Nothing(generation) => generation,
            };
            let _no_shift = self.clock_shift.read().await;
            let now = self.timeline.now();
            let Some(stored) = self.find(&id, now).await? else {
                return Ok(None);
            };
            let admitted = self.live().admit(stored, id, now, generation);
            // Otherwise sessions have ended while we read; this one may be among them.
            if admitted.is_some() {
                return Ok(admitted);
            }
        }
    }

    /// The session of `token` if it is in memory, which sessions in use are.
    pub fn find_active(&self, token: &str) -> Option<Session> {
        match self.touch(&token::session_id(token)?) {
            Known::Valid(session) => Some(session),
            Known::Ended | Known::Nothing(_) => None,
        }
    }

    /// What the user of a session in memory has to do before anything else.
    pub fn due(&self, id: &SessionId) -> Option<Due> {
        self.live().due(id)
    }

    /// Whether a session that was authenticated has not ended since, and still shows what this user sees.
    pub(crate) fn is_still_of(&self, id: &SessionId, caller: &Caller) -> bool {
        self.live().is_of(id, caller)
    }

    async fn find(&self, id: &SessionId, now: Timestamp) -> Result<Option<Stored>, Internal> {
        const OPERATION: &str = "look a session up";
        let mut read = self.store.read().await.context(OPERATION)?;
        let Some(record) = read.sessions().find(id).await.context(OPERATION)? else {
            return Ok(None);
        };
        let idle = self.settings.idle;
        if is_over(idle, record.last_used_at, record.expires_at, now) {
            return Ok(None);
        }
        let user = read.users().find(&record.user).await.context(OPERATION)?;
        let Some(user) = user.filter(|user| !user.disabled) else { return Ok(None) };
        let required_for = self.settings.second_factor_for;
        let due = due_in_session(&mut *read, &user, id, required_for).await.context(OPERATION)?;
        let groups = self.fleet.group_roles_of(&user.name);
        let caller = Caller { user: user.name, roles: user.roles, session: Some(*id) };
        let expires_at = record.expires_at;
        Ok(Some(Stored { caller, expires_at, due, groups }))
    }
}

impl Sessions {
    /// Looks a session up in memory and counts that as use of it.
    fn touch(&self, id: &SessionId) -> Known {
        let mut live = self.live();
        // Asked for under the lock: sessions are moved under it, too.
        let now = self.timeline.now();
        live.touch(id, now)
    }

    /// The sessions in memory. Held only for as long as it takes to look something up.
    pub(super) fn live(&self) -> parking_lot::MutexGuard<'_, Live> {
        self.live.lock()
    }
}
