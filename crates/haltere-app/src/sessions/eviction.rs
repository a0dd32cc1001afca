//! Ends sessions when a new one exceeds a limit.
//!
//! A login is never refused because of the sessions there are: no user may be locked out by a script that
//! forgets to log out. Sessions that were not used for longest end instead, those of the same user where
//! these are too many, else those of the user who has most.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use haltere_core::{SessionHandle, SessionId, UserName};
use haltere_store::SessionWrites;

use super::live::is_over;
use super::{SessionBounds, Sessions};
use crate::error::{ErrorContext, Internal};

/// Sessions that end for a new one; in the transaction of the login.
#[derive(Default)]
pub(super) struct EndedSessions {
    /// All of them.
    pub(super) ids: Vec<SessionId>,
    /// Those that were still good, each with its user and the bound that was reached.
    evicted: Vec<(SessionHandle, UserName, &'static str)>,
}

impl EndedSessions {
    /// How many were still good.
    pub(super) fn evicted(&self) -> usize {
        self.evicted.len()
    }

    /// What distinguishes logins in the audit trail: whose sessions ended for it, and at which limit.
    pub(super) fn variant(&self) -> String {
        let whose =
            self.evicted.iter().map(|(_, user, limit)| format!("{limit} {}\n", user.as_str()));
        whose.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// For the audit entry of the login; empty where there is nothing to say.
    pub(super) fn audited_as(&self) -> String {
        match &self.evicted[..] {
            [] => String::new(),
            [(handle, user, limit)] => format!(
                "ended the session {handle} of {}, not used for longest: {limit}",
                user.as_str()
            ),
            [(.., limit), ..] => {
                format!("ended {} sessions, not used for longest: {limit}", self.evicted.len())
            }
        }
    }
}

impl Sessions {
    /// Ends as many sessions as it takes for `user` to have one more.
    pub(super) async fn evict_for_new(
        &self,
        sessions: &mut dyn SessionWrites,
        user: &UserName,
    ) -> Result<EndedSessions, Internal> {
        const OPERATION: &str = "count the sessions there are";
        let SessionBounds { all, user: each } = self.settings.bounds;
        let (all, each) = (all as u64, each as u64);
        let mut counts = sessions.count().await.context(OPERATION)?;
        let mut ended = EndedSessions::default();
        if let Some((_, own)) = counts.iter_mut().find(|(name, _)| name == user)
            && *own >= each
        {
            let excess = *own + 1 - each;
            self.end_unused(sessions, user, excess, "limits.sessions_per_user", &mut ended).await?;
            *own -= excess;
        }
        loop {
            let held: u64 = counts.iter().map(|(_, count)| count).sum();
            let most = counts.iter_mut().max_by_key(|(_, count)| *count);
            let Some((name, count)) = most.filter(|(_, count)| held >= all && *count > 0) else {
                return Ok(ended);
            };
            // More than one only where the bound was lowered; then others follow.
            let excess = (held + 1 - all).min(*count / 2 + 1);
            self.end_unused(sessions, name, excess, "limits.sessions", &mut ended).await?;
            *count -= excess;
        }
    }

    /// Ends so many sessions of `user`: those that are over, then the least recently used.
    async fn end_unused(
        &self,
        sessions: &mut dyn SessionWrites,
        user: &UserName,
        count: u64,
        limit: &'static str,
        ended: &mut EndedSessions,
    ) -> Result<(), Internal> {
        const OPERATION: &str = "end sessions to admit a new one";
        let Sessions { timeline, settings, .. } = self;
        let (idle, now) = (settings.idle, timeline.now());
        let records = sessions.list_of(user, u32::MAX).await.context(OPERATION)?;
        let mut candidates: Vec<_> = {
            let live = self.live();
            let judged = records.into_iter().map(|record| {
                // Memory knows better than the store, where uses are written down now and then.
                let last_used_at = live.last_used_at(&record.id).unwrap_or(record.last_used_at);
                let is_over = is_over(idle, last_used_at, record.expires_at, now);
                (Reverse(is_over), last_used_at, record)
            });
            judged.collect()
        };
        candidates.sort_by_key(|(is_over, last_used_at, _)| (*is_over, *last_used_at));
        candidates.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        for (Reverse(is_over), _, record) in candidates {
            sessions.delete(&record.id).await.context(OPERATION)?;
            ended.ids.push(record.id);
            if !is_over {
                ended.evicted.push((record.handle, record.user, limit));
            }
        }
        Ok(())
    }
}
