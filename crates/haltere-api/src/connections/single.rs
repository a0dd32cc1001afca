//! A response that is one connection.

use std::convert::Infallible;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use haltere_app::connections::ConnectionView;
use http::header::ETAG;
use http::{HeaderValue, StatusCode};

use super::list_cache::estimated_size;
use crate::error::{json_bytes, to_json};
use crate::response_memory::{ResponseCost, SMALL};
use crate::wire::connection::WireConnection;

/// The connection, under the tag of its stored version.
pub(super) fn response(view: ConnectionView) -> Response {
    let tag = format!("\"{}\"", view.entry.tag().as_str());
    let tag = HeaderValue::try_from(tag).expect("hexadecimal digits and quotes");
    let mut response = about(StatusCode::OK, view, |view| to_json(&WireConnection::from(view)));
    response.headers_mut().insert(ETAG, tag);
    response
}

/// A response with one connection. One with large certificates is written when there is memory for it.
pub(super) fn about(
    status: StatusCode,
    view: ConnectionView,
    write: impl FnOnce(&ConnectionView) -> Vec<u8> + Send + 'static,
) -> Response {
    let size = estimated_size(&view);
    if size <= SMALL {
        return json_bytes(status, write(&view));
    }
    let body = stream::once(async move { Ok::<_, Infallible>(Bytes::from(write(&view))) });
    let mut response = json_bytes(status, Body::from_stream(body));
    response.extensions_mut().insert(ResponseCost::AtMost(size));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use haltere_core::Role;
    use http::{Method, Request};
    use serde_json::{Value, json};

    use crate::test_support::{Client, TestApi, TestResponse, closed_port, connection};

    const PATH: &str = "/api/connections/a";
    const OUTDATED: &str = "The connection was changed meanwhile: If-Match names none of its present version. Get it again, and repeat the change on that";

    async fn send(
        client: &Client,
        method: Method,
        path: &str,
        tag: &str,
        body: &Value,
    ) -> TestResponse {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("if-match", tag);
        client.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    fn tag(response: &TestResponse) -> String {
        let tag = response.header("etag").expect("a tag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "strong: {tag}");
        tag
    }

    #[tokio::test]
    async fn a_change_under_if_match_is_of_the_version_seen_or_none() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        let seen = tag(&admin.get(PATH).await);
        assert_eq!(seen, tag(&admin.get(&format!("{PATH}?secrets=omit")).await));
        assert_eq!(seen, tag(&api.role(Role::Viewer).await.get(PATH).await));

        let rename = json!({"name": "B"});
        let renamed = send(&admin, Method::PATCH, PATH, &seen, &rename).await;
        assert_eq!(renamed.status, 200, "{}", renamed.text);
        let now = tag(&renamed);
        assert_ne!(seen, now);
        assert_eq!(now, tag(&admin.get(PATH).await));

        let whole = connection("a", &url);
        let (connect, disconnect) = (format!("{PATH}/connect"), format!("{PATH}/disconnect"));
        let trail = api.app.audit().await;
        for stale in [seen.clone(), format!("\"x\", {seen}"), format!("W/{now}")] {
            for (method, path, body) in [
                (Method::PATCH, PATH, &rename),
                (Method::PUT, PATH, &whole),
                (Method::DELETE, PATH, &Value::Null),
                (Method::POST, &connect, &Value::Null),
                (Method::POST, &disconnect, &Value::Null),
            ] {
                let refused = send(&admin, method, path, &stale, body).await;
                refused.is_refusal(412, "PRECONDITION_FAILED", OUTDATED);
            }
        }
        let refused = send(&admin, Method::PATCH, PATH, &seen, &rename).await.json();
        let change = &refused["lastChange"];
        assert_eq!((&change["by"], &change["fields"]), (&json!("admin"), &json!(["name"])));
        assert!(change["at"].is_string(), "{change}");
        for malformed in ["", "abc", "\"a", "*, \"a\""] {
            let refused = send(&admin, Method::PATCH, PATH, malformed, &rename).await;
            let why = "If-Match: must be * or a list of entity tags, each between double quotes";
            refused.is_refusal(400, "INVALID", why);
        }
        assert_eq!((tag(&admin.get(PATH).await), api.app.audit().await), (now.clone(), trail));

        let list = format!("\"x\", {now}");
        let now = tag(&send(&admin, Method::POST, &disconnect, &list, &Value::Null).await);
        let up = tag(&send(&admin, Method::POST, &connect, &now, &Value::Null).await);
        let replaced = send(&admin, Method::PUT, PATH, &up, &whole).await;
        assert_eq!(replaced.status, 200, "{}", replaced.text);
        assert_ne!(tag(&replaced), up);
        // Without a condition as ever, and any version there is.
        assert_eq!(admin.patch(PATH, rename.clone()).await.status, 200);
        assert_eq!(send(&admin, Method::PATCH, PATH, "*", &json!({"name": "C"})).await.status, 200);
        let now = tag(&admin.get(PATH).await);
        let deleted = send(&admin, Method::DELETE, PATH, &now, &Value::Null).await;
        assert_eq!((deleted.status.as_u16(), deleted.header("etag")), (200, None));
        // A connection that is gone is a 404, whatever version was named.
        let gone = send(&admin, Method::DELETE, PATH, &now, &Value::Null).await;
        gone.is_refusal(404, "NOT_FOUND", "Connection not found");
    }

    #[tokio::test]
    async fn roles_and_bodies_are_judged_before_versions() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        let viewer = api.role(Role::Viewer).await;
        let refused = send(&viewer, Method::PATCH, PATH, "\"x\"", &json!({"name": "B"})).await;
        refused.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        let refused = send(&admin, Method::PATCH, PATH, "\"x\"", &json!({"url": null})).await;
        refused.is_refusal(400, "INVALID", "url: can't be removed");
        // A status is in the response, so an unchanged version does not mean an unchanged response.
        let seen = tag(&admin.get(PATH).await);
        let again = Request::get(PATH).header("if-none-match", seen).body(Body::empty());
        assert_eq!(admin.send(again.expect("a request")).await.status, 200);
    }
}
