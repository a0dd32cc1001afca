//! `?secrets=include` and `?secrets=omit`

use haltere_app::connections::Secrets;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Whether passwords and private keys are wanted; the application decides whether the caller may see them.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SecretsWanted)]
pub(crate) enum SecretsParam {
    Omit,
    Include,
}

impl From<SecretsParam> for Secrets {
    fn from(param: SecretsParam) -> Self {
        match param {
            SecretsParam::Omit => Self::Omit,
            SecretsParam::Include => Self::Include,
        }
    }
}

/// The query of an operation that answers with connections.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SecretsQuery {
    /// `omit` leaves passwords and private keys out of the response
    #[param(inline)]
    secrets: Option<SecretsParam>,
}

impl SecretsQuery {
    /// The wish of the client; by default, secrets are included.
    pub(super) fn wanted(&self) -> Secrets {
        self.secrets.map_or(Secrets::Include, Secrets::from)
    }
}

#[cfg(test)]
mod tests {
    use haltere_app::SecretsPolicy;
    use haltere_core::Role;
    use haltere_testkit::wait::{DEADLINE, until};
    use haltere_testkit::{Mosquitto, Peer};
    use serde_json::{Value, json};

    use crate::test_support::{TestApi, closed_port, connection};

    async fn write_only() -> TestApi {
        TestApi::start_with(|config| config.settings.secrets = SecretsPolicy::WriteOnly).await
    }

    #[tokio::test]
    async fn write_only_secrets_are_never_returned() {
        let api = write_only().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2"});
        let created = admin.post("/api/connections", body).await;
        assert_eq!(created.status, 202);
        for response in [
            created,
            admin.get("/api/connections?secrets=include").await,
            admin.get("/api/connections/a").await,
            admin.post("/api/connections/a/disconnect", json!({})).await,
        ] {
            assert!(!response.text.contains("hunter2"), "{}", response.text);
            assert!(response.text.contains("\"username\":\"u\""), "{}", response.text);
        }
    }

    /// Every way to make haltere dial another address with stored credentials, tried by a user who may change
    /// connections and does not know the password.
    #[tokio::test]
    async fn a_write_only_secret_goes_nowhere_else_than_it_was_entered_for() {
        const AGAIN: &str = "credentials.password: must be given again, because the stored one was entered for another url";
        let (api, listener) = (write_only().await, Peer::healthy().await);
        let broker = Mosquitto::builder().user("u", "hunter2").start().await;
        let (admin, manager) = (api.admin().await, api.role(Role::ConnectionManager).await);
        let mut body = connection("a", &broker.url());
        body["credentials"] = json!({"username": "u", "password": "hunter2"});
        assert_eq!(admin.post("/api/connections", body.clone()).await.status, 200);
        let before = admin.get("/api/connections/a").await.json();

        let away = json!({"url": listener.url("mqtt")});
        let path = "/api/connections/a";
        manager.patch(path, away.clone()).await.is_refusal(400, "INVALID", AGAIN);
        let mut whole = connection("a", &listener.url("mqtt"));
        whole["credentials"] = json!({"username": "u"});
        manager.put(path, whole.clone()).await.is_refusal(400, "INVALID", AGAIN);
        let test = "/api/connection-test?connection=a";
        manager.post(test, away.clone()).await.is_refusal(400, "INVALID", AGAIN);
        let after = admin.get(path).await.json();
        for field in ["url", "credentials"] {
            assert_eq!(after[field], before[field], "{field}: nothing is stored");
        }
        assert_eq!(listener.connections(), 0, "nothing was dialled");

        // The same place, and another user there, are no other place.
        let spelled = json!({"url": format!("{}/", broker.url())});
        let tested = manager.post(test, spelled.clone()).await.json();
        assert_eq!(tested["connected"], true, "{tested}");
        assert_eq!(manager.patch(path, spelled).await.status, 200);

        // A create that overwrites takes nothing over; neither does deleting and creating again.
        let (dead, _port) = closed_port();
        let known = json!({"username": "u", "password": "hunter2"});
        let moved = manager.patch(path, json!({"url": dead, "credentials": known})).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        until("the dial to fail", DEADLINE, async || {
            let shown = admin.get(path).await.json();
            shown["status"].get("error").map(drop)
        })
        .await;
        let overwritten = manager.post("/api/connections", whole.clone()).await;
        assert_eq!(overwritten.status, 200, "{}", overwritten.text);
        assert_eq!(manager.delete(path).await.status, 200);
        assert_eq!(manager.post("/api/connections", whole).await.status, 200);
        assert!(listener.connects().iter().all(|connect| connect.password.is_none()));

        // Secrets that come with the edit go where it says.
        let given = json!({"url": listener.url("mqtt"), "credentials": {"password": "other"}});
        assert_eq!(manager.patch(path, given).await.status, 200);
        until("the new password", DEADLINE, async || {
            let connects = listener.connects();
            connects.iter().any(|it| it.password.as_deref() == Some(b"other")).then_some(())
        })
        .await;
    }

    #[tokio::test]
    async fn a_broker_can_not_send_a_secret_elsewhere() {
        let (api, listener) = (TestApi::start().await, Peer::healthy().await);
        let (admin, elsewhere) = (api.admin().await, listener.address());
        let found = format!(
            "HTTP/1.1 302 Found\r\nLocation: ws://{elsewhere}/\r\nContent-Length: 0\r\n\r\n"
        );
        let redirecting = Peer::script().read_http_head().send(found).close().start().await;
        // MQTT 5, 3.2: use another server, and which (property 28).
        let name = elsewhere.to_string();
        let length = u8::try_from(name.len()).expect("short");
        let mut moved = vec![0x20, length + 6, 0, 0x9c, length + 3, 28, 0, length];
        moved.extend_from_slice(name.as_bytes());
        let referring = Peer::script().read_connect().send(moved).close().start().await;
        for (url, code) in [
            (redirecting.url("ws"), "ERR_WEBSOCKET_UPGRADE"),
            (referring.url("mqtt"), "USE_ANOTHER_SERVER"),
        ] {
            let credentials = json!({"username": "u", "password": "hunter2"});
            let body = json!({"url": url, "credentials": credentials});
            let report = admin.post("/api/connection-test", body).await.json();
            assert_eq!(report["error"]["code"], code, "{report}");
        }
        assert_eq!(listener.connections(), 0);
    }

    #[tokio::test]
    async fn where_secrets_are_readable_an_edit_takes_them_along() {
        let (api, listener) = (TestApi::start().await, Peer::healthy().await);
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let mut body: Value = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2"});
        assert_eq!(admin.post("/api/connections", body).await.status, 202);
        let moved = json!({"url": listener.url("mqtt")});
        assert_eq!(admin.patch("/api/connections/a", moved).await.status, 200);
        until("the password", DEADLINE, async || {
            let connects = listener.connects();
            connects.iter().any(|it| it.password.as_deref() == Some(b"hunter2")).then_some(())
        })
        .await;
    }
}
