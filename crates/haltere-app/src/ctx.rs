//! Who asks, and from where.

use haltere_core::quota::Holder;
use haltere_core::{Caller, Origin, Role, UserName};

use crate::error::NotAllowed;
use crate::policy::{self, Action};

/// What every operation is handed: the caller and the request it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ctx {
    /// Who asks.
    pub caller: Caller,
    /// Where the request came from, and its id.
    pub origin: Origin,
}

impl Ctx {
    /// How haltere itself and its command line appear in the audit trail. No user can have this name.
    pub const SYSTEM: &str = "system";

    /// A user who has logged in.
    pub fn new(caller: Caller, origin: Origin) -> Self {
        Self { caller, origin }
    }

    /// haltere itself, or the user of its command line: may do everything.
    pub fn system(request_id: impl Into<String>) -> Self {
        let user = UserName::parse(Self::SYSTEM).expect("a valid name");
        let caller = Caller { user, roles: Role::Admin.into(), session: None };
        Self { caller, origin: Origin { address: None, request_id: request_id.into() } }
    }

    /// Who holds what the caller is given.
    pub fn holder(&self) -> Holder {
        Holder { user: Some(self.caller.user.clone()), address: self.origin.address }
    }

    /// Whether the policy lets the caller do `action`.
    pub fn authorize(&self, action: Action) -> Result<(), NotAllowed> {
        if policy::allows(self.caller.roles, action) {
            Ok(())
        } else {
            Err(NotAllowed::InsufficientRole)
        }
    }
}
