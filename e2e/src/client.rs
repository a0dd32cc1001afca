//! Talking to a running haltere over HTTP, as a program with a cookie jar does.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Method, RequestBuilder, redirect};
use serde_json::{Value, json};

use crate::contract::{Contract, Described};
use crate::event_stream::EventStream;

const EVENT_STREAM: &str = "text/event-stream";

/// One caller, with a session or without.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
}

/// What came back. It has passed [`Contract::check`].
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Client {
    /// A client without a session. `base` is for example `http://127.0.0.1:8088`.
    pub fn anonymous(base: &str) -> Self {
        Self::from_address(base, Ipv4Addr::LOCALHOST.into())
    }

    /// The same from another address of this machine: all of 127.0.0.0/8 is.
    pub fn from_address(base: &str, address: IpAddr) -> Self {
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(redirect::Policy::none())
            .local_address(address)
            .no_proxy()
            .build()
            .expect("the HTTP client can be built");
        Self { http, base: base.to_owned() }
    }

    /// Logs in and keeps the session; fails when that is refused.
    pub async fn login(&self, username: &str, password: &str) {
        let answer = self.try_login(username, password).await;
        assert_eq!(answer.status, 200, "login of {username} was refused: {}", answer.text());
    }

    /// Tries to log in.
    pub async fn try_login(&self, username: &str, password: &str) -> Answer {
        self.post("/auth?json=1", &json!({ "username": username, "password": password })).await
    }

    /// The same caller with the same session at another address: haltere after a restart.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { http: self.http.clone(), base: base.to_owned() }
    }

    /// `GET`
    pub async fn get(&self, target: &str) -> Answer {
        self.send(self.request(Method::GET, target), target).await
    }

    /// `POST` with JSON.
    pub async fn post(&self, target: &str, body: &Value) -> Answer {
        self.send_json(Method::POST, target, body).await
    }

    /// `PUT` with JSON.
    pub async fn put(&self, target: &str, body: &Value) -> Answer {
        self.send_json(Method::PUT, target, body).await
    }

    /// `PATCH` with JSON.
    pub async fn patch(&self, target: &str, body: &Value) -> Answer {
        self.send_json(Method::PATCH, target, body).await
    }

    /// `DELETE`
    pub async fn delete(&self, target: &str) -> Answer {
        self.send(self.request(Method::DELETE, target), target).await
    }

    /// Any method, with whatever body under `application/json`.
    pub async fn send_raw(&self, method: Method, target: &str, body: impl Into<Body>) -> Answer {
        let request = self.request(method, target).header(CONTENT_TYPE, "application/json");
        self.send(request.body(body), target).await
    }

    /// Any method, without a body.
    pub async fn call(&self, method: &str, target: &str) -> Answer {
        let method = method.parse().expect("a method");
        self.send(self.request(method, target), target).await
    }

    /// A request to add headers to, for [`Client::send`].
    pub fn request(&self, method: Method, target: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{target}", self.base))
    }

    /// Sends `request`, which goes to `target`, and checks what comes back.
    pub async fn send(&self, request: RequestBuilder, target: &str) -> Answer {
        self.try_send(request, target)
            .await
            .unwrap_or_else(|error| panic!("no answer from {target}: {error:?}"))
    }

    /// The same where no answer at all is one of the possibilities: haltere is being killed.
    pub async fn try_send(&self, request: RequestBuilder, target: &str) -> reqwest::Result<Answer> {
        let request = request.build()?;
        let method = request.method().clone();
        let response = self.http.execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let is_stream = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == EVENT_STREAM);
        // A stream has no end to wait for; opening it is all the answer there is.
        let body = if is_stream { Bytes::new() } else { response.bytes().await? };
        let answer = Answer { status, headers, body };
        let content_type = answer.header(CONTENT_TYPE.as_str());
        let described = Described { status, content_type, body: &answer.body };
        Contract::committed().check(method.as_str(), target, &described);
        Ok(answer)
    }

    /// Opens the stream of live events, after the event `last_event_id` if there is one.
    pub async fn events(&self, last_event_id: Option<&str>) -> EventStream {
        let mut request = self.request(Method::GET, "/api/events").header(ACCEPT, EVENT_STREAM);
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        open_stream(request).await
    }

    /// Tests a connection and follows it stage by stage.
    pub async fn test_stream(&self, body: &Value) -> EventStream {
        let request = self.request(Method::POST, "/api/connection-test");
        open_stream(request.header(ACCEPT, EVENT_STREAM).json(body)).await
    }

    /// Imports a file and follows how that goes.
    pub async fn import_stream(&self, file: &Value) -> EventStream {
        let request = self.request(Method::POST, "/api/connection-import");
        open_stream(request.header(ACCEPT, EVENT_STREAM).json(file)).await
    }

    async fn send_json(&self, method: Method, target: &str, body: &Value) -> Answer {
        self.send_raw(method, target, body.to_string()).await
    }
}

async fn open_stream(request: RequestBuilder) -> EventStream {
    let response = request.send().await.expect("the event stream answers");
    assert_eq!(response.status(), 200, "the event stream was refused");
    assert_eq!(response.headers()[CONTENT_TYPE], EVENT_STREAM);
    EventStream::new(response)
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the answer is no JSON ({error}): {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header, empty when it is missing or no text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The answer, when it has this status; fails showing it when not.
    #[expect(clippy::return_self_not_must_use, reason = "the check alone is worth calling it for")]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// `code` and `message` of an error.
    pub fn error(&self) -> (String, String) {
        let body = self.json();
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        (text("code"), text("message"))
    }
}
