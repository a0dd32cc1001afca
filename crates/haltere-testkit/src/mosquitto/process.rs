//! A broker as a process.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::Builder;
use crate::ports::ReservedPort;
use crate::wait;

/// A running broker; ends when dropped, and shows its log when that happens in a failing test.
#[derive(Debug)]
pub struct Mosquitto {
    folder: TempDir,
    ports: Vec<ReservedPort>,
    schemes: Vec<&'static str>,
    process: Option<Child>,
}

/// Mosquitto did not come up.
#[derive(Debug, thiserror::Error)]
#[error(
    "mosquitto did not start: {reason}\n--- its configuration:\n{configuration}--- its log:\n{log}---"
)]
pub struct StartError {
    pub reason: String,
    /// What it was started with.
    pub configuration: String,
    /// What it said.
    pub log: String,
}

impl Mosquitto {
    /// A broker with one plain listener, open to all.
    pub async fn plain() -> Self {
        Self::builder().start().await
    }

    /// To say what the broker is to be.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A broker configured by the file in `folder`.
    pub(super) async fn launch_in(
        folder: TempDir,
        ports: Vec<ReservedPort>,
        schemes: Vec<&'static str>,
    ) -> Result<Self, StartError> {
        let mut broker = Self { folder, ports, schemes, process: None };
        broker.launch().await?;
        Ok(broker)
    }

    /// Where the first listener is.
    pub fn address(&self) -> SocketAddr {
        self.nth_address(0)
    }

    /// Where the listener number `n` is, from 0, in the order of the builder.
    pub fn nth_address(&self, n: usize) -> SocketAddr {
        self.ports[n].address()
    }

    /// The port of the first listener.
    pub fn port(&self) -> u16 {
        self.address().port()
    }

    /// The URL of the first listener, with its IP address as the host.
    pub fn url(&self) -> String {
        self.nth_url(0)
    }

    /// The URL of the listener number `n`.
    pub fn nth_url(&self, n: usize) -> String {
        format!("{}://{}", self.schemes[n], self.nth_address(n))
    }

    /// The URL of the first listener under another host name.
    pub fn url_as(&self, host: &str) -> String {
        format!("{}://{host}:{}", self.schemes[0], self.port())
    }

    /// Everything it has said since the first start.
    pub fn log(&self) -> String {
        self.log_since(0)
    }

    /// Whether the process is there.
    pub fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// Ends it with SIGTERM, as `systemctl stop` does: clients get DISCONNECT (MQTT 5).
    pub async fn stop(&mut self) {
        let Some(process) = &mut self.process else { return };
        // The standard library can only kill; `kill` is a shell builtin everywhere.
        let status =
            Command::new("sh").args(["-c", &format!("kill -TERM {}", process.id())]).status();
        assert!(status.expect("a shell").success(), "mosquitto was already gone:\n{}", self.log());
        wait::until("mosquitto to end after SIGTERM", wait::DEADLINE, async || {
            process.try_wait().expect("our own child")
        })
        .await;
        self.process = None;
    }

    /// `kill -9`: sockets are closed by the kernel.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Fails only when it has ended by itself, which is what we want anyway.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again after [`stop`](Self::stop) or [`kill`](Self::kill), on the same ports.
    pub async fn start_again(&mut self) {
        assert!(!self.is_running(), "mosquitto is still running");
        self.launch().await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Starts the process and waits until every listener accepts.
    async fn launch(&mut self) -> Result<(), StartError> {
        const DEADLINE: Duration = wait::DEADLINE;
        let path = self.log_path();
        let log = File::options().create(true).append(true).open(path).expect("a log file");
        let length = log.metadata().expect("an open file").len();
        let process = Command::new("mosquitto")
            .arg("-c")
            .arg(self.folder.path().join("mosquitto.conf"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file handle"))
            .stderr(log)
            .spawn()
            .or_else(|_| self.spawn_from_sbin())
            .map_err(|e| self.start_error(format!("{e} (apt-get install mosquitto)")))?;
        self.process = Some(process);

        let start = Instant::now();
        while !(self.says_it_runs(length) && self.accepts().await) {
            if let Some(status) = self.exit_status() {
                self.process = None;
                return Err(self.start_error(format!("it ended with {status}")));
            }
            if start.elapsed() > DEADLINE {
                return Err(self.start_error(format!("no connection within {DEADLINE:?}")));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// Debian keeps it in a folder that is not on an ordinary user's path.
    fn spawn_from_sbin(&self) -> std::io::Result<Child> {
        let log = File::options().append(true).open(self.log_path())?;
        Command::new("/usr/sbin/mosquitto")
            .arg("-c")
            .arg(self.folder.path().join("mosquitto.conf"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
    }

    /// Its last word before it serves. A connect alone could reach a broker that is about to end
    /// because its next listener is not to be had.
    fn says_it_runs(&self, since: u64) -> bool {
        self.log_since(since).lines().any(|line| line.ends_with(" running"))
    }

    #[expect(clippy::disallowed_methods, reason = "the kit dials its own broker")]
    async fn accepts(&self) -> bool {
        for port in &self.ports {
            if tokio::net::TcpStream::connect(port.address()).await.is_err() {
                return false;
            }
        }
        true
    }

    fn exit_status(&mut self) -> Option<std::process::ExitStatus> {
        self.process.as_mut()?.try_wait().expect("our own child")
    }

    fn log_path(&self) -> std::path::PathBuf {
        self.folder.path().join("mosquitto.log")
    }

    fn log_since(&self, offset: u64) -> String {
        let mut bytes = Vec::new();
        let read = File::open(self.log_path()).and_then(|mut file| {
            file.seek(SeekFrom::Start(offset))?;
            file.read_to_end(&mut bytes)
        });
        match read {
            Ok(_) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => format!("(no log: {error})\n"),
        }
    }

    fn start_error(&self, reason: String) -> StartError {
        let configuration = fs::read_to_string(self.folder.path().join("mosquitto.conf"));
        StartError { reason, configuration: configuration.unwrap_or_default(), log: self.log() }
    }
}

impl Drop for Mosquitto {
    #[expect(clippy::print_stderr, reason = "a failing test shows what its broker said")]
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- log of the mosquitto at {}:\n{}---", self.url(), self.log());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certs::Ca;
    use crate::mosquitto::Listener;

    #[tokio::test]
    async fn serves_on_every_listener_stops_dies_and_comes_back_on_the_same_ports() {
        let ca = Ca::new("kit");
        let mut broker = Mosquitto::builder()
            .listener(Listener::plain())
            .listener(Listener::plain().v6())
            .listener(Listener::tls(&ca.server(&["localhost"])).require_certificate(&ca.pem()))
            .user("me", "secret")
            .start()
            .await;
        let port = broker.port();
        assert!(broker.accepts().await);
        assert!(broker.nth_url(1).starts_with("mqtt://[::1]:"), "{}", broker.nth_url(1));
        assert!(broker.nth_url(2).starts_with("mqtts://127.0.0.1:"));

        broker.kill();
        assert!(!broker.accepts().await, "a killed broker accepts nothing");
        broker.start_again().await;
        broker.stop().await;
        assert!(!broker.accepts().await);
        broker.start_again().await;
        assert!(broker.accepts().await);
        assert_eq!(broker.port(), port);
        assert_eq!(broker.log().matches(" running\n").count(), 3, "{}", broker.log());
    }

    #[tokio::test]
    async fn many_at_once_find_their_ports() {
        let brokers =
            futures_util::future::join_all((0..10).map(|_| Mosquitto::builder().start())).await;
        let ports: std::collections::HashSet<_> = brokers.iter().map(Mosquitto::port).collect();
        assert_eq!(ports.len(), 10);
    }

    #[tokio::test]
    async fn a_failed_start_shows_reason_configuration_and_log() {
        let error = Mosquitto::builder()
            .option("no_such_option at all")
            .try_start()
            .await
            .expect_err("an unknown option");
        let text = error.to_string();
        assert!(text.contains("it ended with exit status"), "{text}");
        assert!(text.contains("no_such_option at all"), "the configuration is shown: {text}");
        assert!(error.log.contains("Unknown configuration variable"), "{}", error.log);
    }

    #[tokio::test]
    async fn is_gone_after_drop() {
        let broker = Mosquitto::plain().await;
        let process = broker.process.as_ref().expect("running").id();
        drop(broker);
        assert!(!std::path::Path::new(&format!("/proc/{process}")).exists());
    }
}
