//! `[data]`

use std::path::PathBuf;

use confique::Config;
use haltere_core::Secret;

use super::secret;

/// What is kept on disk.
#[derive(Debug, Config)]
pub(crate) struct Data {
    /// The data folder: database, master key, lock. Created on the first start, for this user only.
    #[config(env = "HALTERE_DATA_DIR", default = "haltere-data")]
    pub dir: PathBuf,

    /// The key that seals passwords and private keys in the database: 32 random bytes in base64 or as 64 hexadecimal digits
    /// (openssl rand -base64 32). Without it, the file master.key in the data folder is used, and
    /// created on the first start. A database can't be read with any other key than the one it was made with.
    #[config(env = "HALTERE_MASTER_KEY", deserialize_with = secret::deserialize)]
    pub master_key: Option<Secret<String>>,

    /// A file that holds the master key.
    #[config(env = "HALTERE_MASTER_KEY_FILE")]
    #[expect(dead_code, reason = "read while loading, by its name")]
    pub master_key_file: Option<PathBuf>,
}
