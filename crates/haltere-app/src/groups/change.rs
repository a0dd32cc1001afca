//! `PUT /api/user-management/groups/{groupName}`, `haltere groups set`

use haltere_core::{AuditAction, AuditEntry, GroupName, LabelSelector, Role};

use super::group::audit_changes;
use super::rules::{self, LastAdminRule};
use super::{Group, GroupError, Groups, contents};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::now::now;
use crate::policy::Action;

/// What to change about a group; the rest stays as it is.
#[derive(Debug, Clone, Default)]
pub struct GroupChange {
    /// An empty one removes it.
    pub description: Option<String>,
    pub role: Option<Role>,
    /// Names, as typed. They replace the members.
    pub users: Option<Vec<String>>,
    /// Ids. They replace the connections.
    pub connections: Option<Vec<String>>,
    /// One without a term removes it.
    pub label: Option<LabelSelector>,
    /// Whether its members see only its connections; always so if it has some.
    pub narrows: Option<bool>,
}

const OPERATION: &str = "change a group";

impl Groups {
    /// Changes a group; all groups.
    pub async fn change(
        &self,
        ctx: &Ctx,
        name: &GroupName,
        change: GroupChange,
    ) -> Result<Vec<Group>, GroupError> {
        ctx.authorize(Action::UpdateGroup)?;
        let (groups, job_ctx, found) = (self.clone(), ctx.clone(), name.clone());
        let job = async move { groups.store_change(&job_ctx, &found, change).await };
        Ok(Self::of_change(ctx, self.to_completion(job).await?, name))
    }

    async fn store_change(
        &self,
        ctx: &Ctx,
        name: &GroupName,
        change: GroupChange,
    ) -> Result<Vec<Group>, GroupError> {
        let GroupChange { description, role, users, connections, label, narrows } = change;
        let mut tx = self.store.write().await.context(OPERATION)?;
        let found = tx.groups().find(name).await.context(OPERATION)?;
        let former = found.ok_or(GroupError::NotFound)?;
        let mut group = former.clone();
        // Clients send back what is there, which was given under older rules.
        if let Some(description) =
            description.filter(|text| Some(text) != former.description.as_ref())
        {
            rules::check_description(Some(&description))?;
            group.description = Some(description).filter(|text| !text.is_empty());
        }
        group.role = role.unwrap_or(group.role);
        if let Some(users) = users {
            group.members = contents::members(&mut *tx, ctx, &users, &former.members).await?;
        }
        if let Some(ids) = connections {
            let already = &former.connections;
            group.connections = contents::connections(&mut *tx, ctx, &ids, already).await?;
        }
        group.label = label.unwrap_or(group.label);
        let has_some = !group.connections.is_empty() || !group.label.is_empty();
        let is_same = (&group.connections, &group.label) == (&former.connections, &former.label);
        group.narrows = has_some || narrows.unwrap_or(is_same && former.narrows);
        if group == former {
            let all = Group::all(tx.groups()).await.context(OPERATION)?;
            return Ok(Self::shown(ctx, all));
        }
        let last_admin = LastAdminRule::before(&mut *tx, self.local_login).await?;
        self.count_change(ctx)?;
        group.updated_at = now(&*self.clock);
        tx.groups().update(&group).await.context(OPERATION)?;
        last_admin.check_after(&mut *tx).await?;
        let changes = audit_changes(Some(&former), Some(&group));
        let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
        let action = AuditAction::GroupUpdate;
        let entry = audit::done(group.updated_at, ctx, action, name.as_str(), fields.join(", "));
        tx.audit().append(&AuditEntry { changes, ..entry }).await.context(OPERATION)?;
        let all = Group::all(tx.groups()).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(self.shown_after_change(ctx, all).await)
    }
}
