//! One's own profile.

mod change_password;
mod preferences;
mod read;
mod second_factor;

use std::sync::Arc;

use haltere_core::Clock;
use haltere_store::Transactions;
use tokio_util::task::TaskTracker;

use crate::audit::AuditWriter;
use crate::authorizer::Authorizer;
use crate::connections::Fleet;
use crate::sessions::Sessions;

pub use change_password::ChangePasswordError;
pub use preferences::{ChangePreferencesError, PreferenceChanges, Preferences};
pub use read::{ConnectionRole, Profile, ProfileError};
pub use second_factor::{OwnSecondFactor, SecondFactorError, SecondFactorSetup};

/// Users' own profiles and what they can do with them.
#[derive(Clone)]
pub struct Profiles {
    pub(crate) store: Arc<dyn Transactions>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) authorizer: Authorizer,
    pub(crate) audit: Arc<AuditWriter>,
    pub(crate) tasks: TaskTracker,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) fleet: Arc<Fleet>,
}
