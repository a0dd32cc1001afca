//! The principal of a request and the request's origin.

use std::sync::Arc;

use haltere_core::quota::QuotaHolder;
use haltere_core::{Caller, Origin, Roles, SessionId, UserName};

use crate::credential::Credential;
use crate::error::{Due, NotAllowed};
use crate::policy::{Action, Principal, Resource, TokenPrincipal, Visibility, decide};
use crate::sessions::Session;

/// What every operation gets: the principal and the request it came with.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub principal: Principal,
    /// How long the principal may go on.
    pub credential: Credential,
    /// Where the request came from, and its id.
    pub origin: Origin,
}

impl Ctx {
    /// A user who comes with a session, and whom no group concerns yet.
    pub(crate) fn of_session(session: Session, origin: Origin) -> Self {
        let Session { caller, credential, due, viewed_by, expires_at: _ } = session;
        let visibility = Visibility::ALL;
        let principal = Principal::Session { caller, visibility, due, viewed_by };
        Self { principal, credential, origin }
    }

    /// A program that comes with an application token.
    pub fn of_token(token: Arc<TokenPrincipal>, credential: Credential, origin: Origin) -> Self {
        Self { principal: Principal::Token(token), credential, origin }
    }

    /// A user whose session can't end meanwhile: for what ends with its request.
    pub fn new(caller: Caller, origin: Origin) -> Self {
        Self { principal: Principal::of(caller), credential: Credential::new(), origin }
    }

    /// haltere itself.
    pub fn system(request_id: impl Into<String>) -> Self {
        Self::local(Principal::System, request_id)
    }

    /// The user of the command line.
    pub fn command_line(request_id: impl Into<String>) -> Self {
        Self::local(Principal::CommandLine, request_id)
    }

    fn local(principal: Principal, request_id: impl Into<String>) -> Self {
        let origin = Origin { address: None, request_id: request_id.into() };
        Self { principal, credential: Credential::new(), origin }
    }

    /// The user who wants it, for whom a token acts, or as whom an administrator sees haltere.
    pub fn user(&self) -> &UserName {
        self.principal.user()
    }

    /// The user who answers for it, in the audit trail and for quotas.
    pub fn answerable(&self) -> &UserName {
        self.principal.answerable()
    }

    /// The roles of a user; the others need none.
    pub fn roles(&self) -> Roles {
        self.principal.roles()
    }

    /// The session of a user.
    pub fn session(&self) -> Option<&SessionId> {
        self.principal.session()
    }

    /// The connections that the principal may see, if it may see any.
    pub fn visibility(&self) -> &Visibility {
        self.principal.visibility()
    }

    /// The same user, who may see only some connections.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn seeing(mut self, only: Visibility) -> Self {
        if let Principal::Session { visibility, .. } = &mut self.principal {
            *visibility = only;
        }
        self
    }

    /// What the user has to do before anything else.
    pub fn set_due(&mut self, now: Option<Due>) {
        if let Principal::Session { due, .. } = &mut self.principal {
            *due = now;
        }
    }

    /// Whose quota what the principal takes counts against.
    pub fn holder(&self) -> QuotaHolder {
        QuotaHolder { user: Some(self.answerable().clone()), address: self.origin.address }
    }

    /// Whether the principal may do `action` to something that it may see.
    pub fn may(&self, action: Action) -> bool {
        decide(&self.principal, action, Resource::Instance).is_allowed()
    }

    /// Whether the principal may do `action` to this connection.
    pub fn may_on(&self, action: Action, connection: &str) -> bool {
        decide(&self.principal, action, Resource::Connection(connection)).is_allowed()
    }

    /// Refuses `action` unless the policy allows it. Not audited: see [`crate::App::authorize`].
    pub fn authorize(&self, action: Action) -> Result<(), NotAllowed> {
        self.authorize_on(action, Resource::Instance)
    }

    /// The same for an action on `resource`.
    pub fn authorize_on(&self, action: Action, resource: Resource<'_>) -> Result<(), NotAllowed> {
        decide(&self.principal, action, resource).into_result()
    }
}
