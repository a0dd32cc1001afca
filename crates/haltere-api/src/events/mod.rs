//! `GET /api/events`: what changes, as server-sent events.
//!
//! Nothing is queued for a reader. The stream asks for changes only when the last bytes are on their
//! way, and what it then gets is the newest state of each connection: a slow reader misses
//! intermediate states, never the last one. Long events come in pieces.

mod reader;
mod selection;
mod throttle;

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use haltere_app::Invalid;
use haltere_app::events::Gap;
use haltere_core::SelectorError;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::reader::{Reader, Start};
use self::selection::Selection;
use self::throttle::EventThrottle;
use crate::error::{ApiError, ErrorBody};
use crate::extract::label_filter::LabelFilter;
use crate::extract::query_values::WholeNumber;
use crate::extract::{RequestContext, StrictQuery};
use crate::limits::exceeded::QuotaLimits;
use crate::limits::holder;
use crate::response_memory::{PIECE, ResponseCost};
use crate::sse::set_stream_headers;
use crate::state::ApiState;
use crate::wire::connection::WireConnection;

/// When to try again for a stream, in seconds.
const RETRY: u32 = 10;

/// The minimum interval between events, in milliseconds.
type IntervalMillis = WholeNumber<0, 60_000>;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The data of an event `connections`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectionsEvent<'a> {
    /// Whether `changed` holds all connections: those not in it do not exist any more.
    complete: bool,
    /// Connections as they are now, without secrets.
    changed: Vec<WireConnection<'a>>,
    /// The ids of connections that do not exist any more.
    removed: Vec<&'a str>,
}

/// The query of an event stream.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventParams {
    /// The minimum interval between events, in milliseconds
    #[param(inline, example = 1_000)]
    pause: Option<IntervalMillis>,
}

/// Follow changes
///
/// A stream of server-sent events. The first `connections` event holds all connections, the following
/// ones what has changed since; each has an id. A client that comes back with `Last-Event-ID` gets
/// what it has missed, or, when that is not kept any more, an event `gap` and then all connections.
/// An event `plugins` says that a plugin was switched. Passwords and private keys are never in it, and
/// certificates only for callers who may change connections.
///
/// `pause` is the minimum interval between events, at least 20 ms. Short bursts are sent at once; under
/// sustained change, updates are batched and carry only each connection's latest state.
///
/// With `label` the stream is about connections with these labels only. One that gets them is in `changed`, and one that
/// loses them in `removed`, as if it had been created or deleted.
///
/// A token that is limited to labels has the same effect, and its stream always begins with all connections.
///
/// When groups let the caller see other connections than before, the next `connections` event holds all of them. If the
/// caller may see or do less than before, the stream may end first.
///
/// The stream ends with the session or the token, and when haltere shuts down.
#[utoipa::path(
    get,
    path = "/api/events",
    operation_id = "follow_events",
    tag = "Events",
    params(
        EventParams,
        LabelFilter,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event received"),
    ),
    responses(
        (status = 200, description = "The stream; the data of a `connections` event is a `ConnectionsEvent`", content_type = "text/event-stream", body = String,
            example = "id: 1795412400123-42\nevent: connections\ndata: {\"complete\":false,\"changed\":[{\"id\":\"mosquitto-dev\",\"name\":\"Development Server\",\"url\":\"mqtt://broker.example:1883\",\"status\":{\"connected\":true,\"timestamp\":1795412400123,\"state\":\"online\"}}],\"removed\":[]}\n\n"),
        (status = 400, description = "A bad `pause` or `label`", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "pause: must be a whole number from 0 to 60000"})),
        (status = 429, description = "The user, or the address, has too many streams open", body = ErrorBody,
            example = json!({"code": "TOO_MANY_REQUESTS", "message": "You have too many event streams open", "limit": "limits.streams_per_user"})),
        (status = 503, description = "Too many streams are open", body = ErrorBody,
            example = json!({"code": "UNAVAILABLE", "message": "Too many event streams are open", "limit": "limits.streams"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    StrictQuery(params): StrictQuery<EventParams, true>,
    LabelFilter(labels): LabelFilter,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let min_interval = params.pause.map_or(0, WholeNumber::get);
    let slot = state
        .event_streams
        .take(holder::of_context(&context), 1)
        .map_err(|reached| STREAMS.refusal(reached))?;
    // Asked here, where it can be refused: the stream itself waits.
    state.response_memory.take(holder::of_context(&context), PIECE)?;
    let after = headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or_default().parse());
    let (after, missed) = match after {
        None => (None, None),
        Some(Ok(id)) => (Some(id), None),
        // Not one of ours: from another server behind the same name, say.
        Some(Err(_)) => (None, Some(Gap::Restarted)),
    };
    let (labels, after) = match context.visibility().selector() {
        // For a caller who sees connections by their labels, one that loses them is gone. What the client had when it
        // was here last is not known, so it gets everything again.
        Some(selector) => (selector.clone().and(labels).map_err(too_many_terms)?, None),
        None => (labels, after),
    };
    let subscriber = state.app.events().subscribe(&context, after)?;
    let start = if after.is_some() { Start::Resumed } else { Start::Complete(missed) };
    let throttle = EventThrottle::new(Duration::from_millis(min_interval.into()));
    let selection = Selection::new(labels);
    let reader = Reader::new(state, context.0, subscriber, throttle, start, selection, slot);
    let pieces = stream::unfold(reader, |mut reader| async move {
        let piece = reader.next().await?;
        Some((Ok::<_, Infallible>(piece), reader))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    // The memory it holds varies, and is counted when it changes.
    response.extensions_mut().insert(ResponseCost::Charged);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    set_stream_headers(&mut response);
    Ok(response)
}

fn too_many_terms(error: SelectorError) -> ApiError {
    ApiError::invalid_field(Invalid::of("label", &error))
}

const STREAMS: QuotaLimits = QuotaLimits {
    user: ("limits.streams_per_user", "You have too many event streams open"),
    network: ("limits.streams_per_address", "Too many event streams are open from your address"),
    all: ("limits.streams", "Too many event streams are open"),
    retry_after: RETRY,
};

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::{Body, BodyDataStream};
    use futures_util::{FutureExt, StreamExt};
    use haltere_app::Ctx;
    use haltere_app::testing::TestApp;
    use haltere_core::Role;
    use haltere_testkit::Mosquitto;
    use haltere_testkit::wait::{DEADLINE, within};
    use http::Request;
    use serde_json::{Value, json};

    use crate::test_support::{Client, TestApi, closed_port, connection};

    const PATH: &str = "/api/events";

    /// The reading end of a stream.
    struct Reader {
        body: BodyDataStream,
        buffer: String,
    }

    #[derive(Debug)]
    struct Received {
        name: String,
        id: String,
        data: Value,
    }

    impl Reader {
        async fn open(client: &Client, path: &str, last: Option<&str>) -> Self {
            let mut request = Request::get(path);
            if let Some(last) = last {
                request = request.header("last-event-id", last);
            }
            let response = client.open(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["content-type"], "text/event-stream");
            let cache = "private, no-cache, no-store, must-revalidate";
            assert_eq!(response.headers()["cache-control"], cache);
            Self { body: response.into_body().into_data_stream(), buffer: String::new() }
        }

        /// The next event; `None` at the end of the stream.
        async fn next(&mut self) -> Option<Received> {
            loop {
                if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                    let field = |name: &str| {
                        let lines = block.lines().filter_map(|line| line.strip_prefix(name));
                        lines.map(str::trim_start).collect::<String>()
                    };
                    let (name, id, data) = (field("event:"), field("id:"), field("data:"));
                    self.buffer = rest.to_owned();
                    if !name.is_empty() {
                        let data = serde_json::from_str(&data).expect("JSON");
                        return Some(Received { name, id, data });
                    }
                    continue;
                }
                let chunk = within("an event", DEADLINE, self.body.next()).await?;
                self.buffer += std::str::from_utf8(&chunk.expect("a chunk")).expect("UTF-8");
            }
        }

        /// Reads until `accept` likes an event.
        async fn until(&mut self, accept: impl Fn(&Received) -> bool) -> Received {
            loop {
                let event = self.next().await.expect("an event before the end");
                if accept(&event) {
                    return event;
                }
            }
        }
    }

    fn is_online(event: &Received, id: &str) -> bool {
        let changed = event.data["changed"].as_array().map(Vec::as_slice).unwrap_or_default();
        changed.iter().any(|c| c["id"] == id && c["status"]["connected"] == true)
    }

    #[tokio::test]
    async fn everything_first_then_what_changes_and_never_a_secret() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2"});
        assert_eq!(admin.post("/api/connections", body).await.status, 202);

        let mut reader = Reader::open(&admin, PATH, None).await;
        let first = reader.next().await.expect("an event");
        assert_eq!((first.name.as_str(), &first.data["complete"]), ("connections", &json!(true)));
        assert_eq!(first.data["changed"][0]["id"], "a");
        assert!(!first.data.to_string().contains("hunter2") && !first.id.is_empty());

        assert_eq!(
            admin.post("/api/connections", connection("b", &broker.url())).await.status,
            200
        );
        let online = reader.until(|event| is_online(event, "b")).await;
        assert_eq!(online.data["complete"], json!(false));
        assert_eq!(admin.delete("/api/connections/a").await.status, 200);
        let gone = reader.until(|event| event.data["removed"] == json!(["a"])).await;
        assert_ne!(gone.id, online.id);
        admin.put("/api/plugins/user-profile-edit", json!({"enabled": false})).await;
        reader.until(|event| event.name == "plugins").await;
    }

    #[tokio::test]
    async fn unreadable_connections_are_sent_however_large_they_are() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        // Two of them are more than a piece.
        let bundle: String =
            (0..60).map(|n| haltere_testkit::Ca::new(&format!("authority {n}")).pem()).collect();
        for id in ["a", "b"] {
            let mut body = connection(id, &url);
            body["disconnected"] = json!(true);
            body["ca"] = crate::test_support::encoded(&bundle);
            let file =
                json!({"format": "haltere-connections", "formatVersion": 1, "connections": [body]});
            let imported = admin.post("/api/connection-import", file).await;
            assert_eq!(imported.status, 200, "{:.500}", imported.text);
        }
        let mut reader = Reader::open(&admin, PATH, None).await;
        let first = reader.next().await.expect("an event");
        assert_eq!(first.data["changed"].as_array().map(Vec::len), Some(2));

        let mut write = api.app.store.write().await.expect("the store writes");
        for mut row in write.connections().list().await.expect("rows") {
            row.url = "nonsense".to_owned();
            row.revision = row.revision.next();
            write.connections().update(&row).await.expect("an update");
        }
        write.commit().await.expect("a commit");
        let mut sent = std::collections::BTreeSet::new();
        while sent.len() < 2 {
            let event = reader.next().await.expect("an event");
            let changed = event.data["changed"].as_array().into_iter().flatten();
            let broken = changed.filter(|it| it["url"] == "nonsense");
            sent.extend(broken.map(|it| it["id"].to_string()));
        }
    }

    #[tokio::test]
    async fn a_reader_that_asks_for_pauses_gets_few_events_and_the_latest_state() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        admin.post("/api/connections/a/disconnect", json!({})).await;
        let mut paused = Reader::open(&admin, "/api/events?pause=60000", None).await;
        let mut prompt = Reader::open(&admin, "/api/events", None).await;
        for reader in [&mut paused, &mut prompt] {
            assert_eq!(reader.next().await.expect("an event").data["complete"], json!(true));
        }

        let name = |event: &Received| event.data["changed"][0]["name"].clone();
        let mut seen = Vec::new();
        for n in 0..30 {
            let named = json!({"name": format!("name {n}")});
            assert_eq!(admin.patch("/api/connections/a", named.clone()).await.status, 200);
            prompt.until(|event| name(event) == named["name"]).await;
            if n < 5 {
                seen.push(name(&paused.next().await.expect("an event")));
            }
        }
        assert_eq!(seen, ["name 0", "name 1", "name 2", "name 3", "name 4"]);
        // It would get the rest in a minute; a client that resumes gets the latest state at once.
        let nothing = tokio::time::timeout(Duration::from_millis(300), paused.next()).await;
        assert!(nothing.is_err(), "{nothing:?}");

        for bad in ["-1", "60001", "soon", ""] {
            admin.get(&format!("/api/events?pause={bad}")).await.is_refusal(
                400,
                "INVALID",
                "pause: must be a whole number from 0 to 60000",
            );
        }
    }

    #[tokio::test]
    async fn a_reader_that_comes_back_gets_what_it_missed() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let admin = api.admin().await;
        let first = Reader::open(&admin, PATH, None).await.next().await.expect("an event");
        assert_eq!(
            admin.post("/api/connections", connection("a", &broker.url())).await.status,
            200
        );
        let mut resumed = Reader::open(&admin, PATH, Some(&first.id)).await;
        let missed = resumed.until(|event| is_online(event, "a")).await;
        assert_eq!(missed.data["complete"], json!(false));

        for stale in ["1-1", "what?"] {
            let mut reader = Reader::open(&admin, PATH, Some(stale)).await;
            let gap = reader.next().await.expect("an event");
            assert_eq!((gap.name.as_str(), &gap.data["reason"]), ("gap", &json!("restarted")));
            let all = reader.next().await.expect("an event");
            assert_eq!((&all.data["complete"], is_online(&all, "a")), (&json!(true), true));
        }
    }

    #[tokio::test]
    async fn a_reader_cut_off_between_two_events_of_a_moment_misses_neither() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        let mut reader = Reader::open(&admin, PATH, None).await;
        let first = reader.next().await.expect("an event");
        admin.put("/api/plugins/user-profile-edit", json!({"enabled": false})).await;
        assert_eq!(admin.delete("/api/connections/a").await.status, 200);
        let switched = reader.next().await.expect("an event");
        assert_eq!(switched.name, "plugins");
        drop(reader);

        // A client resumes after the last id it has seen.
        let last = if switched.id.is_empty() { first.id } else { switched.id };
        let mut resumed = Reader::open(&admin, PATH, Some(&last)).await;
        resumed.until(|event| event.data["removed"] == json!(["a"])).await;
    }

    #[tokio::test]
    async fn a_stream_opened_while_the_plugin_is_off_gets_everything_once_it_is_on() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        admin.post("/api/connections/a/disconnect", json!({})).await;
        admin.put("/api/plugins/connections-rest-api", json!({"enabled": false})).await;
        let mut reader = Reader::open(&api.role(Role::Viewer).await, PATH, None).await;
        let first = reader.next().await.expect("an event");
        assert_eq!(first.data["changed"], json!([]));

        admin.put("/api/plugins/connections-rest-api", json!({"enabled": true})).await;
        let on = reader.next().await.expect("an event");
        assert_eq!((on.name.as_str(), &on.data["changed"][0]["id"]), ("connections", &json!("a")));
    }

    #[tokio::test]
    async fn who_may_not_see_connections_does_not() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        let mut reader = Reader::open(&api.role(Role::MonitoringViewer).await, PATH, None).await;
        let first = reader.next().await.expect("an event");
        assert_eq!(first.data["changed"], json!([]));
        assert_eq!(api.anonymous().get("/api/events").await.status, 401);
    }

    #[tokio::test]
    async fn a_stream_for_labels_is_about_connections_that_have_them() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        for (id, site) in [("a", "graz"), ("b", "wien"), ("c", "graz")] {
            let mut body = connection(id, &url);
            body["labels"] = json!({ "site": site });
            assert_eq!(admin.post("/api/connections", body).await.status, 202);
            admin.post(&format!("/api/connections/{id}/disconnect"), json!({})).await;
        }
        let label = async |id: &str, site: &str| {
            let patch = json!({"labels": {"site": site}});
            assert_eq!(admin.patch(&format!("/api/connections/{id}"), patch).await.status, 200);
        };
        let ids = |event: &Received| -> Vec<String> {
            let changed = event.data["changed"].as_array().expect("a list").iter();
            changed.map(|it| it["id"].as_str().expect("an id").to_owned()).collect()
        };
        let path = "/api/events?label=site%3Dgraz&label=!x";
        let mut reader = Reader::open(&admin, path, None).await;
        let first = reader.next().await.expect("an event");
        assert_eq!(
            (ids(&first), &first.data["complete"]),
            (vec!["a".to_owned(), "c".to_owned()], &json!(true))
        );

        // What is not selected, and was not, is in no event: the next one is about the last change.
        assert_eq!(admin.delete("/api/connections/b").await.status, 200);
        assert_eq!(admin.post("/api/connections", connection("b", &url)).await.status, 202);
        label("b", "linz").await;
        label("a", "wien").await;
        let left = reader.until(|event| event.data["removed"] == json!(["a"])).await;
        // On a busy machine the status of another one may come with it.
        assert!(!ids(&left).contains(&"b".to_owned()), "{left:?}");
        label("a", "linz").await;
        label("b", "graz").await;
        let came = reader.until(|event| ids(event).contains(&"b".to_owned())).await;
        assert_eq!(came.data["removed"], json!([]));
        assert_eq!(admin.delete("/api/connections/c").await.status, 200);
        let gone = reader.until(|event| event.data["removed"] == json!(["c"])).await;
        drop(reader);

        // The server does not know what a client has that comes back.
        label("b", "linz").await;
        let mut resumed = Reader::open(&admin, path, Some(&came.id)).await;
        let missed = resumed.next().await.expect("an event");
        assert_eq!(
            (missed.data["removed"].as_array().map(Vec::len), &missed.data["complete"]),
            (Some(2), &json!(false))
        );
        let mut resumed = Reader::open(&admin, path, Some(&gone.id)).await;
        let missed = resumed.next().await.expect("an event");
        assert_eq!(missed.data["removed"], json!(["b"]));
        label("b", "wien").await;
        label("a", "graz").await;
        let next = resumed.until(|event| ids(event) == ["a"]).await;
        assert_eq!(next.data["removed"], json!([]), "it is known now that b is gone");

        admin.get("/api/events?label=site%3D-").await.is_refusal(
            400,
            "INVALID",
            "label: character 6: expected the value of a label",
        );
    }

    #[tokio::test]
    async fn hidden_connections_are_in_no_event() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        for id in ["a", "b"] {
            assert_eq!(admin.post("/api/connections", connection(id, &url)).await.status, 202);
        }
        let mut reader = Reader::open(&admin.seeing(["a"]), PATH, None).await;
        let first = reader.next().await.expect("an event");
        assert_eq!(first.data["changed"].as_array().map(Vec::len), Some(1));
        assert_eq!(first.data["changed"][0]["id"], "a");

        admin.post("/api/connections/b/disconnect", json!({})).await;
        for id in ["b", "a"] {
            assert_eq!(admin.delete(&format!("/api/connections/{id}")).await.status, 200);
        }
        let last = reader.until(|event| {
            assert!(!event.data.to_string().contains("\"b\""), "{event:?}");
            event.data["removed"] == json!(["a"])
        });
        last.await;
    }

    #[tokio::test]
    async fn the_stream_ends_with_the_session_and_with_haltere() {
        let api = TestApi::start().await;
        let (leaving, staying) = (api.admin().await, api.admin().await);
        let mut reader = Reader::open(&leaving, PATH, None).await;
        reader.next().await.expect("an event");
        leaving.get("/logout").await;
        assert!(reader.next().await.is_none(), "the session has ended");

        let mut reader = Reader::open(&api.role(Role::Viewer).await, PATH, None).await;
        reader.next().await.expect("an event");
        let (users, other) = (api.app.users_of_another_process().await, Role::Editor.into());
        let viewer = TestApp::user(Role::Viewer);
        users.set_roles(&Ctx::command_line("test"), &viewer, other).await.expect("other roles");
        assert!(reader.next().await.is_none(), "the roles have changed");

        let mut reader = Reader::open(&staying, PATH, None).await;
        reader.next().await.expect("an event");
        api.app.app.begin_shutdown();
        assert!(reader.next().await.is_none(), "haltere shuts down");
    }

    #[tokio::test]
    async fn no_pause_holds_up_the_end() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let mut reader = Reader::open(&admin, "/api/events?pause=60000", None).await;
        reader.next().await.expect("an event");
        // As many as come without a pause, and one that has to wait for its minute.
        for enabled in [false, true, false, true, false] {
            admin.put("/api/plugins/user-profile-edit", json!({"enabled": enabled})).await;
            reader.until(|event| event.name == "plugins").await;
        }
        admin.put("/api/plugins/user-profile-edit", json!({"enabled": true})).await;
        assert!(reader.next().now_or_never().is_none(), "it waits for its minute");
        api.app.app.begin_shutdown();
        assert!(reader.next().await.is_none(), "haltere shuts down");
    }
}
