//! The check of access that services share.

use std::sync::Arc;

use haltere_core::Clock;

use crate::audit::{self, AuditWriter};
use crate::audit_sinks::StrictAudit;
use crate::ctx::Ctx;
use crate::error::{NotAllowed, TokenRule};
use crate::now::now;
use crate::policy::{Action, Resource};

/// Asks the policy, and audits its refusals.
#[derive(Clone)]
pub(crate) struct Authorizer {
    audit: Arc<AuditWriter>,
    clock: Arc<dyn Clock>,
    strict: StrictAudit,
}

impl Authorizer {
    pub(crate) fn new(audit: Arc<AuditWriter>, clock: Arc<dyn Clock>, strict: StrictAudit) -> Self {
        Self { audit, clock, strict }
    }

    /// As [`App::authorize`](crate::App::authorize).
    pub(crate) async fn authorize(
        &self,
        ctx: &Ctx,
        action: Action,
        resource: Resource<'_>,
    ) -> Result<(), NotAllowed> {
        let Err(refusal) = ctx.authorize_on(action, resource) else {
            return Ok(self.strict.check(action)?);
        };
        // The others say nothing about what the caller may do.
        let why = match refusal {
            NotAllowed::InsufficientRole => "insufficient role",
            NotAllowed::Token(TokenRule::NeedsLogin) => "not with a token",
            NotAllowed::Token(TokenRule::ReadOnly) => "read-only token",
            NotAllowed::Token(TokenRule::OtherActions) => "token for other actions",
            NotAllowed::Token(TokenRule::LimitedToConnections) => "limited token",
            NotAllowed::ViewOnly => "view as another user",
            NotAllowed::Hidden
            | NotAllowed::Due(_)
            | NotAllowed::TooOften { .. }
            | NotAllowed::TooMany { .. }
            | NotAllowed::NotAuditable(_) => return Err(refusal),
        };
        let Some(audited) = action.audited_as() else { return Err(refusal) };
        let entry = audit::denied(now(&*self.clock), ctx, audited, resource.name(), why);
        match self.audit.append_refusal(ctx, entry).await {
            None => Err(refusal),
            Some(retry_after) => Err(NotAllowed::TooOften { retry_after }),
        }
    }
}
