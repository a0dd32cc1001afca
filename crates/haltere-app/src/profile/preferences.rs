//! `PATCH /api/profile`: how users want to see the console.

use std::collections::BTreeMap;

use haltere_core::AuditAction;

use super::Profiles;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, FieldFault, Internal, Invalid, NotAllowed};
use crate::now::now;
use crate::policy::{Action, Resource};
use crate::tasks::to_completion;

const OPERATION: &str = "change one's own preferences";

/// The longest preferences of a user, names and values, in bytes.
const MAX_BYTES: usize = 16_384;

/// How a user wants to see the console: values by name, as the API has written them. What is missing is as the console
/// has it.
pub type Preferences = BTreeMap<String, String>;

/// Changes of preferences whose names and values have been checked. `None` removes.
pub type PreferenceChanges = BTreeMap<String, Option<String>>;

/// Why preferences were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePreferencesError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// They would be too long; the field is `preferences`.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The user was removed in the meantime.
    #[error("the user does not exist any more")]
    Gone,
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Profiles {
    /// Changes how the caller sees the console.
    pub async fn change_preferences(
        &self,
        ctx: &Ctx,
        changes: PreferenceChanges,
    ) -> Result<(), ChangePreferencesError> {
        let name = ctx.user().as_str();
        self.authorizer.authorize(ctx, Action::ChangeOwnPreferences, Resource::User(name)).await?;
        let (profiles, ctx) = (self.clone(), ctx.clone());
        to_completion(&self.tasks, async move { profiles.store_preferences(&ctx, changes).await })
            .await
    }

    async fn store_preferences(
        &self,
        ctx: &Ctx,
        changes: PreferenceChanges,
    ) -> Result<(), ChangePreferencesError> {
        let name = ctx.user();
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = tx.users().find(name).await.context(OPERATION)?;
        user.ok_or(ChangePreferencesError::Gone)?;
        let mut preferences = tx.users().preferences(name).await.context(OPERATION)?;
        let mut has_changed = false;
        for (key, value) in changes {
            if preferences.get(&key) == value.as_ref() {
                continue;
            }
            has_changed = true;
            let set = tx.users().set_preference(name, &key, value.as_deref()).await;
            set.context(OPERATION)?;
            match value {
                Some(value) => preferences.insert(key, value),
                None => preferences.remove(&key),
            };
        }
        if !has_changed {
            return Ok(());
        }
        let bytes = preferences.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
        if bytes > MAX_BYTES {
            let fault = FieldFault::TooManyBytes { max: MAX_BYTES };
            return Err(Invalid::of("preferences", &fault).into());
        }
        let (at, action) = (now(&*self.clock), AuditAction::UserUpdate);
        let entry = audit::done(at, ctx, action, name.as_str(), "own preferences");
        let audited = self.audit.account_entry(name, "own preferences", entry);
        audited.write(&mut *tx).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        audited.committed();
        Ok(())
    }
}
