//! Watches the master key in the data folder while the server runs.
//!
//! The server reads the file only when it starts. If the file is removed or overwritten later, nothing fails until
//! the next start, and all secrets sealed in between are lost. So the loss is reported while the key can still be
//! restored.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use haltere_app::vault::{KeyId, VaultError};
use haltere_app::{App, Internal, Schedule};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::data_dir::DataDir;

/// How often the file is read.
const EVERY: Duration = Duration::from_millis(400);

const OPERATION: &str = "find the master key in the data folder";

/// Checks the file in `data` in the background.
pub(crate) fn start(app: &App, data: DataDir, key: KeyId) {
    let state = Mutex::new(State { key, faults: 0 });
    let watch = Arc::new(KeyWatch { app: app.clone(), data, state });
    app.background().spawn("master-key-watch", Schedule::every(EVERY), pending, move || {
        let watch = Arc::clone(&watch);
        async move { watch.check().await }
    });
}

struct KeyWatch {
    app: App,
    data: DataDir,
    state: Mutex<State>,
}

/// What is known of the file.
struct State {
    /// The last key in the file that opened the vault.
    key: KeyId,
    /// How many checks in a row have failed. One failure is ignored: the key or the file may be about to change.
    faults: u32,
}

impl KeyWatch {
    async fn check(&self) -> Result<(), Internal> {
        let mut state = self.state.lock().await;
        let folder = self.data.clone();
        let found = spawn_blocking(move || folder.master_key()).await;
        let fault = match found.map_err(|panic| Internal::new(OPERATION, panic))? {
            Err(unreadable) => Some(unreadable),
            Ok(key) if key.id() == state.key => None,
            Ok(key) => match self.app.keyring().check(&key).await {
                Ok(()) => {
                    state.key = key.id();
                    None
                }
                // The reconciler logs that.
                Err(error @ VaultError::Store(_)) => return Err(Internal::new(OPERATION, error)),
                Err(wrong) => Some(wrong.into()),
            },
        };
        let Some(fault) = fault else {
            self.found(&mut state);
            return Ok(());
        };
        state.faults = state.faults.saturating_add(1);
        if state.faults == 1 {
            return Ok(());
        }
        if state.faults == 2 {
            self.app.set_master_key_in_place(false);
            tracing::error!(
                cause = format!("{fault:#}"),
                file = %self.data.master_key_file().display(),
                "the next start would fail: the master key was removed or replaced; put the file back"
            );
        }
        Err(Internal::new(OPERATION, fault))
    }

    fn found(&self, state: &mut State) {
        if state.faults >= 2 {
            self.app.set_master_key_in_place(true);
            tracing::info!("the master key is back in its place");
        }
        state.faults = 0;
    }
}
