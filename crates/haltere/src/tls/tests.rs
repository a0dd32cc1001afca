use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use haltere_app::testing::TestApp;
use haltere_testkit::certs::openssl::Workshop;
use haltere_testkit::clock::RealClock;
use haltere_testkit::{Ca, Identity};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, HandshakeKind, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio_rustls::{TlsConnector, client};

use super::*;
use crate::http::{self, HttpLimits, SlotLimits, SlotPool};
use crate::lifecycle::Stop;

const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(100).expect("not zero");
const DEADLINE: Duration = Duration::from_secs(10);

/// A certificate's files, to be exchanged.
struct Folder(TempDir);

impl Folder {
    fn with(identity: &Identity) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        folder.put(identity);
        folder
    }

    fn cert(&self) -> PathBuf {
        self.0.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.0.path().join("key.pem")
    }

    fn put(&self, identity: &Identity) {
        replace(&self.key(), &identity.key_pem);
        replace(&self.cert(), &identity.cert_pem);
    }

    fn open(&self) -> anyhow::Result<(Tls, CertificateWatch)> {
        Tls::open(self.cert(), self.key(), CONNECTIONS, Arc::new(RealClock))
    }

    fn refusal(&self) -> String {
        match self.open() {
            Ok(_) => panic!("it was taken"),
            Err(error) => format!("{error:#}"),
        }
    }
}

/// As careful tools do it: a file of its own, then the name.
fn replace(path: &Path, text: &str) {
    let draft = path.with_extension("draft");
    fs::write(&draft, text).expect("written");
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o600)).expect("ours");
    fs::rename(&draft, path).expect("renamed");
}

/// A server on a free port, and the ways to disturb it.
struct Server {
    address: SocketAddr,
    folder: Folder,
    reload: Arc<Notify>,
    stop: Stop,
    /// Runs the watch of the certificate.
    _app: TestApp,
}

impl Server {
    async fn start(router: Router, identity: &Identity) -> Self {
        Self::start_with(router, identity, Handshakes::new(MAX_HANDSHAKES, HANDSHAKE_TIMEOUT)).await
    }

    async fn start_with(router: Router, identity: &Identity, handshakes: Handshakes) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let folder = Folder::with(identity);
        let (mut tls, watch) = folder.open().expect("a good certificate");
        tls.handshakes = Arc::new(handshakes);
        let (reload, stop) = (Arc::new(Notify::new()), Stop::default());
        let limits = HttpLimits {
            slots: SlotPool::new(SlotLimits::new(CONNECTIONS, None), Vec::new()),
            header_timeout: Duration::from_mins(1),
            write_timeout: Duration::from_mins(1),
        };
        tokio::spawn(http::serve(listener, router, limits, Some(tls), stop.clone()));
        let app = TestApp::start().await;
        watch.start(&app.app, Arc::clone(&reload));
        Self { address, folder, reload, stop, _app: app }
    }

    #[expect(clippy::disallowed_methods, reason = "a test's own client")]
    async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connected")
    }

    async fn connect(&self, client: &Client) -> client::TlsStream<TcpStream> {
        let name = ServerName::try_from("localhost").expect("a name");
        let tcp = self.tcp().await;
        client.0.connect(name, tcp).await.expect("a handshake")
    }

    /// The body of the answer on a connection of its own.
    async fn get(&self, client: &Client, path: &str) -> String {
        let mut stream = self.connect(client).await;
        let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("closed in order");
        answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.soft.cancel();
        self.stop.hard.cancel();
    }
}

/// Trusts an authority.
struct Client(TlsConnector);

impl Client {
    fn trusting(ca: &Ca) -> Self {
        Self::speaking(ca, rustls::ALL_VERSIONS)
    }

    fn speaking(ca: &Ca, versions: &[&'static SupportedProtocolVersion]) -> Self {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(ca.pem().as_bytes()).expect("a certificate");
        roots.add(root).expect("a root");
        let config = ClientConfig::builder_with_provider(Arc::clone(haltere_link::tls::provider()))
            .with_protocol_versions(versions)
            .expect("versions we know")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(TlsConnector::from(Arc::new(config)))
    }
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

/// The certificate the server showed, in PEM without line breaks.
fn shown(stream: &client::TlsStream<TcpStream>) -> String {
    let chain = stream.get_ref().1.peer_certificates().expect("a certificate");
    haltere_link::tls::certificate_facts(&chain[0]).pem.replace(['\r', '\n'], "")
}

fn flat(identity: &Identity) -> String {
    identity.cert_pem.replace(['\r', '\n'], "")
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken_and_connections_carry_http() {
    let ca = Ca::new("root");
    let server = Server::start(hello(), &ca.intermediate("middle").server(&["localhost"])).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let client = Client::speaking(&ca, &[version]);
        assert_eq!(server.get(&client, "/").await, "hello", "{version:?}");
        let stream = server.connect(&client).await;
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
    }
}

#[tokio::test]
async fn a_new_certificate_is_for_new_connections_and_open_ones_go_on() {
    let (send, receive) = mpsc::channel::<&'static str>(1);
    let receive = Arc::new(tokio::sync::Mutex::new(receive));
    let stream = async move || {
        Body::from_stream(futures_util::stream::unfold((), move |()| {
            let receive = Arc::clone(&receive);
            async move {
                let text = receive.lock().await.recv().await?;
                Some((Ok::<_, Infallible>(Bytes::from(text)), ()))
            }
        }))
    };
    let ca = Ca::new("root");
    let (old, new) = (ca.server(&["localhost"]), ca.server(&["localhost"]));
    let server = Server::start(Router::new().route("/events", get(stream)), &old).await;
    let client = Client::trusting(&ca);
    let mut events = server.connect(&client).await;
    assert_eq!(shown(&events), flat(&old));
    events.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    send.send("first").await.expect("a reader");
    until_said(&mut events, "first").await;

    server.folder.put(&new);
    server.reload.notify_one();
    haltere_testkit::wait::until("the new certificate is shown", DEADLINE, async || {
        let stream = server.connect(&client).await;
        // Not resumed either: that would go on under the old certificate.
        let is_full = stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Full);
        (shown(&stream) == flat(&new) && is_full).then_some(())
    })
    .await;
    send.send("second").await.expect("a reader");
    until_said(&mut events, "second").await;
}

async fn until_said(stream: &mut client::TlsStream<TcpStream>, text: &str) {
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains(text) {
        assert_ne!(stream.read_buf(&mut said).await.expect("it goes on"), 0, "the stream ended");
    }
}

#[tokio::test]
async fn clients_without_tls_are_disconnected_and_others_are_not_affected() {
    let ca = Ca::new("root");
    let server = Server::start(hello(), &ca.server(&["localhost"])).await;
    let mut plain = server.tcp().await;
    plain.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut said = Vec::new();
    // What comes is a TLS alert, if anything; reset is as good as closed.
    let _ = plain.read_to_end(&mut said).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
    assert_eq!(server.get(&Client::trusting(&ca), "/").await, "hello");
}

#[tokio::test]
async fn silent_connections_give_way_to_honest_ones() {
    let ca = Ca::new("root");
    let patient = Handshakes::new(2, Duration::from_hours(1));
    let server = Server::start_with(hello(), &ca.server(&["localhost"]), patient).await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(server.tcp().await);
    }
    assert_eq!(server.get(&Client::trusting(&ca), "/").await, "hello");
    // All but the newest two have been disconnected.
    for stream in &mut silent[..18] {
        assert_eq!(stream.read(&mut [0; 16]).await.unwrap_or(0), 0);
    }
}

#[tokio::test]
async fn a_handshake_that_takes_too_long_is_disconnected() {
    let hasty = Handshakes::new(10, Duration::from_millis(50));
    let identity = Ca::new("root").server(&["localhost"]);
    let server = Server::start_with(hello(), &identity, hasty).await;
    let mut silent = server.tcp().await;
    silent.write_all(b"\x16\x03\x01").await.expect("sent");
    assert_eq!(silent.read(&mut [0; 16]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_naming_the_setting_and_the_file() {
    let ca = Ca::new("root");
    let good = ca.server(&["localhost"]);
    let other = ca.server(&["localhost"]);
    let encrypted = Workshop::new().encrypt_key(&good.key_pem, "secret");
    for (cert, key, setting, why) in [
        (&good.cert_pem, &other.key_pem, "key", "does not belong to the first certificate"),
        (&good.key_pem, &good.key_pem, "cert", "holds no certificate, but a private key"),
        (&good.cert_pem, &good.cert_pem, "key", "holds no private key, but a certificate"),
        (&String::new(), &good.key_pem, "cert", "is empty"),
        (&good.cert_pem, &encrypted, "key", "is encrypted"),
        (&good.cert_pem[..300].to_owned(), &good.key_pem, "cert", "is damaged"),
    ] {
        let folder = Folder::with(&Identity { cert_pem: cert.clone(), key_pem: key.clone() });
        let refusal = folder.refusal();
        let path = folder.0.path().join(format!("{setting}.pem"));
        let place = format!("server.tls_{setting}: {}", path.display());
        assert!(refusal.starts_with(&place) && refusal.contains(why), "{refusal}");
    }
    let folder = Folder::with(&good);
    fs::remove_file(folder.key()).expect("there");
    let refusal = folder.refusal();
    assert!(refusal.contains("server.tls_key") && refusal.contains("No such file"), "{refusal}");
    fs::write(folder.key(), vec![b'x'; 2 << 20]).expect("written");
    assert!(folder.refusal().contains("larger than"), "{}", folder.refusal());
}
