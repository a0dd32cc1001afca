//! The sessions in use, in memory. Pure: the time is a parameter.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Caller, Roles, SessionId, Timestamp, UserName};

use crate::credential::Credential;
use crate::error::Due;
use crate::policy::GroupRoles;

/// The most sessions kept in memory. Beyond it the one that was not used for longest is forgotten:
/// it stays valid, but its event streams end.
const MAX: usize = 20_000;

/// A session that is valid now.
#[derive(Debug, Clone)]
pub struct Session {
    /// The user who has logged in, or as whom that one sees haltere.
    pub caller: Caller,
    /// The administrator who has logged in and sees haltere as `caller` does.
    pub viewed_by: Option<UserName>,
    /// When it ends however busy it is.
    pub expires_at: Timestamp,
    pub credential: Credential,
    /// What the user has to do before anything else.
    pub due: Option<Due>,
}

/// A session that was found valid in the store.
pub(super) struct Stored {
    pub(super) caller: Caller,
    pub(super) expires_at: Timestamp,
    pub(super) due: Option<Due>,
    /// What groups gave the user when it was read.
    pub(super) groups: Option<Arc<GroupRoles>>,
}

/// The sessions in use.
pub(super) struct Live {
    idle: Duration,
    sessions: HashMap<SessionId, LiveSession>,
    /// Uses that are not written down yet.
    used: HashMap<SessionId, Timestamp>,
    /// Incremented whenever sessions may have ended. A session read from the store before that is stale.
    generation: u64,
}

struct LiveSession {
    /// The user who has logged in.
    caller: Caller,
    expires_at: Timestamp,
    last_used_at: Timestamp,
    credential: Credential,
    due: Option<Due>,
    /// What groups give its user. Requests ask for it themselves.
    groups: Option<Arc<GroupRoles>>,
    /// As whom its user, an administrator, sees haltere.
    view: Option<View>,
}

/// Another user, as whom an administrator sees haltere.
pub(super) struct View {
    pub(super) user: UserName,
    pub(super) roles: Roles,
    /// What groups give that user. Requests ask for it themselves.
    pub(super) groups: Option<Arc<GroupRoles>>,
}

/// What memory knows of a session.
pub(super) enum Known {
    Valid(Session),
    Ended,
    /// Not in memory: the store has to be read. The result is valid for this generation.
    Nothing(u64),
}

impl Live {
    pub(super) fn new(idle: Duration) -> Self {
        Self { idle, sessions: HashMap::new(), used: HashMap::new(), generation: 0 }
    }

    /// Looks a session up and counts that as use of it.
    pub(super) fn touch(&mut self, id: &SessionId, now: Timestamp) -> Known {
        let Some(entry) = self.sessions.get_mut(id) else { return Known::Nothing(self.generation) };
        if is_over(self.idle, entry.last_used_at, entry.expires_at, now) {
            self.end(id);
            return Known::Ended;
        }
        entry.last_used_at = entry.last_used_at.max(now);
        self.used.insert(*id, entry.last_used_at);
        Known::Valid(entry.session())
    }

    /// Takes in a session that was found valid in the store at `generation`; `None` when sessions have
    /// ended since, so that the store has to be asked again.
    pub(super) fn admit(
        &mut self,
        stored: Stored,
        id: SessionId,
        now: Timestamp,
        generation: u64,
    ) -> Option<Session> {
        if generation != self.generation {
            return None;
        }
        if self.sessions.len() >= MAX {
            self.forget_oldest();
        }
        let Stored { caller, expires_at, due, groups } = stored;
        let entry = self.sessions.entry(id).or_insert_with(|| LiveSession {
            caller,
            expires_at,
            last_used_at: now,
            credential: Credential::new(),
            due,
            groups,
            view: None,
        });
        self.used.insert(id, now);
        Some(entry.session())
    }

    /// Whether a session is in memory, and shows what this user sees.
    pub(super) fn is_of(&self, id: &SessionId, caller: &Caller) -> bool {
        self.sessions.get(id).is_some_and(|entry| entry.seen_as() == *caller)
    }

    /// A session in memory.
    pub(super) fn get(&self, id: &SessionId) -> Option<Session> {
        self.sessions.get(id).map(LiveSession::session)
    }

    /// Makes the user of a session see haltere as another user does, or as themselves again. What was begun with it ends.
    pub(super) fn set_view(&mut self, id: &SessionId, view: Option<View>) {
        let Some(entry) = self.sessions.get_mut(id) else { return };
        entry.view = view;
        entry.renew_credential();
    }

    /// Follows the roles of users as whom others see haltere. Such a view ends if the user has none.
    pub(super) fn follow_views(&mut self, roles_of: impl Fn(&UserName) -> Option<Roles>) {
        for entry in self.sessions.values_mut() {
            let Some(view) = &mut entry.view else { continue };
            match roles_of(&view.user) {
                Some(roles) if roles == view.roles => continue,
                Some(roles) => view.roles = roles,
                None => entry.view = None,
            }
            entry.renew_credential();
        }
    }

    /// When a session in memory was last used; `None` where the store knows better.
    pub(super) fn last_used_at(&self, id: &SessionId) -> Option<Timestamp> {
        self.sessions.get(id).map(|entry| entry.last_used_at)
    }

    /// Ends a session.
    pub(super) fn end(&mut self, id: &SessionId) {
        self.generation += 1;
        self.used.remove(id);
        if let Some(entry) = self.sessions.remove(id) {
            entry.credential.end();
        }
    }

    /// Ends those that were idle for too long or have expired.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        let is_over =
            |entry: &LiveSession| is_over(self.idle, entry.last_used_at, entry.expires_at, now);
        let over = self.sessions.iter().filter(|(_, entry)| is_over(entry));
        let over: Vec<SessionId> = over.map(|(id, _)| *id).collect();
        for id in &over {
            self.end(id);
        }
    }

    /// Moves all times by so many milliseconds, because the clock was set.
    pub(super) fn shift(&mut self, millis: i64) {
        self.generation += 1;
        let shift = |at: &mut Timestamp| {
            let moved = at.as_millisecond().saturating_add(millis);
            let nearest = if moved < 0 { Timestamp::MIN } else { Timestamp::MAX };
            *at = Timestamp::from_millisecond(moved).unwrap_or(nearest);
        };
        for entry in self.sessions.values_mut() {
            shift(&mut entry.expires_at);
            shift(&mut entry.last_used_at);
        }
        self.used.values_mut().for_each(shift);
    }

    /// Invalidates everything that was read from the store before.
    pub(super) fn distrust(&mut self) {
        self.generation += 1;
    }

    /// All sessions in memory, and whose they are.
    pub(super) fn callers(&self) -> Vec<(SessionId, Caller)> {
        self.sessions.iter().map(|(id, entry)| (*id, entry.caller.clone())).collect()
    }

    /// What the user of a session has to do before anything else.
    pub(super) fn due(&self, id: &SessionId) -> Option<Due> {
        self.sessions.get(id).and_then(|entry| entry.due)
    }

    /// Notes that. What was begun with the session ends if something has become due.
    pub(super) fn set_due(&mut self, id: &SessionId, due: Option<Due>) {
        let Some(entry) = self.sessions.get_mut(id) else { return };
        let is_new = due.is_some() && entry.due.is_none();
        entry.due = due;
        if is_new {
            entry.renew_credential();
        }
    }

    /// Notes what groups give the user of each session. What was begun with a session ends if that is less than then; the
    /// session goes on.
    pub(super) fn follow_groups(
        &mut self,
        follow: impl Fn(&UserName, &mut Option<Arc<GroupRoles>>, &mut Credential),
    ) {
        for entry in self.sessions.values_mut() {
            follow(&entry.caller.user, &mut entry.groups, &mut entry.credential);
            if let Some(view) = &mut entry.view {
                follow(&view.user, &mut view.groups, &mut entry.credential);
            }
        }
    }

    /// Takes the unwritten uses.
    pub(super) fn take_used(&mut self) -> Vec<(SessionId, Timestamp)> {
        self.used.drain().collect()
    }

    /// Returns uses that could not be written.
    pub(super) fn give_back(&mut self, used: Vec<(SessionId, Timestamp)>) {
        for (id, at) in used {
            self.used.entry(id).or_insert(at);
        }
    }

    fn forget_oldest(&mut self) {
        let oldest = self.sessions.iter().min_by_key(|(_, entry)| entry.last_used_at);
        if let Some(id) = oldest.map(|(id, _)| *id)
            && let Some(entry) = self.sessions.remove(&id)
        {
            entry.credential.end();
        }
    }
}

impl LiveSession {
    /// The user who has logged in, or as whom that one sees haltere.
    fn seen_as(&self) -> Caller {
        match &self.view {
            Some(View { user, roles, groups: _ }) => {
                Caller { user: user.clone(), roles: *roles, session: self.caller.session }
            }
            None => self.caller.clone(),
        }
    }

    /// Ends what was begun with it.
    fn renew_credential(&mut self) {
        std::mem::replace(&mut self.credential, Credential::new()).end();
    }

    fn session(&self) -> Session {
        Session {
            caller: self.seen_as(),
            viewed_by: self.view.is_some().then(|| self.caller.user.clone()),
            expires_at: self.expires_at,
            credential: self.credential.clone(),
            due: self.due,
        }
    }
}

/// Whether a session has ended by itself.
pub(super) fn is_over(
    idle: Duration,
    last_used_at: Timestamp,
    expires_at: Timestamp,
    now: Timestamp,
) -> bool {
    // The last use may have been a moment after we looked at the clock.
    let unused_for = now.duration_since(last_used_at).try_into().unwrap_or(Duration::ZERO);
    now >= expires_at || unused_for >= idle
}
