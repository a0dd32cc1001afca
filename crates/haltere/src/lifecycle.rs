//! How the process ends: gracefully on the first signal, at once on the second.
//!
//! SIGTERM or SIGINT cancels [`Stop::soft`]: no new connection is accepted, requests in progress are answered, event
//! streams end. [`Stop::hard`] then closes the connections that are still open. The links come after that. How long
//! each step may take is in [`ShutdownPlan`].

use std::process;
use std::sync::Arc;

use anyhow::Context as _;
use haltere_app::ShutdownPlan;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The two steps of stopping. Everything that waits also waits for these tokens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    /// Finish what is in progress.
    pub soft: CancellationToken,
    /// Stop now.
    pub hard: CancellationToken,
}

impl Stop {
    /// Starts to listen for signals.
    pub(crate) fn on_signals() -> anyhow::Result<Self> {
        let stop = Self::default();
        let signals = Signals {
            terminate: signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("failed to listen for SIGINT")?,
        };
        // Ends with the process.
        tokio::spawn(watch(signals, stop.clone()));
        Ok(stop)
    }

    /// Cancels [`Stop::soft`] and, after [`ShutdownPlan::requests`], [`Stop::hard`].
    pub(crate) async fn finish(&self) {
        self.soft.cancel();
        tokio::time::sleep(ShutdownPlan::DEFAULT.requests).await;
        self.hard.cancel();
    }
}

/// Notified on SIGHUP, which without a handler would end the process.
pub(crate) fn reload_on_signal() -> anyhow::Result<Arc<Notify>> {
    let mut hangups = signal(SignalKind::hangup()).context("failed to listen for SIGHUP")?;
    let reload = Arc::new(Notify::new());
    let notify = Arc::clone(&reload);
    // Ends with the process.
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            tracing::info!("SIGHUP: reloading the certificate");
            notify.notify_one();
        }
    });
    Ok(reload)
}

/// Makes a write beyond the limit on file sizes fail, as on a full disk. Without a handler, SIGXFSZ would end the
/// process.
pub(crate) fn survive_file_size_limits() -> anyhow::Result<()> {
    // The handler stays when the value is dropped.
    let _signal =
        signal(SignalKind::from_raw(libc::SIGXFSZ)).context("failed to listen for SIGXFSZ")?;
    Ok(())
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Waits for a signal. Returns the exit code that shells report for it.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.terminate.recv() => 128 + SignalKind::terminate().as_raw_value(),
            _ = self.interrupt.recv() => 128 + SignalKind::interrupt().as_raw_value(),
        }
    }
}

async fn watch(mut signals: Signals, stop: Stop) {
    signals.next().await;
    tracing::info!("stopping; a second signal stops at once");
    let finished = async {
        stop.finish().await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = finished => {}
        code = signals.next() => process::exit(code),
    }
}
