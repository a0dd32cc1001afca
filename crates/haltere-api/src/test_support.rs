//! The real router on a real app, spoken to in process. Each response is compared with the description
//! of the API: a status, type or body it doesn't know fails the test that met it.

use std::net::SocketAddr;
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use haltere_app::Ctx;
use haltere_app::policy::Visibility;
use haltere_app::testing::{TestApp, TestConfig};
use haltere_core::Role;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, RETRY_AFTER};
use http::{Extensions, HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::spelling::Spellings;
use crate::state::ApiState;
use crate::{ApiOptions, LIMITS};

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(crate::openapi()).expect("JSON"));

static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| Spellings::new(&crate::openapi()));

/// haltere, as its clients see it.
pub(crate) struct TestApi {
    pub(crate) app: TestApp,
    pub(crate) state: ApiState,
    router: Router,
}

/// A client that sends requests.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    cookie: Option<String>,
    /// An application token.
    bearer: Option<String>,
    address: Option<SocketAddr>,
    visibility: Visibility,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct TestResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl TestApi {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With options of the HTTP side.
    pub(crate) async fn start_as(options: ApiOptions) -> Self {
        Self::start_both(|_| {}, options).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut TestConfig)) -> Self {
        Self::start_both(change, ApiOptions::default()).await
    }

    pub(crate) async fn start_both(
        change: impl FnOnce(&mut TestConfig),
        options: ApiOptions,
    ) -> Self {
        Self::on(TestApp::start_with(change).await, options)
    }

    fn on(app: TestApp, options: ApiOptions) -> Self {
        let (router, state) = crate::router_and_state(app.app.clone(), options);
        Self { app, state, router }
    }

    /// The user with `role`, logged in.
    pub(crate) async fn role(&self, role: Role) -> Client {
        let token = self.app.token(role).await;
        let cookie = format!("haltere.sid={}", token.expose());
        Client {
            router: self.router.clone(),
            cookie: Some(cookie),
            bearer: None,
            address: None,
            visibility: Visibility::ALL,
        }
    }

    /// Shuts down and starts again on the same database.
    pub(crate) async fn restart(self) -> Self {
        Self::on(self.app.restart().await, ApiOptions::default())
    }

    pub(crate) async fn restart_with(self, change: impl FnOnce(&mut TestConfig)) -> Self {
        Self::on(self.app.restart_with(change).await, ApiOptions::default())
    }

    pub(crate) async fn admin(&self) -> Client {
        self.role(Role::Admin).await
    }

    /// A client that is not logged in.
    pub(crate) fn anonymous(&self) -> Client {
        Client {
            router: self.router.clone(),
            cookie: None,
            bearer: None,
            address: None,
            visibility: Visibility::ALL,
        }
    }

    /// A program with this application token.
    pub(crate) fn with_bearer(&self, token: &str) -> Client {
        Client { bearer: Some(token.to_owned()), ..self.anonymous() }
    }

    /// A client with a cookie of its own.
    pub(crate) fn with_cookie(&self, cookie: &str) -> Client {
        Client {
            router: self.router.clone(),
            cookie: Some(cookie.to_owned()),
            bearer: None,
            address: None,
            visibility: Visibility::ALL,
        }
    }
}

impl Client {
    /// The same from an address of its own.
    pub(crate) fn at(&self, network: u8) -> Self {
        let address = Some(SocketAddr::from(([192, 0, 2, network], 40_000)));
        Self { address, ..self.clone() }
    }

    /// The same user, who may see only the connections with these ids.
    pub(crate) fn seeing<const N: usize>(&self, ids: [&str; N]) -> Self {
        Self { visibility: Visibility::of(ids), ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn delete(&self, path: &str) -> TestResponse {
        self.send(Request::delete(path).body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> TestResponse {
        self.json(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> TestResponse {
        self.json(Method::PUT, path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> TestResponse {
        self.json(Method::PATCH, path, body).await
    }

    pub(crate) async fn json(&self, method: Method, path: &str, body: Value) -> TestResponse {
        self.text(method, path, "application/json", &body.to_string()).await
    }

    pub(crate) async fn text(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: &str,
    ) -> TestResponse {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(CONTENT_TYPE, content_type).header(ACCEPT, "*/*");
        self.send(request.body(Body::from(body.to_owned())).expect("a request")).await
    }

    /// Sends any request, with the cookie, and checks the response against the description.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> TestResponse {
        name_host(&mut request);
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let path = SPELLINGS.canonical(&path).unwrap_or(path);
        let response = self.send_as_it_is(request).await;
        check_against_description(&method, &path, &response);
        check_limit(&path, &response);
        response
    }

    /// Sends any request, with the cookie but without a `Host` of ours.
    pub(crate) async fn send_as_it_is(&self, request: Request<Body>) -> TestResponse {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.call(request).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let response = TestResponse { status: parts.status, headers: parts.headers, text };
        assert!(response.headers.contains_key("x-request-id"), "{method} {path}: no request id");
        response
    }

    /// Sends any request, with the cookie; the body is left to the caller.
    pub(crate) async fn open(&self, mut request: Request<Body>) -> axum::response::Response {
        name_host(&mut request);
        self.call(request).await
    }

    async fn call(&self, mut request: Request<Body>) -> axum::response::Response {
        if let Some(cookie) = &self.cookie {
            let cookie = cookie.parse().expect("a cookie");
            request.headers_mut().insert(COOKIE, cookie);
        }
        if let Some(token) = &self.bearer {
            let value = format!("Bearer {token}").parse().expect("a header");
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(address));
        }
        request.extensions_mut().insert(self.visibility.clone());
        self.router.clone().oneshot(request).await.expect("infallible")
    }
}

/// The gate asks it: today the policy itself hides nothing from anyone.
pub(crate) fn limited_by_the_test(context: Ctx, extensions: &Extensions) -> Ctx {
    match extensions.get::<Visibility>() {
        Some(only) if only.is_limited() => context.seeing(only.clone()),
        _ => context,
    }
}

/// As every client does.
fn name_host(request: &mut Request<Body>) {
    request.headers_mut().entry(HOST).or_insert(HeaderValue::from_static("haltere.test"));
}

impl TestResponse {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in {:?}: {}", self.status, self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    /// Asserts status, code and message of a refusal.
    #[track_caller]
    pub(crate) fn is_refusal(&self, status: u16, code: &str, message: &str) {
        let body = self.json();
        let given = (self.status.as_u16(), &body["code"], &body["message"]);
        assert_eq!(given, (status, &json!(code), &json!(message)), "{}", self.text);
    }

    /// The ids in a list of connections.
    pub(crate) fn ids(&self) -> Vec<String> {
        let list = self.json();
        let list = list.as_array().unwrap_or_else(|| panic!("not a list: {}", self.text));
        list.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }
}

/// A refusal because of a limit names the limit.
fn check_limit(path: &str, response: &TestResponse) {
    if path == "/readyz" || !matches!(response.status.as_u16(), 429 | 503) {
        return;
    }
    assert!(response.headers.contains_key(RETRY_AFTER), "{path}: {:?}", response.headers);
    let body = response.json();
    if body["code"] == "AUDIT_UNAVAILABLE" {
        return;
    }
    let limit = body["limit"].as_str().unwrap_or_else(|| panic!("{path}: {}", response.text));
    assert!(LIMITS.contains(&limit), "{path}: {limit}");
}

fn check_against_description(method: &Method, path: &str, received: &TestResponse) {
    let method = method.as_str().to_lowercase();
    let Some(operation) = find(path).and_then(|item| item.get(&method)) else { return };
    let described = format!("{method} {path} {}", received.status.as_u16());
    let response = &operation["responses"][received.status.as_str()];
    assert!(response.is_object(), "{described} is not in the description: {}", received.text);
    let Some(content) = response["content"].as_object() else {
        assert!(received.text.is_empty(), "{described}: an undocumented body: {}", received.text);
        return;
    };
    let content_type = received.header("content-type").unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    let described_type = content.get(essence);
    let media = described_type.unwrap_or_else(|| panic!("{described}: {essence} is not described"));
    if essence == "application/json" && media.get("schema").is_some() {
        let mut schema = media["schema"].clone();
        schema["components"] = DOCUMENT["components"].clone();
        let errors = violations(&schema, &received.json());
        assert!(errors.is_empty(), "{described}: {errors:?}\n{}", received.text);
    }
}

/// What is wrong with `instance` by `schema`.
pub(crate) fn violations(schema: &Value, instance: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).expect("a schema");
    validator
        .iter_errors(instance)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// The description of the path that `path` is an instance of; literal paths first.
fn find(path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let matches = |template: &str| {
        let (given, template) = (path.split('/'), template.split('/'));
        given.clone().count() == template.clone().count()
            && given.zip(template).all(|(given, part)| part.starts_with('{') || part == given)
    };
    paths
        .get(path)
        .or_else(|| paths.iter().find(|(template, _)| matches(template)).map(|(_, item)| item))
}

/// A body that creates a connection.
pub(crate) fn connection(id: &str, url: &str) -> Value {
    json!({"id": id, "name": format!("Broker {id}"), "url": url})
}

/// The URL of a broker that isn't there, for as long as the second value lives.
pub(crate) fn closed_port() -> (String, haltere_testkit::ports::ReservedPort) {
    let port = haltere_testkit::ports::ReservedPort::on(std::net::Ipv4Addr::LOCALHOST.into());
    (format!("mqtt://{}", port.address()), port)
}

/// The body `{data, encoding}` of a PEM file.
pub(crate) fn encoded(pem: &str) -> Value {
    use base64::Engine;
    let data = base64::engine::general_purpose::STANDARD.encode(pem);
    json!({"data": data, "encoding": "base64"})
}
