//! Asks the policy, and audits its refusals.

use std::sync::Arc;

use haltere_core::Clock;

use crate::audit::{self, AuditWriter};
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::now::now;
use crate::policy::{Action, Resource};

/// Asks the policy, and audits its refusals.
#[derive(Clone)]
pub(crate) struct Authorizer {
    audit: Arc<AuditWriter>,
    clock: Arc<dyn Clock>,
}

impl Authorizer {
    pub(crate) fn new(audit: Arc<AuditWriter>, clock: Arc<dyn Clock>) -> Self {
        Self { audit, clock }
    }

    /// As [`App::authorize`](crate::App::authorize).
    pub(crate) async fn authorize(
        &self,
        ctx: &Ctx,
        action: Action,
        resource: Resource<'_>,
    ) -> Result<(), NotAllowed> {
        let Err(refusal) = ctx.authorize_on(action, resource) else { return Ok(()) };
        // The others say nothing about the roles.
        let of_role = refusal == NotAllowed::InsufficientRole;
        let Some(audited) = action.audited_as().filter(|_| of_role) else { return Err(refusal) };
        let entry = audit::denied(now(&*self.clock), ctx, audited, resource.name());
        match self.audit.append_refusal(ctx.user(), entry).await {
            None => Err(refusal),
            Some(retry_after) => Err(NotAllowed::TooOften { retry_after }),
        }
    }
}
