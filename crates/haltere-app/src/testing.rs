//! An [`App`] for tests: on a database in a folder of its own, with a user for each role and cheap
//! password hashes. Behind the feature `testing`.

use haltere_core::{Role, Secret, UserName};

use crate::app::{App, AppSettings};
use crate::ctx::Ctx;

/// An [`App`] with five users, named after their role, with the password [`TestApp::PASSWORD`].
pub struct TestApp {
    /// The app.
    pub app: App,
}

impl TestApp {
    /// Everybody's password.
    pub const PASSWORD: &str = "correct horse battery staple";

    /// Starts on a new database, with the real time.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts on a new database with other settings.
    pub async fn start_with(change: impl FnOnce(&mut AppSettings)) -> Self {
        todo!()
    }

    /// The name of the user with `role`.
    pub fn user(role: Role) -> UserName {
        UserName::parse(role.as_str()).expect("role names are user names")
    }

    /// A context for the user with `role`, without a session.
    pub fn ctx(&self, role: Role) -> Ctx {
        todo!()
    }

    /// Logs the user with `role` in; the session's token.
    pub async fn token(&self, role: Role) -> Secret<String> {
        todo!()
    }

    /// Shuts down and starts again on the same database.
    pub async fn restart(self) -> Self {
        todo!()
    }

    /// Shuts down.
    pub async fn shutdown(self) {
        todo!()
    }
}
