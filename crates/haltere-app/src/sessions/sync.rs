//! Synchronizes the sessions in memory with those in the store. Run by background tasks.

use std::collections::HashMap;

use haltere_core::{SessionId, Timestamp, UserName, error_chain};
use haltere_store::UserRecord;
use haltere_store::failpoint::spared;

use super::Sessions;
use crate::error::{ErrorContext, Internal};
use crate::second_factor::due_in_session;

impl Sessions {
    /// Ends sessions that have expired or that were removed from the store.
    pub(crate) async fn sync(&self, counter: i64) -> Result<(), Internal> {
        let followed = self.follow_clock().await;
        let mut checked = self.checked.lock().await;
        if *checked != Some(counter) {
            self.check().await?;
            *checked = Some(counter);
        }
        self.follow_groups(counter).await?;
        match followed {
            // Reported elsewhere; retried once the disk works again.
            Err(error) if error.trouble().is_some() => Ok(()),
            followed => followed,
        }
    }

    /// Reads groups if they may have changed, and ends what goes on for users who may see or do less than before.
    async fn follow_groups(&self, counter: i64) -> Result<(), Internal> {
        self.fleet.catch_up_with_groups(&*self.store, counter).await?;
        self.live().follow_groups(|user, groups, credential| {
            self.fleet.follow_groups_of(user, groups, credential);
        });
        Ok(())
    }

    /// Continues sessions from their last use if the wall clock is behind it.
    pub(crate) async fn resume(&self) -> Result<(), Internal> {
        const OPERATION: &str = "read when sessions were last used";
        let mut read = self.store.read().await.context(OPERATION)?;
        if let Some(last) = read.sessions().last_use().await.context(OPERATION)? {
            self.timeline.not_before(last);
        }
        Ok(())
    }

    /// Shifts all sessions by the step of the wall clock, so that their remaining time stays the same. If the shift
    /// can't be stored, it is retried, and time goes on meanwhile.
    pub(crate) async fn follow_clock(&self) -> Result<(), Internal> {
        const OPERATION: &str = "move the sessions along with the clock";
        if self.timeline.step().is_none() {
            return Ok(());
        }
        let _shift = self.clock_shift.write().await;
        let mut write = self.store.write().await.context(OPERATION)?;
        // Checked again, because the lock may have taken a while.
        let Some(step) = self.timeline.step() else { return Ok(()) };
        write.sessions().shift(step).await.context(OPERATION)?;
        write.commit().await.context(OPERATION)?;
        self.shift(step);
        let seconds = step / 1_000;
        tracing::warn!(seconds, "the clock was set; sessions keep the time they have left");
        Ok(())
    }

    /// The same as [`Self::check`], after a change that is stored. If it fails, the reconciler does it within a second.
    pub(crate) async fn check_or_log(&self) {
        if let Err(error) = self.check().await {
            tracing::warn!(error = error_chain(&error), "the sessions in use are not checked yet");
        }
    }

    /// Ends the sessions in memory that are not in the store or whose user has other roles now or is disabled. Views as another
    /// user follow that one.
    pub(crate) async fn check(&self) -> Result<(), Internal> {
        const OPERATION: &str = "check the sessions in use";
        self.live().distrust();
        let callers = self.live().callers();
        let mut read = self.store.read().await.context(OPERATION)?;
        let mut users: HashMap<UserName, UserRecord> = HashMap::new();
        for user in read.users().list().await.context(OPERATION)? {
            users.insert(user.name.clone(), user);
        }
        self.live().follow_views(|name| {
            users.get(name).filter(|user| !user.disabled).map(|user| user.roles)
        });
        for (id, caller) in callers {
            let user = users.get(&caller.user);
            let user = user.filter(|user| user.roles == caller.roles && !user.disabled);
            match user {
                Some(user) if read.sessions().find(&id).await.context(OPERATION)?.is_some() => {
                    let required_for = self.settings.second_factor_for;
                    let due = due_in_session(&mut *read, user, &id, required_for).await;
                    self.live().set_due(&id, due.context(OPERATION)?);
                }
                _ => self.live().end(&id),
            }
        }
        Ok(())
    }

    /// Ends one session in memory.
    pub(crate) fn end_in_memory(&self, id: &SessionId) {
        self.live().end(id);
    }

    /// Writes the last use of sessions. What can't be written is kept for the next time.
    pub(crate) async fn write_use(&self) -> Result<(), Internal> {
        // One at a time: a clean-up must not overtake a write whose uses have left memory.
        let _writing = self.writing_use.lock().await;
        // Times that were taken before a step of the clock must not be written after it.
        let _no_shift = self.clock_shift.read().await;
        let used = self.live().take_used();
        if used.is_empty() {
            return Ok(());
        }
        let written = spared(self.store_use(&used)).await;
        if let Err(error) = &written {
            // A disk in trouble is logged elsewhere.
            if error.trouble().is_none() {
                let error = error_chain(error);
                tracing::warn!(error, "the use of sessions is not written down");
            }
            self.live().give_back(used);
        }
        written
    }

    async fn store_use(&self, used: &[(SessionId, Timestamp)]) -> Result<(), Internal> {
        const OPERATION: &str = "write down the use of sessions";
        let mut write = self.store.write().await.context(OPERATION)?;
        write.sessions().touch(used).await.context(OPERATION)?;
        write.commit().await.context(OPERATION)
    }

    /// Removes the sessions that have ended from the store.
    pub(crate) async fn clean_up(&self) -> Result<(), Internal> {
        let removed = spared(self.remove_ended()).await;
        if let Err(error) = &removed
            && error.trouble().is_none()
        {
            let error = error_chain(error);
            tracing::warn!(error, "sessions that have ended stay in the store");
        }
        removed
    }

    async fn remove_ended(&self) -> Result<(), Internal> {
        const OPERATION: &str = "remove sessions that have ended";
        self.follow_clock().await?;
        // Sessions in use may look idle in the store until their use is written.
        self.write_use().await?;
        let now = self.timeline.now();
        let idle = self.settings.idle;
        let idle_since = now.checked_sub(idle).unwrap_or(Timestamp::MIN);
        let mut write = self.store.write().await.context(OPERATION)?;
        write.sessions().delete_expired(now, idle_since).await.context(OPERATION)?;
        write.commit().await.context(OPERATION)
    }
}

impl Sessions {
    /// Ends the sessions in memory that have expired.
    pub(crate) fn sweep(&self) {
        let mut live = self.live();
        let now = self.timeline.now();
        live.sweep(now);
    }

    fn shift(&self, millis: i64) {
        let mut live = self.live();
        live.shift(millis);
        self.timeline.advance(millis);
    }
}
