//! A corrupt stored connection: listed, named in the log, and easy to get rid of.

use e2e::{Options, secret};
use haltere_core::ConnectionId;
use haltere_store::{Sealed, Store as _, Transactions as _};
use haltere_testkit::Mosquitto;
use serde_json::json;

use crate::audit::open;
use crate::support::{connection, find, until_connected};

#[tokio::test]
async fn a_row_that_cannot_be_read_is_listed_without_a_status_and_can_be_deleted() {
    let broker = Mosquitto::plain().await;
    let options = Options::default().expect_complaint("can't be read");
    let mut haltere = options.start().await;
    let admin = haltere.admin().await;
    let mut body = connection("damaged", &broker.url());
    body["credentials"] = json!({ "username": "u", "password": secret("broker") });
    admin.post("/api/connections", &body).await.expect_status(200);
    admin.post("/api/connections", &connection("sound", &broker.url())).await.expect_status(200);
    haltere.stop().await;

    let store = open(&haltere).await;
    let mut write = store.write().await.expect("a write begins");
    let id = ConnectionId::parse("damaged").expect("an id");
    let mut row =
        write.connections().find(&id).await.expect("it can be asked for").expect("it is there");
    row.password = Some(Sealed(b"not what the vault has sealed".to_vec()));
    write.connections().update(&row).await.expect("it is changed");
    write.commit().await.expect("and kept");
    store.close().await;

    haltere.restart().await;
    haltere.log().until("a stored connection can't be read").await;
    let admin = admin.at(&haltere.base());
    until_connected(&admin, "sound").await;
    let list = admin.get("/api/connections").await.expect_status(200).json();
    let damaged = find(&list, "damaged").expect("it is listed all the same");
    assert_eq!((damaged.get("status"), &damaged["url"]), (None, &json!(broker.url())));

    let answer = admin.post("/api/connections", &body).await.expect_status(500);
    let message = "Connection already exists but status of the connection not found. Config file might be malformed";
    assert_eq!(answer.error(), ("NOT_ALLOWED".to_owned(), message.to_owned()));
    admin.delete("/api/connections/damaged").await.expect_status(200);
    admin.post("/api/connections", &body).await.expect_status(200);
    haltere.stop().await;
}
