//! `POST /api/user-management/groups`, `haltere groups add`

use haltere_core::{AuditAction, AuditEntry, GroupName, LabelSelector, Role};
use haltere_store::{GroupRecord, StoreError};

use super::group::audit_changes;
use super::rules::{self, LastAdminRule};
use super::{Group, GroupError, Groups, contents};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::now::now;
use crate::policy::Action;

const OPERATION: &str = "add a group";

/// A group that is to be added.
#[derive(Debug, Clone)]
pub struct NewGroup {
    pub name: GroupName,
    pub description: Option<String>,
    pub role: Role,
    /// Names, as typed.
    pub users: Vec<String>,
    /// Ids.
    pub connections: Vec<String>,
    pub label: LabelSelector,
    /// Whether its members see only its connections; always so if it has some.
    pub narrows: bool,
}

impl NewGroup {
    /// One without members and connections.
    pub fn new(name: GroupName, role: Role) -> Self {
        Self {
            name,
            description: None,
            role,
            users: Vec::new(),
            connections: Vec::new(),
            label: LabelSelector::default(),
            narrows: false,
        }
    }
}

impl Groups {
    /// Adds a group; all groups.
    pub async fn add(&self, ctx: &Ctx, new: NewGroup) -> Result<Vec<Group>, GroupError> {
        ctx.authorize(Action::CreateGroup)?;
        let (groups, job_ctx, name) = (self.clone(), ctx.clone(), new.name.clone());
        let all = self.to_completion(async move { groups.store_new(&job_ctx, new).await }).await?;
        Ok(Self::of_change(ctx, all, &name))
    }

    async fn store_new(&self, ctx: &Ctx, new: NewGroup) -> Result<Vec<Group>, GroupError> {
        let NewGroup { name, description, role, users, connections, label, narrows } = new;
        rules::check_name(&name)?;
        rules::check_description(description.as_deref())?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        if tx.groups().find(&name).await.context(OPERATION)?.is_some() {
            return Err(GroupError::Exists);
        }
        rules::check_count(tx.groups()).await?;
        let members = contents::members(&mut *tx, ctx, &users, &[]).await?;
        let connections = contents::connections(&mut *tx, ctx, &connections, &[]).await?;
        let last_admin = LastAdminRule::before(&mut *tx, self.local_login).await?;
        let now = now(&*self.clock);
        let record = GroupRecord {
            name,
            description: description.filter(|text| !text.is_empty()),
            role,
            narrows: narrows || !connections.is_empty() || !label.is_empty(),
            label,
            members,
            connections,
            created_at: now,
            updated_at: now,
        };
        self.count_change(ctx)?;
        tx.groups().insert(&record).await.map_err(|error| match error {
            StoreError::Taken(_) => GroupError::Exists,
            error => Internal::new(OPERATION, error).into(),
        })?;
        last_admin.check_after(&mut *tx).await?;
        let action = AuditAction::GroupCreate;
        let entry = audit::done(now, ctx, action, record.name.as_str(), role.as_str());
        let entry = AuditEntry { changes: audit_changes(None, Some(&record)), ..entry };
        tx.audit().append(&entry).await.context(OPERATION)?;
        let all = Group::all(tx.groups()).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(self.shown_after_change(ctx, all).await)
    }
}
