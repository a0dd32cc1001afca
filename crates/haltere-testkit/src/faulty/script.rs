//! What a peer does, step by step.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ResolvesServerCertUsingSni, WantsServerCert};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ConfigBuilder, ServerConfig};

use crate::certs::Identity;
use crate::faulty::peer::Peer;
use crate::faulty::websocket::AGREED;

/// One thing a peer does.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Become a TLS server.
    Tls(Arc<ServerConfig>),
    /// Wait for the first bytes, whatever they are.
    ReadSome,
    /// Wait for the end of an HTTP request's head.
    ReadHttpHead,
    /// Agree to speak WebSocket, with these header lines.
    WebSocket(Vec<String>),
    /// Send a WebSocket text message.
    Say(String),
    /// Wait for a CONNECT and remember it.
    ReadConnect,
    /// The same, but drops clients that speak MQTT 5 with the rest of it unread.
    DropV5,
    /// Sends these bytes to clients that speak MQTT 5 and closes; goes on with others.
    RefuseV5(Bytes),
    /// Answer with this code.
    Connack(u8),
    /// Answer pings until there is a SUBSCRIBE, answer that with this code.
    AnswerSubscribe(u8),
    /// Answer pings until there is a SUBSCRIBE, and leave that unanswered.
    AwaitSubscribe,
    /// Answer pings and subscriptions until there is a PUBLISH, and leave that unanswered.
    AwaitPublish,
    /// Be a good broker for so long.
    Pause(Duration),
    /// Send bytes.
    Send(Bytes),
    /// Send this PUBLISH.
    Publish { topic: String, payload: Bytes },
    /// Send the beginning of a PUBLISH.
    PublishHead { topic: String, declared: usize },
    /// Send a byte now and then, for ever.
    Trickle(Duration),
    /// Publish as fast as the client reads, answering its pings, for ever.
    Flood { topic: String, payload: Bytes },
    /// Be a good broker until the client leaves, or until the test continues the script.
    Serve { pings: bool },
    /// Read and say nothing until the client leaves.
    Hold,
    /// End politely: nothing is lost, the client reads an end of file.
    Close,
    /// End with a TCP reset.
    Reset,
}

/// A list of steps, executed for each connection. Build it like a sentence, then
/// [`start`](Self::start) it. After the last step the connection is closed cleanly.
#[derive(Debug, Clone, Default)]
pub struct Script {
    pub(super) steps: Vec<Step>,
}

impl Script {
    /// Runs it on a loopback port.
    pub async fn start(self) -> Peer {
        Peer::run(vec![self]).await
    }

    /// Runs it for the first connection, `next` for all others.
    pub async fn start_then(self, next: Self) -> Peer {
        Peer::run(vec![self, next]).await
    }

    /// Becomes a TLS server (1.2 and 1.3) that shows `identity` and asks for no certificate.
    #[must_use]
    pub fn tls(self, identity: &Identity) -> Self {
        self.then(Step::Tls(server_config(identity)))
    }

    /// The same for clients that ask for `server_name` (SNI) and, if they ask for protocols, for one of `alpn`.
    #[must_use]
    pub fn tls_for(self, identity: &Identity, server_name: &str, alpn: &[&str]) -> Self {
        self.then(Step::Tls(picky_config(identity, server_name, alpn)))
    }

    /// Waits for the first bytes, whatever they are.
    #[must_use]
    pub fn read_some(self) -> Self {
        self.then(Step::ReadSome)
    }

    /// Waits for the empty line that ends an HTTP request's head.
    #[must_use]
    pub fn read_http_head(self) -> Self {
        self.then(Step::ReadHttpHead)
    }

    /// Waits for a WebSocket's opening handshake and agrees; all that follows goes through it.
    #[must_use]
    pub fn websocket(self) -> Self {
        self.websocket_saying(AGREED)
    }

    /// The same with these header lines instead of `Upgrade: websocket` and `Connection: Upgrade`.
    #[must_use]
    pub fn websocket_saying(self, lines: &[&str]) -> Self {
        self.then(Step::WebSocket(lines.iter().map(|&line| line.to_owned()).collect()))
    }

    /// Sends a WebSocket text message.
    #[must_use]
    pub fn say(self, text: &str) -> Self {
        self.then(Step::Say(text.to_owned()))
    }

    /// Waits for a CONNECT as a parser of MQTT 3 does: reads up to the protocol level, and when that is 5
    /// closes with the rest unread, which is a reset. Goes on with others.
    #[must_use]
    pub fn read_connect_or_drop_v5(self) -> Self {
        self.then(Step::DropV5)
    }

    /// Waits for a CONNECT and remembers it for [`Peer::connects`]. Closes on anything else.
    #[must_use]
    pub fn read_connect(self) -> Self {
        self.then(Step::ReadConnect)
    }

    /// Sends `bytes` (none is fine) to clients that speak MQTT 5 and closes. Goes on with others.
    #[must_use]
    pub fn refuse_v5(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::RefuseV5(Bytes::copy_from_slice(bytes.as_ref())))
    }

    /// Sends a CONNACK with this code, in the words of the version the client speaks.
    #[must_use]
    pub fn connack(self, code: u8) -> Self {
        self.then(Step::Connack(code))
    }

    /// Waits for a SUBSCRIBE and grants it, answering pings meanwhile.
    #[must_use]
    pub fn answer_subscribe(self) -> Self {
        self.then(Step::AnswerSubscribe(0))
    }

    /// Waits for a SUBSCRIBE and answers each of its filters with `code`: 0x80, or 0x87 in MQTT 5.
    #[must_use]
    pub fn deny_subscribe(self, code: u8) -> Self {
        self.then(Step::AnswerSubscribe(code))
    }

    /// Waits for a SUBSCRIBE and leaves it unanswered, answering pings meanwhile.
    #[must_use]
    pub fn await_subscribe(self) -> Self {
        self.then(Step::AwaitSubscribe)
    }

    /// Waits for a PUBLISH and leaves it unanswered, answering pings and subscriptions meanwhile.
    #[must_use]
    pub fn await_publish(self) -> Self {
        self.then(Step::AwaitPublish)
    }

    /// Is a good broker for so long, then goes on.
    #[must_use]
    pub fn pause(self, pause: Duration) -> Self {
        self.then(Step::Pause(pause))
    }

    /// Sends bytes.
    #[must_use]
    pub fn send(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::Send(Bytes::copy_from_slice(bytes.as_ref())))
    }

    /// Sends a PUBLISH with QoS 0.
    #[must_use]
    pub fn publish(self, topic: &str, payload: impl AsRef<[u8]>) -> Self {
        let payload = Bytes::copy_from_slice(payload.as_ref());
        self.then(Step::Publish { topic: topic.to_owned(), payload })
    }

    /// Sends a PUBLISH up to its topic; it declares `declared` bytes after its fixed header.
    #[must_use]
    pub fn publish_head(self, topic: &str, declared: usize) -> Self {
        self.then(Step::PublishHead { topic: topic.to_owned(), declared })
    }

    /// Sends a zero byte each `every` until the client leaves, and answers nothing.
    #[must_use]
    pub fn trickle(self, every: Duration) -> Self {
        self.then(Step::Trickle(every))
    }

    /// Publishes as fast as the client reads until it leaves; answers its pings.
    #[must_use]
    pub fn flood(self, topic: &str, payload: impl AsRef<[u8]>) -> Self {
        let payload = Bytes::copy_from_slice(payload.as_ref());
        self.then(Step::Flood { topic: topic.to_owned(), payload })
    }

    /// Is a good broker (grants subscriptions, answers pings) until the client leaves or
    /// [`Peer::go_on`] is called.
    #[must_use]
    pub fn serve(self) -> Self {
        self.then(Step::Serve { pings: true })
    }

    /// The same, except that pings stay unanswered.
    #[must_use]
    pub fn serve_without_pings(self) -> Self {
        self.then(Step::Serve { pings: false })
    }

    /// Reads, and says nothing, until the client leaves.
    #[must_use]
    pub fn hold(self) -> Self {
        self.then(Step::Hold)
    }

    /// Closes politely: nothing sent before is lost, and the client reads an end of file.
    #[must_use]
    pub fn close(self) -> Self {
        self.then(Step::Close)
    }

    /// Resets the TCP connection.
    #[must_use]
    pub fn reset(self) -> Self {
        self.then(Step::Reset)
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

fn server_config(identity: &Identity) -> Arc<ServerConfig> {
    let shown = SingleCertAndKey::from(certified_key(identity));
    Arc::new(server_config_builder().with_cert_resolver(Arc::new(shown)))
}

fn picky_config(identity: &Identity, server_name: &str, alpn: &[&str]) -> Arc<ServerConfig> {
    let mut shown = ResolvesServerCertUsingSni::new();
    shown.add(server_name, certified_key(identity)).expect("a certificate for that name");
    let mut config = server_config_builder().with_cert_resolver(Arc::new(shown));
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

fn server_config_builder() -> ConfigBuilder<ServerConfig, WantsServerCert> {
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
}

fn certified_key(identity: &Identity) -> CertifiedKey {
    let chain = CertificateDer::pem_slice_iter(identity.cert_pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .expect("certificates in PEM");
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).expect("a key in PEM");
    CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
        .expect("a key that fits the certificate")
}
