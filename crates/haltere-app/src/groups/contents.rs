//! What is in a group: its members and connections.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use haltere_core::{AuditAction, AuditChanges, AuditEntry, Labels, Timestamp, UserName};
use haltere_store::{GroupMember, StoreError, WriteTx};

use super::GroupError;
use super::group::CONNECTIONS;
use super::rules::{MAX_CONNECTIONS, MAX_MEMBERS};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, Invalid, NotAllowed};
use crate::policy::Action;
use crate::users::canonical_name;

/// The most unknown names that an error lists.
const NAMED: usize = 10;

/// The members that are meant by `typed`. Those who are members `already` stay as they are.
pub(super) async fn members(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    typed: &[String],
    already: &[GroupMember],
) -> Result<Vec<GroupMember>, GroupError> {
    const FIELD: &str = "users";
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    let users = tx.users().list().await.context("look up the users of a group")?;
    let exact: HashMap<&str, &UserName> =
        users.iter().map(|user| (user.name.as_str(), &user.name)).collect();
    let usual: HashMap<String, &UserName> =
        users.iter().map(|user| (canonical_name(user.name.as_str()), &user.name)).collect();
    let (mut found, mut unknown) = (BTreeMap::new(), Vec::new());
    for name in typed {
        let user = exact.get(name.as_str()).or_else(|| usual.get(&canonical_name(name)));
        match user {
            Some(user) => {
                let old = already.iter().find(|member| member.user == **user).cloned();
                let new = || GroupMember {
                    user: (*user).clone(),
                    added_by: ctx.user().as_str().to_owned(),
                    by_sign_on: false,
                };
                found.insert((*user).clone(), old.unwrap_or_else(new));
            }
            None => unknown.push(name.as_str()),
        }
    }
    check_known(FIELD, "user", &unknown)?;
    check_number(FIELD, found.len(), MAX_MEMBERS)?;
    Ok(found.into_values().collect())
}

/// The connections that are meant by `ids`, of which the caller may not see all that are in the group `already`: those
/// stay.
pub(super) async fn connections(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    ids: &[String],
    already: &[String],
) -> Result<Vec<String>, GroupError> {
    const FIELD: &str = CONNECTIONS;
    let hidden = already.iter().filter(|id| !ctx.visibility().covers(id));
    let mut found: BTreeSet<String> = hidden.cloned().collect();
    if !ids.is_empty() {
        let keys = tx.connections().list_keys().await;
        let keys = keys.context("look up the connections of a group")?;
        let known: BTreeSet<&str> = keys
            .iter()
            .map(|key| key.id.as_str())
            .filter(|id| ctx.visibility().covers(id))
            .collect();
        let unknown: Vec<&str> =
            ids.iter().map(String::as_str).filter(|id| !known.contains(id)).collect();
        check_known(FIELD, "connection", &unknown)?;
        found.extend(ids.iter().cloned());
    }
    // Those that members have created may be more.
    check_number(FIELD, found.len(), MAX_CONNECTIONS.max(already.len()))?;
    Ok(found.into_iter().collect())
}

fn check_known(field: &'static str, kind: &str, unknown: &[&str]) -> Result<(), Invalid> {
    if unknown.is_empty() {
        return Ok(());
    }
    let mut names: Vec<String> =
        unknown.iter().take(NAMED).map(|name| format!("{:?}", audit::cut(name))).collect();
    if unknown.len() > NAMED {
        names.push(format!("and {} more", unknown.len() - NAMED));
    }
    Err(Invalid::new(field, format!("there is no {kind} {}", names.join(", "))))
}

fn check_number(field: &'static str, number: usize, max: usize) -> Result<(), Invalid> {
    if number > max {
        return Err(Invalid::new(field, format!("must be at most {max}")));
    }
    Ok(())
}

/// Puts new connections into those groups of the caller whose role allows `action`, unless they have them already by
/// their labels: a member of groups may create connections there, and nowhere else. Nothing if no group concerns the
/// caller.
pub(crate) async fn add_to_own_groups(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    now: Timestamp,
    action: Action,
    new: &[(&str, &Labels)],
) -> Result<(), AddToGroupsError> {
    const OPERATION: &str = "put new connections into groups";
    if !ctx.visibility().is_by_groups() {
        return Ok(());
    }
    let mut is_allowed = false;
    for name in tx.groups().of_user(ctx.user()).await.context(OPERATION)? {
        let Some(group) = tx.groups().find(&name).await.context(OPERATION)? else { continue };
        if !group.narrows || !action.is_allowed_to(group.role) {
            continue;
        }
        is_allowed = true;
        let is_in = |labels: &Labels| !group.label.is_empty() && group.label.matches(labels);
        let ids = new.iter().filter(|(_, labels)| !is_in(labels)).map(|(id, _)| *id);
        let ids: Vec<&str> = ids.collect();
        if ids.is_empty() {
            continue;
        }
        tx.groups().add_connections(&name, &ids).await.context(OPERATION)?;
        let mut changes = AuditChanges::none();
        changes.add(CONNECTIONS, None, Some(&ids.join(", ")));
        let entry = audit::done(now, ctx, AuditAction::GroupUpdate, name.as_str(), CONNECTIONS);
        tx.audit().append(&AuditEntry { changes, ..entry }).await.context(OPERATION)?;
    }
    // The groups may have changed since the caller was authorized.
    if is_allowed { Ok(()) } else { Err(NotAllowed::InsufficientRole.into()) }
}

/// Why new connections can't be put into groups.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddToGroupsError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// Audits that a user who is about to be removed is no member of any group any more.
pub(crate) async fn audit_removed_member(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    now: Timestamp,
    user: &UserName,
) -> Result<(), StoreError> {
    for group in tx.groups().of_user(user).await? {
        let entry = removed(ctx, now, group.as_str(), "users", user.as_str());
        tx.audit().append(&entry).await?;
    }
    Ok(())
}

/// Audits that a connection that is about to be deleted is in no group any more; whether it was in one.
pub(crate) async fn audit_removed_connection(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    now: Timestamp,
    id: &str,
) -> Result<bool, StoreError> {
    let groups = tx.groups().of_connection(id).await?;
    for group in &groups {
        let entry = removed(ctx, now, group.as_str(), CONNECTIONS, id);
        tx.audit().append(&entry).await?;
    }
    Ok(!groups.is_empty())
}

fn removed(ctx: &Ctx, now: Timestamp, group: &str, field: &str, value: &str) -> AuditEntry {
    let mut changes = AuditChanges::none();
    changes.add(field, Some(value), None);
    AuditEntry { changes, ..audit::done(now, ctx, AuditAction::GroupUpdate, group, field) }
}
