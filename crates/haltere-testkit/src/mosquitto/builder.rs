//! What a broker is to be, and its configuration file.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::{Listener, Mosquitto, StartError, save};
use crate::ports::ReservedPort;

/// What the broker is to be. Anonymous clients are allowed unless there are users.
#[derive(Debug, Default)]
pub struct Builder {
    listeners: Vec<Listener>,
    users: Vec<(String, String)>,
    options: Vec<String>,
    /// What the plugin for dynamic security allows by default, if it is loaded.
    allowed_by_default: Option<Vec<String>>,
}

/// What the plugin for dynamic security can allow by default.
const ACCESS_TYPES: [&str; 4] =
    ["publishClientSend", "publishClientReceive", "subscribe", "unsubscribe"];

impl Builder {
    /// A further listener. Without any, or with WebSocket ones only, a plain one is added.
    #[must_use]
    pub fn listener(mut self, listener: Listener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// A user in the password file; anonymous clients are refused from now on.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.users.push((name.to_owned(), password.to_owned()));
        self
    }

    /// A further line for the whole broker, for example `max_connections 10`.
    #[must_use]
    pub fn option(mut self, line: &str) -> Self {
        self.options.push(line.to_owned());
        self
    }

    /// Loads the plugin for dynamic security, which also checks subscriptions, with no clients or roles: it
    /// allows every client these of `ACCESS_TYPES` on all topics.
    #[must_use]
    pub fn dynamic_security(mut self, allowed: &[&str]) -> Self {
        self.allowed_by_default = Some(allowed.iter().map(|&kind| kind.to_owned()).collect());
        self
    }

    /// Starts the broker and returns once every listener accepts. Panics with the log otherwise.
    pub async fn start(self) -> Mosquitto {
        self.try_start().await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, for those who expect a failure.
    pub async fn try_start(mut self) -> Result<Mosquitto, StartError> {
        // Also if there are WebSocket listeners: 2.0.11 doesn't count those and exits if it has no other.
        if self.listeners.iter().all(|listener| listener.websockets) {
            self.listeners.push(Listener::plain());
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ports: Vec<_> = self.listeners.iter().map(|l| ReservedPort::on(l.ip)).collect();
        fs::write(folder.path().join("mosquitto.conf"), self.configuration(&folder, &ports))
            .expect("a file in our temporary folder");
        let schemes = self.listeners.iter().map(Listener::scheme).collect();
        Mosquitto::launch_in(folder, ports, schemes).await
    }

    fn configuration(&self, folder: &TempDir, ports: &[ReservedPort]) -> String {
        // Mosquitto started by root becomes the user `mosquitto`, who can't read our files;
        // started by another user it ignores the line.
        let mut text = String::from("user root\npersistence false\nsys_interval 1\nlog_type all\n");
        let anonymous = self.users.is_empty();
        writeln!(text, "allow_anonymous {anonymous}").expect("writing to a string");
        if !anonymous {
            writeln!(text, "password_file {}", self.password_file(folder))
                .expect("writing to a string");
        }
        if let Some(allowed) = &self.allowed_by_default {
            let file = save(folder, "dynamic-security.json", &default_access(allowed));
            writeln!(text, "plugin {}\nplugin_opt_config_file {file}", dynamic_security_plugin())
                .expect("writing to a string");
        }
        for line in &self.options {
            writeln!(text, "{line}").expect("writing to a string");
        }
        for (number, (listener, port)) in self.listeners.iter().zip(ports).enumerate() {
            let lines = listener.configuration(folder, number, port.address());
            writeln!(text, "{lines}").expect("writing to a string");
        }
        text
    }

    fn password_file(&self, folder: &TempDir) -> String {
        let path = save(folder, "passwords", "");
        for (name, password) in &self.users {
            let output = Command::new("mosquitto_passwd")
                .args(["-b", &path, name, password])
                .output()
                .expect("mosquitto_passwd is installed (apt-get install mosquitto)");
            let complaint = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "mosquitto_passwd: {complaint}");
        }
        path
    }
}

fn default_access(allowed: &[String]) -> String {
    let is_allowed = |kind: &str| allowed.iter().any(|it| it == kind);
    let access = ACCESS_TYPES.map(|kind| format!("\"{kind}\":{}", is_allowed(kind)));
    format!(
        r#"{{"defaultACLAccess":{{{}}},"clients":[],"groups":[],"roles":[]}}"#,
        access.join(",")
    )
}

/// Where Debian's package has it, whatever the architecture.
fn dynamic_security_plugin() -> String {
    let libraries = fs::read_dir("/usr/lib").expect("a folder of libraries");
    let paths = libraries
        .filter_map(|entry| Some(entry.ok()?.path().join("mosquitto_dynamic_security.so")));
    let found = paths.into_iter().find(|path| path.exists());
    let path = found.expect("the plugin is part of Debian's mosquitto");
    path.to_str().expect("a plain path").to_owned()
}
