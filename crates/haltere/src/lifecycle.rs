//! How the process ends: politely when asked once, at once when asked twice.
//!
//! After SIGTERM or SIGINT, [`Stop::soft`] tells everybody to finish: no new connection is
//! accepted, requests under way are answered, event streams end. When [`GRACE`] has passed,
//! [`Stop::hard`] cuts off what is still open. The links come after that, within [`LINKS`].

use std::process;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How long requests get to finish. Together with [`LINKS`] well under the five seconds after which
/// service managers and people lose patience.
const GRACE: Duration = Duration::from_millis(2_500);

/// How long the links get to say goodbye to their brokers.
pub(crate) const LINKS: Duration = Duration::from_secs(2);

/// Two tokens that everything which waits also listens to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    /// Finish politely.
    pub soft: CancellationToken,
    /// Stop now.
    pub hard: CancellationToken,
}

impl Stop {
    /// Listens for signals from now on.
    pub(crate) fn on_signals() -> anyhow::Result<Self> {
        let stop = Self::default();
        let signals = Signals {
            terminate: signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("failed to listen for SIGINT")?,
        };
        // Ends with the process: nothing is left to do when this is no longer needed.
        tokio::spawn(watch(signals, stop.clone()));
        Ok(stop)
    }

    /// Tells everybody to finish, and cuts off what has not when [`GRACE`] has passed.
    pub(crate) async fn finish(&self) {
        self.soft.cancel();
        tokio::time::sleep(GRACE).await;
        self.hard.cancel();
    }
}

/// Is notified on SIGHUP. Listening for it also means that it does not end the process, which is its
/// meaning where nobody listens.
pub(crate) fn reload_on_signal() -> anyhow::Result<Arc<Notify>> {
    let mut hangups = signal(SignalKind::hangup()).context("failed to listen for SIGHUP")?;
    let reload = Arc::new(Notify::new());
    let notify = Arc::clone(&reload);
    // Ends with the process.
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            tracing::info!("SIGHUP: reading again what can be read again");
            notify.notify_one();
        }
    });
    Ok(reload)
}

/// Makes a limit on the size of files an error of the write that goes beyond it, like a full disk,
/// and not the end of the process: that is what SIGXFSZ does when nobody listens.
pub(crate) fn survive_file_size_limits() -> anyhow::Result<()> {
    // Listened to for as long as the process lives, whatever becomes of the value.
    let _signal =
        signal(SignalKind::from_raw(libc::SIGXFSZ)).context("failed to listen for SIGXFSZ")?;
    Ok(())
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// The exit code a shell reports for a process that the signal killed.
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
    let grace_over = async {
        stop.finish().await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = grace_over => {}
        code = signals.next() => process::exit(code),
    }
}
