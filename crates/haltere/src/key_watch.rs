//! Watches the master key in the data folder while the server runs.
//!
//! The server reads the file only when it starts. If the file is removed or overwritten later, nothing fails until
//! the next start, and all secrets sealed in between are lost. So the loss is reported while the key can still be
//! restored.

use std::time::Duration;

use haltere_app::App;
use haltere_app::vault::{KeyId, VaultError};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use crate::data_dir::DataDir;
use crate::lifecycle::Stop;

/// How often the file is read. A fault counts when it is seen twice: a change of the key, or an editor, may be at it.
const EVERY: Duration = Duration::from_millis(400);

/// Checks the file until `stop`. `data` is `None` if the key comes from the configuration.
pub(crate) async fn run(app: &App, data: Option<DataDir>, key: KeyId, stop: &Stop) {
    let Some(data) = data else { return };
    let mut watch = Watch { key, faults: 0 };
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.soft.cancelled() => return,
            _ = ticks.tick() => {}
        }
        watch.look(app, &data).await;
    }
}

/// What is known of the file.
struct Watch {
    /// The last key in the file that opened the vault.
    key: KeyId,
    /// How many looks in a row have found a fault.
    faults: u32,
}

impl Watch {
    async fn look(&mut self, app: &App, data: &DataDir) {
        let folder = data.clone();
        // A disk that hangs must not stop the server.
        let Ok(found) = spawn_blocking(move || folder.master_key()).await else { return };
        let fault = match found {
            Err(unreadable) => unreadable,
            Ok(key) if key.id() == self.key => return self.is_well(app),
            Ok(key) => match app.keyring().check(&key).await {
                Ok(()) => {
                    self.key = key.id();
                    return self.is_well(app);
                }
                // The store reports that.
                Err(VaultError::Store(_)) => return,
                Err(wrong) => wrong.into(),
            },
        };
        self.faults = self.faults.saturating_add(1);
        if self.faults == 2 {
            app.set_master_key_in_place(false);
            tracing::error!(
                cause = format!("{fault:#}"),
                file = %data.master_key_file().display(),
                "the next start would fail: the master key was removed or replaced; put the file back"
            );
        }
    }

    fn is_well(&mut self, app: &App) {
        if self.faults >= 2 {
            app.set_master_key_in_place(true);
            tracing::info!("the master key is back in its place");
        }
        self.faults = 0;
    }
}
