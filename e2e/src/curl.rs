//! The real curl: for TLS, and for what a cookie jar other than ours makes of our answers.

use std::path::PathBuf;
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::wait::DEADLINE;

/// curl, with a cookie jar.
pub struct Curl {
    folder: TempDir,
    options: Vec<String>,
}

/// What curl printed.
#[derive(Debug)]
pub struct CurlAnswer {
    /// curl's own exit code; 0 when there was an answer, whatever it was.
    pub exit: i32,
    /// HTTP status; 0 without an answer.
    pub status: u16,
    /// The head as it came.
    pub head: String,
    /// The body.
    pub body: String,
}

/// A body that does not end: lines as they come.
pub struct CurlStream {
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Curl {
    /// Trusts the certificates under this authority and no other.
    pub fn trusting(ca_pem: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), ca_pem).expect("written");
        let curl = Self { folder, options: Vec::new() };
        let ca = curl.file("ca.pem");
        curl.option("--cacert").option(&ca)
    }

    /// Adds an option to every call.
    #[must_use]
    pub fn option(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }

    /// The cookies so far, in Netscape's format.
    pub fn cookies(&self) -> String {
        std::fs::read_to_string(self.jar()).unwrap_or_default()
    }

    /// Calls a URL.
    pub async fn call(&self, url: &str, options: &[&str]) -> CurlAnswer {
        let mut command = self.command(url, options);
        command.args(["--include", "--max-time", &DEADLINE.as_secs().to_string()]);
        let Output { status: exit, stdout, stderr } = command.output().await.expect("curl runs");
        let text = String::from_utf8_lossy(&stdout).replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let answer = CurlAnswer {
            exit: exit.code().unwrap_or(-1),
            status: status.unwrap_or_default(),
            head: head.to_owned(),
            body: body.to_owned(),
        };
        assert!(answer.exit != 2, "curl was called wrongly: {}", String::from_utf8_lossy(&stderr));
        answer
    }

    /// Opens a URL whose body does not end.
    pub fn stream(&self, url: &str) -> CurlStream {
        let mut child = self
            .command(url, &["--no-buffer"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("curl runs");
        let stdout = child.stdout.take().expect("a pipe");
        CurlStream { lines: BufReader::new(stdout).lines(), _child: child }
    }

    fn command(&self, url: &str, options: &[&str]) -> Command {
        let mut command = Command::new("curl");
        let jar = self.jar();
        command.args(["--silent", "--show-error", "--noproxy", "*"]);
        command.arg("--cookie").arg(&jar).arg("--cookie-jar").arg(&jar);
        command.args(&self.options).args(options).arg(url).stdin(Stdio::null());
        command.kill_on_drop(true);
        command
    }

    fn jar(&self) -> PathBuf {
        self.folder.path().join("cookies")
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

impl CurlAnswer {
    /// The value of a header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        let of = |line: &'_ str| line.split_once(':').map(|(name, _)| name.to_ascii_lowercase());
        let line = self.head.lines().find(|line| of(line).as_deref() == Some(name));
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl CurlStream {
    /// Reads on until a line holds `text`.
    pub async fn until(&mut self, text: &str) -> String {
        let search = async {
            loop {
                let line = self.lines.next_line().await.expect("readable");
                let line = line.unwrap_or_else(|| panic!("the stream ended before {text:?}"));
                if line.contains(text) {
                    return line;
                }
            }
        };
        let found = tokio::time::timeout(DEADLINE, search).await;
        found.unwrap_or_else(|_| panic!("{text:?} did not come"))
    }
}
