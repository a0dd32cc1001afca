//! What several promises need.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use e2e::{Client, eventually};
use serde_json::{Value, json};

/// The body of a connection with a name of its own.
pub(crate) fn connection(id: &str, url: &str) -> Value {
    json!({ "id": id, "name": format!("Broker {id}"), "url": url })
}

/// PEM as the API takes it.
pub(crate) fn pem(text: &str) -> Value {
    json!({ "data": BASE64_STANDARD.encode(text), "encoding": "base64" })
}

/// The connection with this id in an array of them.
pub(crate) fn find<'a>(list: &'a Value, id: &str) -> Option<&'a Value> {
    list.as_array().expect("an array of connections").iter().find(|one| one["id"] == id)
}

/// The ids in an array of connections, in its order.
pub(crate) fn ids(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("an array of connections");
    list.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

/// Waits until the connection is up.
pub(crate) async fn until_connected(client: &Client, id: &str) {
    eventually(&format!("{id} is connected"), async || {
        let answer = client.get(&format!("/api/connections/{id}?secrets=omit")).await;
        (answer.json()["status"]["connected"] == true).then_some(())
    })
    .await;
}

/// Waits until the connection has failed, and returns the code.
pub(crate) async fn until_failed(client: &Client, id: &str) -> String {
    eventually(&format!("{id} has failed"), async || {
        let answer = client.get(&format!("/api/connections/{id}?secrets=omit")).await;
        answer.json()["status"]["error"]["code"].as_str().map(str::to_owned)
    })
    .await
}

/// What a page links to or loads, without what it holds itself.
pub(crate) fn links(page: &str) -> Vec<String> {
    let values = |attribute: &'static str| page.split(attribute).skip(1);
    let values = values(" href=\"").chain(values(" src=\""));
    let links = values.filter_map(|rest| rest.split('"').next());
    links.filter(|link| !link.starts_with("data:")).map(str::to_owned).collect()
}
