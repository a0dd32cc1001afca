//! Sessions end when they have to, everywhere: for requests, pages, event streams and what is still on its way.

use std::time::{Duration, Instant};

use bytes::Bytes;
use e2e::haltere::admin_password;
use e2e::{Answer, Client, DEADLINE, EventStream, Haltere, Options, eventually, secret};
use futures_util::stream::{self, StreamExt as _};
use haltere_core::{Role, UserName};
use haltere_store::{Store as _, Transactions as _, UserRecord};
use reqwest::{Body, Method};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::audit::open;

/// The time before the end of a session in which a test no longer uses it.
const MARGIN: Duration = Duration::from_millis(500);

const NAME: &str = "max";
const LIST: &str = "/api/connections";
const SESSIONS: &str = "/api/profile/sessions";

/// How a session comes to its end.
#[derive(Debug, Clone, Copy)]
enum End {
    Logout,
    OwnPassword,
    NewPassword,
    Roles,
    Removal,
    /// By its handle.
    FromTheList,
    /// Together with all others.
    AllOthers,
}

impl End {
    /// Ends the session of `client` and returns as soon as that is answered.
    async fn bring_about(self, haltere: &Haltere, client: &Client) {
        match self {
            Self::Logout => {
                client.get("/logout").await.expect_status(302);
            }
            Self::OwnPassword => {
                let elsewhere = haltere.login(NAME, &secret(NAME)).await;
                let body = json!({ "oldPassword": secret(NAME), "password": secret("new") });
                elsewhere.put("/api/profile", &body).await.expect_status(200);
                elsewhere.get("/api/profile").await.expect_status(200);
            }
            Self::NewPassword => {
                run(haltere, &["users", "passwd", NAME, "--password-stdin"], &secret("new")).await;
            }
            Self::Roles => demote(haltere).await,
            Self::Removal => run(haltere, &["users", "remove", NAME], "").await,
            Self::FromTheList => {
                let elsewhere = haltere.login(NAME, &secret(NAME)).await;
                let sessions = client.get(SESSIONS).await.expect_status(200).json();
                let list = sessions.as_array().expect("a list");
                let of_client = list.iter().find(|it| it["current"] == true).expect("it is listed");
                let id = of_client["id"].as_str().expect("an id");
                elsewhere.delete(&format!("{SESSIONS}/{id}")).await.expect_status(200);
                elsewhere.get("/api/profile").await.expect_status(200);
            }
            Self::AllOthers => {
                let elsewhere = haltere.login(NAME, &secret(NAME)).await;
                let left = elsewhere.delete(SESSIONS).await.expect_status(200).json();
                assert_eq!(left.as_array().map(Vec::len), Some(1));
                elsewhere.get("/api/profile").await.expect_status(200);
            }
        }
    }
}

async fn run(haltere: &Haltere, arguments: &[&str], stdin: &str) {
    let output = haltere.cli(arguments, Some(stdin)).await;
    assert!(output.status.success(), "{output:?}");
}

/// As another process does it.
async fn demote(haltere: &Haltere) {
    let store = open(haltere).await;
    let mut tx = store.write().await.expect("a write begins");
    let name = UserName::parse(NAME).expect("a name");
    let user = tx.users().find(&name).await.expect("read").expect("the user is there");
    let user = UserRecord { roles: Role::Viewer.into(), ..user };
    tx.users().update(&user).await.expect("written");
    tx.sessions().delete_of(&name, None).await.expect("written");
    tx.commit().await.expect("committed");
    store.close().await;
}

/// A request whose body never ends.
fn trickle(client: &Client, method: &Method, target: &'static str) -> JoinHandle<Answer> {
    let (client, method) = (client.clone(), method.clone());
    let begin = Bytes::from_static(b"{\"id\": \"late\", \"name\": \"Late\",");
    let body = stream::iter([Ok::<_, std::io::Error>(begin)]).chain(stream::pending());
    tokio::spawn(async move { client.send_raw(method, target, Body::wrap_stream(body)).await })
}

async fn follow(client: &Client) -> EventStream {
    let mut events = client.events(None).await;
    events.next().await.expect("it is open");
    events
}

#[tokio::test]
async fn whatever_ends_a_session_ends_it_everywhere() {
    for end in [
        End::Logout,
        End::OwnPassword,
        End::NewPassword,
        End::Roles,
        End::Removal,
        End::FromTheList,
        End::AllOthers,
    ] {
        let mut haltere = Haltere::start().await;
        let client = haltere.user(NAME, &["connectionManager", "admin"]).await;
        let admin = haltere.admin().await;
        let late = [
            trickle(&client, &Method::POST, LIST),
            trickle(&client, &Method::POST, "/api/connection-import"),
            trickle(&client, &Method::PUT, "/api/plugins/tls"),
        ];
        let mut others = follow(&admin).await;
        let mut streams = [follow(&client).await, follow(&client).await];

        end.bring_about(&haltere, &client).await;
        eventually("the session is refused", async || {
            (client.get("/api/profile").await.status == 401).then_some(())
        })
        .await;
        for stream in &mut streams {
            assert!(stream.ends_within(DEADLINE).await, "{end:?}: an event stream goes on");
        }
        for request in late {
            let answer = request.await.expect("no panic");
            assert_eq!(answer.status, 401, "{end:?}: {}", answer.text());
        }
        client.get("/api/profile").await.expect_status(401);
        assert_eq!(client.get("/validate-session").await.json(), json!({ "valid": false }));
        assert_eq!(admin.get(LIST).await.json(), json!([]), "{end:?}: what came late was stored");
        assert!(!others.ends_within(Duration::from_millis(50)).await, "{end:?}: others end, too");

        // And for good.
        haltere.kill().await;
        haltere.restart().await;
        client.at(&haltere.base()).get("/api/profile").await.expect_status(401);
        admin.at(&haltere.base()).get("/api/profile").await.expect_status(200);
        haltere.stop().await;
    }
}

#[tokio::test]
async fn a_session_that_an_attacker_has_chosen_is_never_used() {
    let mut haltere = Haltere::start().await;
    let cookie = |answer: &Answer| {
        let cookie = answer.header("set-cookie");
        cookie.split(';').next().unwrap_or_default().to_owned()
    };
    let attacker = haltere.anonymous();
    haltere.user("eve", &["viewer"]).await;
    let of_attacker = cookie(&attacker.try_login("eve", &secret("eve")).await.expect_status(200));
    assert!(of_attacker.starts_with("haltere.sid="), "{of_attacker}");
    let invented = format!("haltere.sid={}", "A".repeat(43));

    for planted in [&of_attacker, &invented] {
        let victim = haltere.anonymous();
        let body = json!({ "username": "admin", "password": admin_password() });
        let target = "/auth?json=1";
        let request = victim.request(Method::POST, target).header("Cookie", planted).json(&body);
        let given = cookie(&victim.send(request, target).await.expect_status(200));
        assert_ne!(&given, planted, "a login begins a session of its own");

        let who = async |cookie: &str| {
            let client = haltere.anonymous();
            let request = client.request(Method::GET, "/api/profile").header("Cookie", cookie);
            let answer = client.send(request, "/api/profile").await;
            (answer.status == 200).then(|| answer.json()["username"].clone())
        };
        assert_eq!(who(&given).await, Some(json!("admin")));
        assert_ne!(who(planted).await, Some(json!("admin")), "{planted}");
    }
    haltere.stop().await;
}

/// Whether the session of an administrator lasts as long as it should, and then ends.
async fn lasts(haltere: &Haltere, span: Duration, is_used: bool) {
    let before = Instant::now();
    let client = haltere.admin().await;
    let mut events = follow(&client).await;
    while is_used && before.elapsed() + MARGIN < span {
        client.get("/api/profile").await.expect_status(200);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(events.ends_within(span + DEADLINE).await, "the stream goes on");
    assert!(before.elapsed() >= span, "it ended after {:?} already", before.elapsed());
    client.get("/api/profile").await.expect_status(401);
    haltere.admin().await.get("/api/profile").await.expect_status(200);
}

const SPAN: Duration = Duration::from_secs(3);

#[tokio::test]
async fn an_unused_session_ends_and_following_events_is_no_use_of_it() {
    let mut haltere = Options::default().env("HALTERE_SESSIONS_IDLE", "3s").start().await;
    lasts(&haltere, SPAN, false).await;
    haltere.stop().await;
}

#[tokio::test]
async fn an_old_session_ends_however_busy_it_is() {
    let mut haltere = Options::default().env("HALTERE_SESSIONS_ABSOLUTE", "3s").start().await;
    lasts(&haltere, SPAN, true).await;
    haltere.stop().await;
}
