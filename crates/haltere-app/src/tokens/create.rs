//! `POST /api/tokens`, `haltere tokens create`

use std::collections::BTreeSet;

use haltere_core::{
    AuditAction, LabelSelector, Network, Role, Timestamp, TokenName, TokenScope, TokenSecret,
    UserName,
};
use haltere_store::{ConnectionReads, StoreError, TokenRecord, WriteTx};

use super::record::ScopeColumns;
use super::settings::{
    MAX_CONNECTIONS, MAX_DESCRIPTION_CHARS, MAX_NETWORKS, MAX_TOKENS, MAX_TOKENS_PER_USER,
};
use super::{Token, TokenError, Tokens, record, secret};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, FieldFault, Internal, Invalid};
use crate::now::whole_milliseconds;
use crate::policy::Action;
use crate::users::find_user;

const OPERATION: &str = "create a token";

/// A token that is to be created.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub name: TokenName,
    /// May be empty.
    pub description: String,
    /// The user for whom it will act; `None` for the caller.
    pub owner: Option<UserName>,
    pub role: Role,
    pub expires_at: Timestamp,
    pub scope: TokenScope,
    /// The only actions that it may do, in addition to seeing its profile; `None` for all.
    pub actions: Option<BTreeSet<Action>>,
}

/// A new token, with what is not kept.
#[derive(Debug)]
pub struct CreatedToken {
    pub token: Token,
    pub secret: TokenSecret,
}

impl Tokens {
    /// Creates a token. This is the only time that its secret is there to be seen.
    pub async fn create(&self, ctx: &Ctx, new: NewToken) -> Result<CreatedToken, TokenError> {
        ctx.authorize(Action::CreateToken)?;
        self.check_new(&new)?;
        let (tokens, job_ctx) = (self.clone(), ctx.clone());
        let created =
            self.to_completion(async move { tokens.store_new(&job_ctx, new).await }).await?;
        // It is stored. If it can't be read now, the reconciler will.
        let _ = self.read_again().await;
        Ok(created)
    }

    /// Checks what has nothing to do with what is stored.
    fn check_new(&self, new: &NewToken) -> Result<(), Invalid> {
        let NewToken { name: _, description, owner: _, role, expires_at, scope, actions } = new;
        check_actions(actions.as_ref(), *role)?;
        if description.chars().count() > MAX_DESCRIPTION_CHARS {
            let fault = FieldFault::TooLong { max: MAX_DESCRIPTION_CHARS };
            return Err(Invalid::of("description", &fault));
        }
        if description.chars().any(haltere_core::text::misleads) {
            let reason = "must not contain control, invisible or direction-changing characters";
            return Err(Invalid::new("description", reason));
        }
        let now = self.now();
        if *expires_at <= now {
            return Err(Invalid::new("validUntil", "must be in the future"));
        }
        let max = self.0.settings.max_lifetime;
        if now.checked_add(max).is_ok_and(|latest| *expires_at > latest) {
            let days = max.as_secs() / 86_400;
            let reason = format!("must be at most {days} days from now (tokens.max_lifetime)");
            return Err(Invalid::new("validUntil", reason));
        }
        if scope.networks.len() > MAX_NETWORKS {
            let reason = format!("must be at most {MAX_NETWORKS} networks");
            return Err(Invalid::new("networks", reason));
        }
        match scope.connections.as_ref().map(BTreeSet::len) {
            Some(0) => Err(Invalid::new("connections", "must name at least one connection")),
            Some(count) if count > MAX_CONNECTIONS => {
                let reason = format!("must be at most {MAX_CONNECTIONS} connections");
                Err(Invalid::new("connections", reason))
            }
            _ => Ok(()),
        }
    }

    async fn store_new(&self, ctx: &Ctx, new: NewToken) -> Result<CreatedToken, TokenError> {
        let mut tx = self.0.store.write().await.context(OPERATION)?;
        let owner = owner(&mut *tx, ctx, &new).await?;
        let stored = tx.tokens().list().await.context(OPERATION)?;
        if stored.iter().any(|token| token.name == new.name) {
            return Err(TokenError::Exists);
        }
        if stored.iter().filter(|token| token.owner == owner).count() >= MAX_TOKENS_PER_USER {
            return Err(TokenError::TooManyOfUser);
        }
        if stored.len() >= MAX_TOKENS {
            return Err(TokenError::TooMany);
        }
        check_connections(tx.connections(), ctx, &new.scope).await?;
        self.count_change(ctx)?;
        let (secret, id) = secret::generate();
        let ScopeColumns { read_only, connections, labels, networks } = (&new.scope).into();
        let NewToken { name, description, owner: _, role, expires_at, scope, actions } = new;
        let now = self.now();
        let record = TokenRecord {
            id,
            name,
            description,
            owner,
            role,
            created_at: now,
            expires_at: whole_milliseconds(expires_at),
            last_used_at: None,
            read_only,
            connections,
            labels,
            networks,
            actions: actions.as_ref().map(record::actions_to_text),
        };
        tx.tokens().insert(&record).await.map_err(|error| match error {
            StoreError::Taken(_) => TokenError::Exists,
            error => Internal::new(OPERATION, error).into(),
        })?;
        let detail = describe(&record, &scope);
        let entry = audit::done(now, ctx, AuditAction::TokenCreate, record.name.as_str(), detail);
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(CreatedToken { token: record.into(), secret })
    }
}

/// A token can't be limited to what no token with this role may do: it would look as if it could do something.
fn check_actions(actions: Option<&BTreeSet<Action>>, role: Role) -> Result<(), Invalid> {
    let Some(actions) = actions else { return Ok(()) };
    if actions.is_empty() {
        return Err(Invalid::new("actions", "must name at least one action"));
    }
    for action in actions {
        let name = action.as_str();
        if !action.is_open_to_tokens() {
            return Err(Invalid::new("actions", format!("no token may do {name}")));
        }
        if !action.is_allowed_to(role) {
            let reason = format!("the role {role} does not allow {name}");
            return Err(Invalid::new("actions", reason));
        }
    }
    Ok(())
}

/// The user for whom a new token will act, whose roles have to allow its role.
async fn owner(tx: &mut dyn WriteTx, ctx: &Ctx, new: &NewToken) -> Result<UserName, TokenError> {
    let name = new.owner.as_ref().unwrap_or(ctx.user());
    let found = find_user(tx.users(), name.as_str()).await.context(OPERATION)?;
    let owner = found.ok_or(TokenError::UnknownOwner)?;
    let is_within =
        |action: Action| !action.is_allowed_to(new.role) || action.is_allowed_to(owner.roles);
    if !Action::ALL.into_iter().all(is_within) {
        let reason = format!("allows more than the roles of {}", owner.name);
        return Err(Invalid::new("role", reason).into());
    }
    Ok(owner.name)
}

async fn check_connections(
    connections: &mut dyn ConnectionReads,
    ctx: &Ctx,
    scope: &TokenScope,
) -> Result<(), TokenError> {
    for id in scope.connections.iter().flatten() {
        let is_hidden = !ctx.visibility().covers(id.as_str());
        if is_hidden || connections.find(id).await.context(OPERATION)?.is_none() {
            let fault = FieldFault::UnknownConnection { id: id.as_str().to_owned() };
            return Err(Invalid::of("connections", &fault).into());
        }
    }
    Ok(())
}

/// For the audit trail: what a token may do. The ids are counted, because there may be many of them.
fn describe(record: &TokenRecord, scope: &TokenScope) -> String {
    let TokenScope { connections, labels, networks, read_only } = scope;
    let mut facts =
        vec![format!("for {}", record.owner), format!("role {}", record.role), until(record)];
    if *read_only {
        facts.push("read-only".to_owned());
    }
    if let Some(actions) = &record.actions {
        facts.push(format!("only {}", audit::cut(&actions.replace(',', ", "))));
    }
    if let Some(ids) = connections {
        facts.push(format!("connections: {}", ids.len()));
    }
    facts.extend(selected(labels));
    if !networks.is_empty() {
        let networks: Vec<_> = networks.iter().map(Network::to_string).collect();
        facts.push(format!("from {}", audit::cut(&networks.join(", "))));
    }
    facts.join("; ")
}

fn until(record: &TokenRecord) -> String {
    format!("until {}", record.expires_at)
}

fn selected(labels: &LabelSelector) -> Option<String> {
    let text = (!labels.is_empty()).then(|| labels.to_string())?;
    Some(format!("with the labels {}", audit::cut(&text)))
}
