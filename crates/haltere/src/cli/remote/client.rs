//! Requests to one haltere.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use haltere_core::{Pem, Secret, TlsSettings, TokenSecret};
use haltere_link::{
    EgressPolicy, EgressRule, HttpAnswer, HttpBody, HttpClient, HttpLimits, HttpRequest, LinkConfig,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::address::RemoteUrl;
use super::error::RemoteError;
use crate::clock::SystemClock;

pub(in crate::cli) use haltere_link::HttpMethod as Method;

/// The time for an answer, and the largest one: ten thousand users are 3 MiB.
const LIMITS: HttpLimits = HttpLimits { time: Duration::from_secs(30), answer: 32 << 20 };

/// The same for files of connections, which take their time.
pub(in crate::cli) const TRANSFER: HttpLimits =
    HttpLimits { time: Duration::from_mins(10), answer: 128 << 20 };

/// Sends requests to one haltere.
#[derive(Clone)]
pub(in crate::cli) struct Client {
    url: RemoteUrl,
    http: HttpClient,
    credential: Arc<Credential>,
}

/// As what a request is sent.
pub(in crate::cli) enum Credential {
    None,
    Token(TokenSecret),
    /// The cookie of a session, `name=value`.
    Session(Secret<String>),
}

/// A request below the base path.
pub(in crate::cli) struct Request {
    method: Method,
    path: String,
    body: Option<HttpBody>,
}

impl Request {
    pub(in crate::cli) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None }
    }

    /// The same with a body of JSON.
    pub(in crate::cli) fn with_json(self, body: &impl Serialize) -> Self {
        // A buffer that grows leaves copies of passwords behind.
        let mut text = Vec::with_capacity(4_096);
        serde_json::to_writer(&mut text, body).expect("bodies have string keys and finite numbers");
        self.with_body(Secret::new(text))
    }

    /// The same with JSON that is written already.
    pub(in crate::cli) fn with_body(self, body: Secret<Vec<u8>>) -> Self {
        Self { body: Some(HttpBody::json(body)), ..self }
    }
}

/// What haltere has answered with status 200.
pub(in crate::cli) struct Answer {
    url: RemoteUrl,
    answer: HttpAnswer,
}

impl Answer {
    /// The body, which has to have this form.
    pub(in crate::cli) fn json<T: DeserializeOwned>(&self) -> Result<T, RemoteError> {
        serde_json::from_slice(self.body()).map_err(|_| self.not_haltere())
    }

    pub(in crate::cli) fn body(&self) -> &[u8] {
        &self.answer.body
    }

    /// All headers with this name that are text.
    pub(in crate::cli) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.answer.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
    }

    /// That the answer makes no sense.
    pub(in crate::cli) fn not_haltere(&self) -> RemoteError {
        RemoteError::not_haltere(&self.url, self.answer.status)
    }
}

impl Client {
    /// A client that trusts the certificates in `ca`, or else those that the system trusts.
    pub(in crate::cli) fn new(url: RemoteUrl, ca: Option<&str>) -> anyhow::Result<Self> {
        // The policy is about what users of a server make it dial. Here the one who names the address dials.
        let rules =
            vec!["allow all".parse::<EgressRule>().context("the rule that allows everything")?];
        let egress = EgressPolicy { rules, own_listeners: Vec::new() };
        let config = LinkConfig { egress, ..LinkConfig::default() };
        let tls =
            TlsSettings { ca: ca.map(|ca| Pem::new(ca.as_bytes())), ..TlsSettings::default() };
        let http = HttpClient::standalone(config, Arc::new(SystemClock), tls).with_limits(LIMITS);
        Ok(Self { url, http, credential: Arc::new(Credential::None) })
    }

    /// The same with a token or a session.
    pub(in crate::cli) fn with_credential(self, credential: Credential) -> Self {
        Self { credential: Arc::new(credential), ..self }
    }

    /// The same within other limits.
    pub(in crate::cli) fn with_limits(&self, limits: HttpLimits) -> Self {
        Self { http: self.http.with_limits(limits), ..self.clone() }
    }

    /// Sends a request. Any answer but a 200 is an error.
    pub(in crate::cli) async fn call(&self, request: Request) -> Result<Answer, RemoteError> {
        let answer = self.exchange(request).await?;
        if answer.status == 200 {
            return Ok(Answer { url: self.url.clone(), answer });
        }
        Err(RemoteError::of_answer(&self.url, answer.status, answer.body))
    }

    async fn exchange(
        &self,
        Request { method, path, body }: Request,
    ) -> Result<HttpAnswer, RemoteError> {
        let RemoteUrl { host, port, is_tls, authority, base } = &self.url;
        let (authorization, cookie) = match &*self.credential {
            Credential::None => (None, None),
            Credential::Token(token) => {
                (Some(Secret::new(format!("Bearer {}", token.expose()))), None)
            }
            Credential::Session(cookie) => (None, Some(cookie.clone())),
        };
        let request = HttpRequest {
            method,
            host: host.clone(),
            port: *port,
            is_tls: *is_tls,
            authority: authority.clone(),
            path: format!("{base}{path}"),
            authorization,
            cookie,
            body,
        };
        let answer = self.http.send(&request).await;
        answer.map_err(|cause| RemoteError::unreachable(&self.url, cause))
    }
}
