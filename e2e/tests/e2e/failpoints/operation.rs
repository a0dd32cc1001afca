//! Everything that changes what is stored: how to do it, which steps it takes, and how to see that it
//! was done.

use std::net::IpAddr;
use std::path::Path;

use e2e::{Client, Haltere, secret};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::database::Dump;
use crate::support::{connection, find, ids};

/// All steps, in their order.
pub(super) const STEPS: [&str; 6] = ["seal", "begin", "write", "audit", "commit", "notify"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Overwrite,
    Replace,
    Patch,
    Connect,
    Disconnect,
    Delete,
    SwitchPlugin,
    LogIn,
    LogOut,
    EndSession,
    EndOtherSessions,
    ChangePassword,
    ReadSecrets,
    TestConnection,
    AddUser,
    SetPassword,
    RemoveUser,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// It was done.
    Yes,
    /// Status 500, in the form all errors have.
    Refused,
    /// Nothing: the process has ended.
    Silence,
}

impl Operation {
    /// The steps it takes.
    pub(super) const fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Create | Self::Overwrite | Self::Replace | Self::Patch => &STEPS,
            Self::Connect
            | Self::Disconnect
            | Self::Delete
            | Self::SwitchPlugin
            | Self::LogOut
            | Self::EndSession => &["begin", "write", "audit", "commit", "notify"],
            Self::LogIn
            | Self::EndOtherSessions
            | Self::ChangePassword
            | Self::AddUser
            | Self::SetPassword
            | Self::RemoveUser => &["begin", "write", "audit", "commit"],
            Self::ReadSecrets | Self::TestConnection => &["begin", "audit", "commit"],
        }
    }

    /// The ways to fail at a step that differ: a step that can't fail has no error to return, and on
    /// the command line an error is as much the end as a panic.
    pub(super) fn orders(self, step: &str) -> &'static [&'static str] {
        match step {
            "seal" | "notify" => &["abort", "panic"],
            _ if self.is_done_by_the_server() => &["abort", "error", "panic"],
            _ => &["abort", "error"],
        }
    }

    /// The audit entry.
    pub(super) const fn audited(self) -> &'static str {
        match self {
            Self::Create => "connection.create",
            Self::Overwrite => "connection.overwrite",
            Self::Replace | Self::Patch => "connection.update",
            Self::Connect => "connection.connect",
            Self::Disconnect => "connection.disconnect",
            Self::Delete => "connection.delete",
            Self::SwitchPlugin => "plugin.switch",
            Self::LogIn => "session.login",
            Self::LogOut => "session.logout",
            Self::EndSession | Self::EndOtherSessions => "session.end",
            Self::ChangePassword | Self::SetPassword => "user.password",
            Self::ReadSecrets => "connection.read_secrets",
            Self::TestConnection => "connection.test",
            Self::AddUser => "user.create",
            Self::RemoveUser => "user.delete",
        }
    }

    /// The others are done by the command line while the server runs.
    pub(super) const fn is_done_by_the_server(self) -> bool {
        !matches!(self, Self::AddUser | Self::SetPassword | Self::RemoveUser)
    }
}

/// One operation on an object of its own.
pub(super) struct Case {
    operation: Operation,
    /// Of the connection or the user.
    name: String,
    url: String,
    /// Of the user, or a session to end.
    client: Client,
    /// Another session of the same user, and by what it can end the first one.
    elsewhere: Client,
    handle: String,
    tls: bool,
}

impl Case {
    /// Makes what the operation is to be done to.
    pub(super) async fn prepare(
        operation: Operation,
        number: u32,
        haltere: &Haltere,
        admin: &Client,
        url: String,
    ) -> Self {
        let name = format!("n{number}");
        // A new address each time: a repeat from the same one would only be counted.
        let [.., c, d] = number.to_be_bytes();
        let own = Client::from_address(&haltere.base(), IpAddr::from([127, 1, c, d.max(1)]));
        let url = url.replace("127.0.0.1", &format!("127.1.{c}.{}", d.max(1)));
        let client = match operation {
            Operation::LogOut => {
                own.login("admin", &e2e::haltere::admin_password()).await;
                own
            }
            Operation::ChangePassword
            | Operation::SetPassword
            | Operation::RemoveUser
            | Operation::EndSession
            | Operation::EndOtherSessions => haltere.user(&name, &["viewer"]).await,
            _ => own,
        };
        let (mut elsewhere, mut handle) = (haltere.anonymous(), String::new());
        if matches!(operation, Operation::EndSession | Operation::EndOtherSessions) {
            let list = client.get("/api/profile/sessions").await.expect_status(200).json();
            list[0]["id"].as_str().expect("an id").clone_into(&mut handle);
            elsewhere = haltere.login(&name, &secret(&name)).await;
        }
        let tls = number.is_multiple_of(2);
        let case = Self { operation, name, url, client, elsewhere, handle, tls };
        match operation {
            Operation::Overwrite
            | Operation::Replace
            | Operation::Patch
            | Operation::Connect
            | Operation::Disconnect
            | Operation::Delete
            | Operation::ReadSecrets => {
                let body = case.body("first");
                let created = admin.post("/api/connections?secrets=omit", &body).await;
                created.expect_status(202);
            }
            Operation::SwitchPlugin => {
                let off = json!({ "enabled": !case.tls });
                admin.put("/api/plugins/tls", &off).await.expect_status(200);
            }
            _ => {}
        }
        if operation == Operation::Connect {
            let path = format!("/api/connections/{}/disconnect?secrets=omit", case.name);
            admin.post(&path, &Value::Null).await.expect_status(200);
        }
        case
    }

    /// Does it.
    pub(super) async fn perform(&self, haltere: &Haltere, admin: &Client, order: &Path) -> Done {
        let Some((client, request, target)) = self.request(admin) else {
            return self.perform_by_command_line(haltere, order).await;
        };
        match client.try_send(request, &target).await {
            Ok(answer) if answer.status < 400 => Done::Yes,
            Ok(answer) => {
                let (code, message) = answer.expect_status(500).error();
                assert!(matches!(&*code, "NOT_ALLOWED" | "INTERNAL_ERROR"), "{code}");
                assert_eq!(message, "An internal server error occurred");
                Done::Refused
            }
            Err(_) => Done::Silence,
        }
    }

    /// Who sends what where. Answers without secrets, so that nothing else is audited.
    fn request(&self, admin: &Client) -> Option<(Client, RequestBuilder, String)> {
        const ALL: &str = "/api/connections?secrets=omit";
        let name = &self.name;
        let one = format!("/api/connections/{name}");
        let omit = format!("{one}?secrets=omit");
        let (client, method, target, body) = match self.operation {
            Operation::Create | Operation::Overwrite => {
                (admin, Method::POST, ALL.to_owned(), self.body("second"))
            }
            Operation::Replace => (admin, Method::PUT, omit, self.body("second")),
            Operation::Patch => {
                let changes = json!({ "credentials": { "username": "second" } });
                (admin, Method::PATCH, omit, changes)
            }
            Operation::Connect => {
                (admin, Method::POST, format!("{one}/connect?secrets=omit"), Value::Null)
            }
            Operation::Disconnect => {
                (admin, Method::POST, format!("{one}/disconnect?secrets=omit"), Value::Null)
            }
            Operation::Delete => (admin, Method::DELETE, omit, Value::Null),
            Operation::SwitchPlugin => {
                let on = json!({ "enabled": self.tls });
                (admin, Method::PUT, "/api/plugins/tls".to_owned(), on)
            }
            Operation::LogIn => {
                let password = e2e::haltere::admin_password();
                let body = json!({ "username": "admin", "password": password });
                (&self.client, Method::POST, "/auth?json=1".to_owned(), body)
            }
            Operation::LogOut => (&self.client, Method::GET, "/logout".to_owned(), Value::Null),
            Operation::EndSession => {
                let target = format!("/api/profile/sessions/{}", self.handle);
                (&self.elsewhere, Method::DELETE, target, Value::Null)
            }
            Operation::EndOtherSessions => {
                (&self.elsewhere, Method::DELETE, "/api/profile/sessions".to_owned(), Value::Null)
            }
            Operation::ChangePassword => {
                let body = json!({ "oldPassword": secret(name), "password": secret("changed") });
                (&self.client, Method::PUT, "/api/profile".to_owned(), body)
            }
            Operation::ReadSecrets => (admin, Method::GET, one, Value::Null),
            Operation::TestConnection => {
                let body = json!({ "url": self.url });
                (admin, Method::POST, "/api/connection-test".to_owned(), body)
            }
            Operation::AddUser | Operation::SetPassword | Operation::RemoveUser => return None,
        };
        let mut request = client.request(method, &target);
        if body != Value::Null {
            request = request.json(&body);
        }
        Some((client.clone(), request, target))
    }

    async fn perform_by_command_line(&self, haltere: &Haltere, order: &Path) -> Done {
        let name = self.name.as_str();
        let (arguments, password) = match self.operation {
            Operation::AddUser => {
                (vec!["users", "add", name, "--role", "viewer", "--password-stdin"], Some(name))
            }
            Operation::SetPassword => {
                (vec!["users", "passwd", name, "--password-stdin"], Some("changed"))
            }
            _ => (vec!["users", "remove", name], None),
        };
        let environment = [("FAILPOINT_FILE", order.to_str().expect("a plain path"))];
        let password = password.map(secret);
        let output = haltere.cli_with(&arguments, password.as_deref(), &environment).await;
        match output.status.code() {
            Some(0) => Done::Yes,
            Some(_) => Done::Refused,
            None => Done::Silence,
        }
    }

    /// Whether it was done, as far as haltere shows; for what it shows nowhere, what is stored decides.
    pub(super) async fn is_done(
        &self,
        haltere: &Haltere,
        admin: &Client,
        before: &Dump,
        after: &Dump,
    ) -> bool {
        let list = admin.get("/api/connections?secrets=omit").await.expect_status(200).json();
        let connection = find(&list, &self.name);
        let base = haltere.base();
        match self.operation {
            Operation::Create => connection.is_some(),
            Operation::Delete => connection.is_none(),
            Operation::Overwrite | Operation::Replace | Operation::Patch => {
                // With the secret, so that it is seen to be readable.
                let one = admin.get(&format!("/api/connections/{}", self.name)).await;
                let credentials = &one.expect_status(200).json()["credentials"];
                let is_second = credentials["username"] == "second";
                let password = if is_second && self.operation != Operation::Patch {
                    secret("second")
                } else {
                    secret("first")
                };
                assert_eq!(credentials["password"], password);
                is_second
            }
            Operation::Connect | Operation::Disconnect => {
                let down = admin.get("/api/connections?state=inactive&secrets=omit").await;
                let is_down = ids(&down.expect_status(200).json()).contains(&self.name);
                is_down == (self.operation == Operation::Disconnect)
            }
            Operation::SwitchPlugin => {
                let plugins = admin.get("/api/plugins").await.expect_status(200).json();
                find(&plugins, "tls").expect("it is listed")["enabled"] == self.tls
            }
            Operation::LogIn => after.sessions.len() == before.sessions.len() + 1,
            Operation::LogOut | Operation::EndSession | Operation::EndOtherSessions => {
                let validity = self.client.at(&base).get("/validate-session").await;
                validity.json()["valid"] == false
            }
            Operation::ChangePassword | Operation::AddUser => {
                let changed = after.users != before.users;
                if changed {
                    let password = if self.operation == Operation::AddUser {
                        secret(&self.name)
                    } else {
                        secret("changed")
                    };
                    haltere.login(&self.name, &password).await;
                }
                changed
            }
            Operation::SetPassword | Operation::RemoveUser => {
                let has_ended = self.client.at(&base).get("/api/profile").await.status == 401;
                if has_ended && self.operation == Operation::SetPassword {
                    haltere.login(&self.name, &secret("changed")).await;
                }
                has_ended
            }
            Operation::ReadSecrets | Operation::TestConnection => {
                after.audit.len() > before.audit.len()
            }
        }
    }

    fn body(&self, credentials: &str) -> Value {
        let mut body = connection(&self.name, &self.url);
        body["credentials"] = json!({ "username": credentials, "password": secret(credentials) });
        body
    }
}
