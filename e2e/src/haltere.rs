//! One running `haltere`, its data folder, and its end.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::binary;
use crate::client::Client;
use crate::log::Log;
use crate::secrets::secret;
use crate::wait::{DEADLINE, eventually};

/// How to start it.
#[derive(Clone, Default)]
pub struct Options {
    environment: Vec<(String, String)>,
    arguments: Vec<String>,
    config: Option<String>,
    listen: Option<String>,
    under: Vec<String>,
    expected: Vec<String>,
    without_admin: bool,
    data_dir: Option<Arc<TempDir>>,
}

impl Options {
    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds an argument to `serve`.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Listens somewhere else than on a free port of 127.0.0.1.
    #[must_use]
    pub fn listen(mut self, address: &str) -> Self {
        self.listen = Some(address.to_owned());
        self
    }

    /// Starts it by way of another program, which becomes it.
    #[must_use]
    pub fn under(mut self, program: &[&str]) -> Self {
        self.under = program.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Writes a configuration file and names it on the command line.
    #[must_use]
    pub fn config(mut self, toml: &str) -> Self {
        self.config = Some(toml.to_owned());
        self
    }

    /// Announces a warning or an error that holds `text`.
    #[must_use]
    pub fn expect_complaint(mut self, text: &str) -> Self {
        self.expected.push(text.to_owned());
        self
    }

    /// Announces that brokers will break, which haltere warns about.
    #[must_use]
    pub fn with_broken_brokers(self) -> Self {
        self.expect_complaint("broker not connected")
    }

    /// Leaves out the administrator's password, as a first start by hand does.
    #[must_use]
    pub fn without_admin(mut self) -> Self {
        self.without_admin = true;
        self
    }

    /// Uses a data folder that another run has left.
    #[must_use]
    pub fn data_dir(mut self, dir: &Arc<TempDir>) -> Self {
        self.data_dir = Some(Arc::clone(dir));
        self
    }

    /// Starts it and waits until it answers.
    pub async fn start(self) -> Haltere {
        let mut haltere = self.spawn();
        haltere.wait_until("/readyz").await;
        haltere
    }

    /// Starts it where it serves without being ready, because something is wrong with what is stored.
    pub async fn start_unready(self) -> Haltere {
        let mut haltere = self.spawn();
        haltere.wait_until("/healthz").await;
        haltere
    }

    /// Starts it where the start is expected to fail; how it ended and what it said.
    pub async fn start_refused(self) -> (ExitStatus, String) {
        let mut haltere = self.spawn();
        let status = haltere.wait().await;
        let text = haltere.log.text();
        haltere.options.expected.extend(text.lines().map(str::to_owned));
        (status, text)
    }

    /// Starts it and sends `kill -9` after a while, wherever it has got to by then.
    pub async fn start_killed_after(self, while_starting: Duration) -> Haltere {
        let mut haltere = self.spawn();
        tokio::time::sleep(while_starting).await;
        haltere.kill().await;
        haltere
    }

    fn spawn(self) -> Haltere {
        let data_dir = self.data_dir.clone().unwrap_or_else(|| {
            Arc::new(tempfile::tempdir().expect("a folder for the data can be made"))
        });
        let data = data_dir.path().join("data");
        let mut command = command_under(&self.under);
        command.args(["serve", "--listen", self.listen.as_deref().unwrap_or("127.0.0.1:0")]);
        command.args(["--log-format", "json", "--data-dir"]).arg(&data);
        if let Some(toml) = &self.config {
            let file = data_dir.path().join("haltere.toml");
            std::fs::write(&file, toml).expect("the configuration can be written");
            command.arg("--config").arg(file);
        }
        if !self.without_admin {
            command.env("HALTERE_ADMIN_PASSWORD", admin_password());
        }
        // Tests read the log line by line; a panic they ordered is one line, whatever this shell likes.
        command.env("RUST_BACKTRACE", "0");
        command.args(&self.arguments).envs(self.environment.iter().map(|(k, v)| (k, v)));
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary can be started");
        let log = Log::default();
        let readers = vec![
            log.collect(child.stdout.take().expect("standard output is a pipe")),
            log.collect(child.stderr.take().expect("standard error is a pipe")),
        ];
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let pid = pid.expect("a child just started has an id");
        Haltere { child, pid, log, readers, data_dir, address: None, options: self, ended: false }
    }
}

/// A `haltere serve` under test. Killed when dropped.
pub struct Haltere {
    child: Child,
    pid: Pid,
    log: Log,
    readers: Vec<JoinHandle<()>>,
    data_dir: Arc<TempDir>,
    /// Where it listens, and whether it speaks TLS there.
    address: Option<(SocketAddr, bool)>,
    options: Options,
    ended: bool,
}

/// What a subcommand said.
#[derive(Debug)]
pub struct CliOutput {
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// The password of the administrator `admin` of every haltere under test.
pub fn admin_password() -> String {
    secret("admin")
}

/// The binary, with nothing of the surroundings that could change how it behaves.
fn command() -> Command {
    command_under(&[])
}

fn command_under(program: &[String]) -> Command {
    let mut command = match program {
        [] => Command::new(binary::path()),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(binary::path());
            command
        }
    };
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HALTERE_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a subcommand that needs no data folder.
pub async fn cli(arguments: &[&str]) -> CliOutput {
    run(command().args(arguments), None).await
}

/// The same with something to read on standard input, in the folder `dir`.
pub async fn cli_in(dir: &Path, arguments: &[&str], stdin: Option<&str>) -> CliOutput {
    run(command().current_dir(dir).args(arguments), stdin).await
}

/// The same with what commands keep for their user in the folder `home`.
pub async fn cli_of(home: &Path, arguments: &[&str], stdin: Option<&str>) -> CliOutput {
    run(command().env("XDG_CONFIG_HOME", home).args(arguments), stdin).await
}

async fn run(command: &mut Command, stdin: Option<&str>) -> CliOutput {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the binary can be started");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    // A command that does not read its input may have ended before all of it was written.
    let _ = input.write_all(stdin.unwrap_or_default().as_bytes()).await;
    drop(input);
    let output = tokio::time::timeout(DEADLINE, child.wait_with_output())
        .await
        .expect("the subcommand ends")
        .expect("the subcommand can be waited for");
    CliOutput {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Haltere {
    /// A fresh one, with an administrator and defaults for the rest.
    pub async fn start() -> Self {
        Options::default().start().await
    }

    /// `http://127.0.0.1:PORT`, or `https://localhost:PORT` when it speaks TLS itself.
    pub fn base(&self) -> String {
        match self.address.expect("haltere has said where it listens") {
            (address, false) => format!("http://{address}"),
            (address, true) => format!("https://localhost:{}", address.port()),
        }
    }

    /// A client that is not logged in.
    pub fn anonymous(&self) -> Client {
        Client::anonymous(&self.base())
    }

    /// The administrator, logged in.
    pub async fn admin(&self) -> Client {
        self.login("admin", &admin_password()).await
    }

    /// A user, logged in.
    pub async fn login(&self, username: &str, password: &str) -> Client {
        let client = self.anonymous();
        client.login(username, password).await;
        client
    }

    /// Adds a user with the command line while the server runs, and logs in.
    pub async fn user(&self, name: &str, roles: &[&str]) -> Client {
        let password = secret(name);
        let mut arguments = vec!["users", "add", name, "--password-stdin"];
        for role in roles {
            arguments.extend(["--role", role]);
        }
        let output = self.cli(&arguments, Some(&password)).await;
        assert!(output.status.success(), "adding {name} failed: {output:?}");
        self.login(name, &password).await
    }

    /// Runs a subcommand on the data folder of this server.
    pub async fn cli(&self, arguments: &[&str], stdin: Option<&str>) -> CliOutput {
        self.cli_with(arguments, stdin, &[]).await
    }

    /// The same with environment variables.
    pub async fn cli_with(
        &self,
        arguments: &[&str],
        stdin: Option<&str>,
        environment: &[(&str, &str)],
    ) -> CliOutput {
        let mut command = command();
        command.args(arguments).arg("--data-dir").arg(self.data());
        run(command.envs(environment.iter().copied()), stdin).await
    }

    /// A subcommand on the data folder of this server, not yet started; killed when dropped.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command();
        command.args(arguments).arg("--data-dir").arg(self.data());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.kill_on_drop(true);
        command
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.data_dir.path().join("data")
    }

    /// The folder around it, to keep for another run.
    pub fn data_dir(&self) -> &Arc<TempDir> {
        &self.data_dir
    }

    /// What it printed.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The process.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// The process in `/proc`.
    pub fn process(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}", self.pid.as_raw_nonzero()))
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the process can be signalled");
    }

    /// Waits for the end of the process, and until all it said has been read.
    pub async fn wait(&mut self) -> ExitStatus {
        let status = tokio::time::timeout(DEADLINE, self.child.wait())
            .await
            .expect("haltere ends")
            .expect("haltere can be waited for");
        for reader in self.readers.drain(..) {
            reader.await.expect("reading the log does not fail");
        }
        self.ended = true;
        status
    }

    /// Whether the process has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// `kill -9`, and waits until it is gone.
    pub async fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.wait().await;
    }

    /// Starts again on the same data folder, after the process has ended.
    pub async fn restart(&mut self) {
        self.restart_with(self.options.clone()).await;
    }

    /// Starts again on the same data folder, with other options.
    pub async fn restart_with(&mut self, options: Options) {
        *self = self.successor(options).start().await;
    }

    /// Starts again on the same data folder, and sends `kill -9` after a while.
    pub async fn restart_killed_after(&mut self, while_starting: Duration) {
        *self = self.successor(self.options.clone()).start_killed_after(while_starting).await;
    }

    /// How to start on the data folder of this one, which has ended and left a clean log.
    fn successor(&self, mut options: Options) -> Options {
        assert!(self.ended, "a second haltere on one data folder is refused");
        self.log.assert_clean(&self.options.expected);
        options.data_dir = Some(Arc::clone(&self.data_dir));
        options
    }

    /// SIGTERM; it must exit 0 within five seconds and leave a clean log.
    pub async fn stop(&mut self) {
        let started = Instant::now();
        self.signal(Signal::TERM);
        let status = self.wait().await;
        assert!(status.success(), "after SIGTERM: {status}");
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "stopping took {:?}",
            started.elapsed()
        );
        self.log.assert_clean(&self.options.expected);
    }

    /// The files in the data folder that hold one of `needles`.
    pub fn files_holding(&self, needles: &[&[u8]]) -> Vec<String> {
        crate::secrets::files_holding(&self.data(), needles)
    }

    async fn wait_until(&mut self, path: &str) {
        let started = Instant::now();
        let (address, is_tls) = loop {
            if let Some(found) = self.log.lines().iter().find_map(|line| address_in(line)) {
                break found;
            }
            assert!(!self.has_ended(), "haltere ended while starting:\n{}", self.log.text());
            assert!(started.elapsed() < DEADLINE, "haltere did not say where it listens");
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        // Where it listens on all addresses, this is one of them.
        let everywhere = address.ip().is_unspecified();
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, address.port()));
        self.address = Some((if everywhere { here } else { address }, is_tls));
        if is_tls {
            // It says where it listens when all else is done, and our client speaks no TLS.
            return;
        }
        let client = self.anonymous();
        eventually("haltere answers", async || {
            let answer = client.try_send(client.request(reqwest::Method::GET, path), path);
            answer.await.ok().filter(|answer| answer.status == 200)
        })
        .await;
    }
}

impl Drop for Haltere {
    #[expect(clippy::print_stderr, reason = "the test runner shows it with the failed test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut shown = String::new();
            let _ = writeln!(shown, "--- haltere {} said:", self.data().display());
            let _ = writeln!(shown, "{}\n---", self.log.text());
            eprint!("{shown}");
        } else {
            self.log.assert_clean(&self.options.expected);
        }
    }
}

/// The first `http://IP:PORT` or `https://IP:PORT` in a line, and whether it is the second.
fn address_in(line: &str) -> Option<(SocketAddr, bool)> {
    let (before, rest) = line.split_once("://")?;
    let is_tls = before.ends_with("https");
    let end = rest.find(|c: char| !(c.is_ascii_hexdigit() || ".:[]".contains(c)));
    let address = rest[..end.unwrap_or(rest.len())].parse().ok()?;
    (is_tls || before.ends_with("http")).then_some((address, is_tls))
}

/// The names in a folder, in order.
pub fn listing(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir)
        .expect("the folder can be read")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_any_line() {
        let address: SocketAddr = "127.0.0.1:8088".parse().expect("an address");
        let wanted = Some((address, false));
        assert_eq!(address_in("listening on http://127.0.0.1:8088"), wanted);
        assert_eq!(address_in("listening on https://127.0.0.1:8088"), Some((address, true)));
        assert_eq!(address_in(r#"{"fields":{"url":"http://127.0.0.1:8088/"}}"#), wanted);
        assert_eq!(address_in("see https://example.org"), None);
    }
}
