//! Messages to the service manager, if there is one: the protocol of `sd_notify(3)`.

use std::env;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::time::Duration;

use anyhow::Context as _;

use crate::lifecycle::Stop;

/// The service manager, if there is one.
#[derive(Debug)]
pub(crate) struct Service {
    manager: Option<(UnixDatagram, SocketAddr)>,
    /// The service manager kills a service that has sent no message for this long.
    watchdog: Option<Duration>,
}

impl Service {
    /// What the environment says.
    pub(crate) fn from_env() -> anyhow::Result<Self> {
        let manager = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty());
        let manager = manager.map(|name| manager_at(name.as_bytes())).transpose();
        let number = |name| env::var(name).ok()?.parse::<u64>().ok();
        let is_ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|micros| is_ours && *micros > 0);
        Ok(Self {
            manager: manager.context("NOTIFY_SOCKET names no socket that can be used")?,
            watchdog: watchdog.map(Duration::from_micros),
        })
    }

    /// The start is over.
    pub(crate) fn ready(&self) {
        self.notify("READY=1");
    }

    /// Sends watchdog messages, twice as often as the service manager requires, and a message when we stop. They
    /// only show that the runtime schedules tasks: a slow disk must not get the service killed.
    pub(crate) async fn send_watchdog_messages(&self, stop: &Stop) {
        let stopped = stop.soft.cancelled();
        match self.watchdog {
            Some(limit) if self.manager.is_some() => {
                let mut ticks = tokio::time::interval(limit / 2);
                tokio::pin!(stopped);
                loop {
                    tokio::select! {
                        () = &mut stopped => break,
                        _ = ticks.tick() => self.notify("WATCHDOG=1"),
                    }
                }
            }
            _ => stopped.await,
        }
        self.notify("STOPPING=1");
    }

    fn notify(&self, what: &str) {
        let Some((socket, manager)) = &self.manager else { return };
        if let Err(error) = socket.send_to_addr(what.as_bytes(), manager) {
            tracing::warn!(%error, what, "failed to notify the service manager");
        }
    }
}

/// A path, or a name in the abstract space behind an `@`.
fn manager_at(name: &[u8]) -> std::io::Result<(UnixDatagram, SocketAddr)> {
    let address = match name.strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(std::ffi::OsStr::from_bytes(name))?,
    };
    let socket = UnixDatagram::unbound()?;
    // A service manager that does not read must not block haltere.
    socket.set_nonblocking(true)?;
    Ok((socket, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(socket: &UnixDatagram) -> String {
        let mut text = [0; 64];
        let length = socket.recv(&mut text).expect("a message");
        String::from_utf8_lossy(&text[..length]).into_owned()
    }

    #[tokio::test]
    async fn a_manager_is_notified_of_start_life_and_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let name = format!("haltere-test-{}-{}", process::id(), rand::random::<u64>());
        let abstractly = SocketAddr::from_abstract_name(name.as_bytes()).expect("a name");
        for (listener, address) in [
            (UnixDatagram::bind(&path), path.to_string_lossy().into_owned()),
            (UnixDatagram::bind_addr(&abstractly), format!("@{name}")),
        ] {
            let listener = listener.expect("bound");
            let manager = Some(manager_at(address.as_bytes()).expect("an address"));
            let service = Service { manager, watchdog: Some(Duration::from_millis(20)) };
            let stop = Stop::default();
            service.ready();
            assert_eq!(receive(&listener), "READY=1");
            let sending = tokio::spawn({
                let stop = stop.clone();
                async move { service.send_watchdog_messages(&stop).await }
            });
            let received = tokio::task::spawn_blocking(move || {
                assert_eq!((receive(&listener), receive(&listener)), two("WATCHDOG=1"));
                stop.soft.cancel();
                while receive(&listener) != "STOPPING=1" {}
            });
            received.await.expect("received");
            sending.await.expect("ended");
        }
    }

    fn two(text: &str) -> (String, String) {
        (text.to_owned(), text.to_owned())
    }

    #[tokio::test]
    async fn without_a_manager_nothing_is_sent() {
        let service = Service { manager: None, watchdog: Some(Duration::from_millis(1)) };
        let stop = Stop::default();
        service.ready();
        stop.soft.cancel();
        service.send_watchdog_messages(&stop).await;
    }
}
