//! `[admin]`

use std::path::PathBuf;

use confique::Config;
use haltere_core::Secret;

use super::secret;

/// The first administrator, made when there is no user yet. Later starts ignore this section.
#[derive(Debug, Config)]
pub(crate) struct Admin {
    /// The user name.
    #[config(env = "HALTERE_ADMIN_USERNAME", default = "admin")]
    pub username: String,

    /// The password. Without one, a random password is made and printed once.
    #[config(env = "HALTERE_ADMIN_PASSWORD", deserialize_with = secret::deserialize)]
    pub password: Option<Secret<String>>,

    /// A file that holds the password.
    #[config(env = "HALTERE_ADMIN_PASSWORD_FILE")]
    #[expect(dead_code, reason = "read while loading, by its name")]
    pub password_file: Option<PathBuf>,
}
