//! An OpenID Connect provider that lies on cue.
//!
//! It answers discovery, keys, tokens and userinfo correctly, until a test changes the [`Script`]. There is no page to log in
//! on: [`OidcProvider::authorize`] does what a browser and its user would.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;
use url::form_urlencoded;

use crate::certs::Identity;

/// A key that signs tokens.
pub struct SigningKey {
    id: String,
    pair: Pair,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl SigningKey {
    /// ECDSA on P-256 (ES256).
    pub fn ec(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        Self { id: id.to_owned(), pair: Pair::Ec(pair) }
    }

    /// RSA with 2048 bits (RS256).
    pub fn rsa(id: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        Self { id: id.to_owned(), pair: Pair::Rsa(pair) }
    }

    /// The algorithm it signs with.
    pub fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Ec(_) => "ES256",
            Pair::Rsa(_) => "RS256",
        }
    }

    /// The public key (RFC 7517).
    pub fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({
                    "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.id,
                    "x": base64(&point[1..33]), "y": base64(&point[33..]),
                })
            }
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                json!({
                    "kty": "RSA", "use": "sig", "kid": self.id,
                    "n": base64(n.big_endian_without_leading_zero()),
                    "e": base64(e.big_endian_without_leading_zero()),
                })
            }
        }
    }

    /// The header of a token that it signs.
    pub fn header(&self) -> Value {
        json!({"alg": self.algorithm(), "kid": self.id, "typ": "JWT"})
    }

    /// A token with this header and these claims, signed whatever the header says.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Ec(pair) => {
                pair.sign(&random, message.as_bytes()).expect("signed").as_ref().to_vec()
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature)
                    .expect("signed");
                signature
            }
        };
        format!("{message}.{}", base64(signature))
    }
}

fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64(header.to_string()), base64(claims.to_string()))
}

/// A token that is not signed.
pub fn unsigned(claims: &Value) -> String {
    format!("{}.", message(&json!({"alg": "none"}), claims))
}

/// A token signed with a secret that anybody knows, such as a public key.
pub fn signed_with_secret(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = message(header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", base64(tag))
}

/// Changes JSON before it is sent.
pub type Edit = Box<dyn Fn(&mut Value) + Send>;

/// Makes the token out of the claims.
pub type Sign = Box<dyn Fn(&SigningKey, &Value) -> String + Send>;

/// What the provider does differently.
#[derive(Default)]
pub struct Script {
    /// The discovery document.
    pub metadata: Option<Edit>,
    /// The key set.
    pub keys: Option<Edit>,
    /// The claims of ID tokens.
    pub claims: Option<Edit>,
    /// The answer of the token endpoint.
    pub answer: Option<Edit>,
    /// The answer of the userinfo endpoint.
    pub userinfo: Option<Edit>,
    /// How ID tokens are signed.
    pub sign: Option<Sign>,
    /// Takes a code any number of times, with any verifier.
    pub accepts_any_code: bool,
    /// Answers each request only with a permit of it.
    pub held: Option<Arc<Semaphore>>,
    /// Answers everything with this status and this body.
    pub broken: Option<(u16, String)>,
}

struct Grant {
    nonce: String,
    challenge: String,
    redirect_uri: String,
    claims: Value,
}

struct State {
    key: SigningKey,
    script: Script,
    grants: HashMap<String, Grant>,
    requests: Vec<String>,
    now: i64,
}

/// A provider; ends when dropped.
pub struct OidcProvider {
    address: SocketAddr,
    issuer: String,
    state: Arc<Mutex<State>>,
    _accepting: AbortOnDropHandle<()>,
}

/// The client that it knows.
pub const CLIENT_ID: &str = "haltere";
/// Its secret, which has characters that have to be encoded.
pub const CLIENT_SECRET: &str = "s3cret: with/odd+characters";

impl OidcProvider {
    /// Starts one on loopback, whose tokens are made at `now` (seconds since 1970).
    pub async fn start(now: i64) -> Self {
        Self::start_with(now, None).await
    }

    /// The same with TLS.
    pub async fn start_tls(now: i64, identity: &Identity) -> Self {
        Self::start_with(now, Some(acceptor(identity))).await
    }

    async fn start_with(now: i64, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let issuer = format!("{scheme}://{address}/realm");
        let state = Arc::new(Mutex::new(State {
            key: SigningKey::ec("first"),
            script: Script::default(),
            grants: HashMap::new(),
            requests: Vec::new(),
            now,
        }));
        let accepting = tokio::spawn(accept(listener, tls, issuer.clone(), Arc::clone(&state)));
        Self { address, issuer, state, _accepting: AbortOnDropHandle::new(accepting) }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its name for itself.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Changes what it does from now on.
    pub fn script(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.state.lock().script);
    }

    /// Behaves again.
    pub fn behave(&self) {
        self.state.lock().script = Script::default();
    }

    /// Signs with another key from now on, and publishes only that.
    pub fn rotate(&self, key: SigningKey) {
        self.state.lock().key = key;
    }

    /// Moves its clock.
    pub fn set_now(&self, now: i64) {
        self.state.lock().now = now;
    }

    /// How many requests there were whose path ends with `path`.
    pub fn requests(&self, path: &str) -> usize {
        self.state.lock().requests.iter().filter(|it| it.ends_with(path)).count()
    }

    /// What a browser does that is sent to `location`, and whose user logs in as `claims` say: the query of the
    /// address to which it is sent back.
    pub fn authorize(&self, location: &str, claims: Value) -> String {
        let (endpoint, query) = location.split_once('?').expect("a query");
        assert_eq!(endpoint, format!("{}/authorize", self.issuer));
        let query: HashMap<String, String> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["client_id"], CLIENT_ID);
        assert!(query["scope"].split(' ').any(|scope| scope == "openid"), "{query:?}");
        let grant = Grant {
            nonce: query["nonce"].clone(),
            challenge: query["code_challenge"].clone(),
            redirect_uri: query["redirect_uri"].clone(),
            claims,
        };
        let mut state = self.state.lock();
        let code = format!("code-{}", state.grants.len());
        state.grants.insert(code.clone(), grant);
        form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &query["state"])
            .append_pair("iss", &self.issuer)
            .finish()
    }

    /// A logout token, as it is right, changed by `edit`.
    pub fn logout_token(&self, edit: impl FnOnce(&mut Value)) -> String {
        let state = self.state.lock();
        let mut claims = json!({
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": state.now,
            "exp": state.now + 120,
            "jti": base64(random_id()),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        edit(&mut claims);
        state.key.sign(
            &json!({"alg": state.key.algorithm(), "kid": state.key.id, "typ": "logout+jwt"}),
            &claims,
        )
    }

    /// A token signed with its key.
    pub fn sign(&self, claims: &Value) -> String {
        let state = self.state.lock();
        state.key.sign(&state.key.header(), claims)
    }
}

fn random_id() -> [u8; 16] {
    let mut id = [0; 16];
    aws_lc_rs::rand::fill(&mut id).expect("random bytes");
    id
}

fn acceptor(identity: &Identity) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(identity.cert_pem.as_bytes());
    let chain = chain.collect::<Result<Vec<_>, _>>().expect("certificates");
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate with its key");
    TlsAcceptor::from(Arc::new(config))
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    issuer: String,
    state: Arc<Mutex<State>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, issuer, state) = (tls.clone(), issuer.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            match tls {
                None => serve(stream, &issuer, &state).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, &issuer, &state).await;
                    }
                }
            }
        });
    }
}

struct Request {
    path: String,
    authorization: Option<String>,
    body: String,
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    issuer: &str,
    state: &Mutex<State>,
) {
    let Some(request) = read(&mut stream).await else { return };
    let held = {
        let mut state = state.lock();
        state.requests.push(request.path.clone());
        state.script.held.clone()
    };
    if let Some(held) = held {
        held.acquire().await.expect("never closed").forget();
    }
    let (status, body) = state.lock().answer(&request, issuer);
    let answer = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    // The client may have gone.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4_096];
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let length: usize = header("content-length").map_or(0, |it| it.parse().expect("a length"));
        if body.len() >= length {
            return Some(Request {
                path: head.split(' ').nth(1)?.to_owned(),
                authorization: header("authorization"),
                body: body.to_owned(),
            });
        }
    }
}

impl State {
    fn answer(&mut self, request: &Request, issuer: &str) -> (u16, String) {
        if let Some((status, body)) = &self.script.broken {
            return (*status, body.clone());
        }
        let edited = |mut value: Value, edit: &Option<Edit>| {
            if let Some(edit) = edit {
                edit(&mut value);
            }
            value.to_string()
        };
        match request.path.strip_prefix("/realm").unwrap_or_default() {
            "/.well-known/openid-configuration" => {
                let metadata = json!({
                    "issuer": issuer,
                    "authorization_endpoint": format!("{issuer}/authorize"),
                    "token_endpoint": format!("{issuer}/token"),
                    "jwks_uri": format!("{issuer}/keys"),
                    "userinfo_endpoint": format!("{issuer}/userinfo"),
                    "end_session_endpoint": format!("{issuer}/logout"),
                    "response_types_supported": ["code"],
                    "authorization_response_iss_parameter_supported": true,
                });
                (200, edited(metadata, &self.script.metadata))
            }
            "/keys" => (200, edited(json!({"keys": [self.key.jwk()]}), &self.script.keys)),
            "/token" => match self.exchange(request, issuer) {
                Ok(answer) => (200, edited(answer, &self.script.answer)),
                Err(error) => (400, json!({"error": error}).to_string()),
            },
            "/userinfo" => {
                let claims = request.authorization.as_ref().and_then(|it| {
                    let code = it.strip_prefix("Bearer access-")?;
                    Some(self.grants.get(code)?.claims.clone())
                });
                match claims {
                    Some(claims) => (200, edited(claims, &self.script.userinfo)),
                    None => (401, "{}".to_owned()),
                }
            }
            _ => (404, "{}".to_owned()),
        }
    }

    fn exchange(&mut self, request: &Request, issuer: &str) -> Result<Value, &'static str> {
        let form: HashMap<String, String> =
            form_urlencoded::parse(request.body.as_bytes()).into_owned().collect();
        let basic = request.authorization.as_deref().and_then(|it| it.strip_prefix("Basic "));
        let pair = basic.and_then(|it| String::from_utf8(STANDARD.decode(it).ok()?).ok());
        let encoded =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let right = format!("{}:{}", encoded(CLIENT_ID), encoded(CLIENT_SECRET));
        if pair.as_deref() != Some(&*right) {
            return Err("invalid_client");
        }
        let code = form.get("code").ok_or("invalid_request")?.clone();
        let grant = self.grants.get(&code).ok_or("invalid_grant")?;
        let verifier = form.get("code_verifier").ok_or("invalid_request")?;
        let is_right = base64(Sha256::digest(verifier)) == grant.challenge
            && form.get("redirect_uri") == Some(&grant.redirect_uri)
            && !grant.challenge.is_empty();
        if !is_right && !self.script.accepts_any_code {
            return Err("invalid_grant");
        }
        let access_token = format!("access-{code}");
        let hash = Sha256::digest(&access_token);
        let mut claims = json!({
            "iss": issuer,
            "aud": CLIENT_ID,
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": grant.nonce,
            "at_hash": base64(&hash[..16]),
        });
        let more = grant.claims.as_object().expect("claims are an object");
        for (name, value) in more {
            claims[name] = value.clone();
        }
        if let Some(edit) = &self.script.claims {
            edit(&mut claims);
        }
        let id_token = match &self.script.sign {
            Some(sign) => sign(&self.key, &claims),
            None => self.key.sign(&self.key.header(), &claims),
        };
        if !self.script.accepts_any_code
            && let Some(grant) = self.grants.get_mut(&code)
        {
            // A code counts once.
            grant.challenge = String::new();
        }
        Ok(json!({"access_token": access_token, "token_type": "Bearer", "id_token": id_token}))
    }
}
