//! Logins with a password where local login is off.

use haltere_core::UserName;

use super::{LogIn, LoginError, Sessions};
use crate::audit;
use crate::error::ErrorContext;

impl Sessions {
    /// Refuses a user whose password was right if users log in with single sign-on only and this one is none of those that
    /// the command line has excepted. Audited.
    pub(super) async fn check_local_login(
        &self,
        wish: &LogIn,
        user: &UserName,
    ) -> Result<(), LoginError> {
        const OPERATION: &str = "look up who may log in with a password";
        if self.settings.local_login {
            return Ok(());
        }
        let excepted = {
            let mut read = self.store.read().await.context(OPERATION)?;
            read.sign_ons().break_glass().await.context(OPERATION)?
        };
        if excepted.contains(user) {
            return Ok(());
        }
        let LogIn { username, origin, .. } = wish;
        let entry = audit::login_denied(self.wall_clock(), username, origin, "local login is off");
        self.audit.append_failed_login(entry).await.context("log in")?;
        Err(LoginError::NotLocal)
    }
}
