//! Logins with a password where local login is off.

use haltere_core::UserName;

use super::Sessions;
use crate::error::{ErrorContext, Internal};

/// Who may log in with a password.
#[derive(Debug)]
pub(super) enum MayLogIn {
    /// Every user who has one.
    All,
    /// Users log in with single sign-on, but for these, whom the command line has excepted.
    Only(Vec<UserName>),
}

impl MayLogIn {
    pub(super) fn allows(&self, user: &UserName) -> bool {
        match self {
            Self::All => true,
            Self::Only(users) => users.contains(user),
        }
    }
}

impl Sessions {
    /// Asked before the password is looked at: a right one that counts for nothing must look like a wrong one.
    pub(super) async fn who_may_log_in(&self) -> Result<MayLogIn, Internal> {
        const OPERATION: &str = "look up who may log in with a password";
        if self.settings.local_login {
            return Ok(MayLogIn::All);
        }
        let mut read = self.store.read().await.context(OPERATION)?;
        Ok(MayLogIn::Only(read.sign_ons().break_glass().await.context(OPERATION)?))
    }
}
