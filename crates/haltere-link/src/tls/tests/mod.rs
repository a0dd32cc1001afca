//! Real handshakes with real servers, certificates by real `openssl` and by rcgen, and two oracles
//! that say what others make of the same server: `mosquitto_pub` and Node's `tls` module.

mod algorithms;
mod codes;
mod facts;
mod handshakes;
mod legacy;
mod material;
mod namesakes;
mod shared;
mod tidy;

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use haltere_core::{BrokerUrl, Host, LinkFailure, Pem, TlsSettings};
use haltere_testkit::Identity;
use haltere_testkit::certs::openssl::Workshop;
use haltere_testkit::clock::RealClock;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Handshake, HandshakeFailure, TlsClient, TlsClients, classify_io};

/// MQTT 3.1.1 CONNECT, clean session, client id `t`.
const CONNECT: &[u8] = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01t";

fn pem(text: &str) -> Pem {
    Pem::new(text.as_bytes().to_vec())
}

fn trusting(ca: &str) -> TlsSettings {
    TlsSettings { ca: Some(pem(ca)), ..TlsSettings::default() }
}

fn presenting(tls: TlsSettings, client: &Identity) -> TlsSettings {
    TlsSettings { cert: Some(pem(&client.cert_pem)), key: Some(pem(&client.key_pem).into()), ..tls }
}

fn host(name: &str) -> Host {
    BrokerUrl::parse(&format!("mqtts://{name}")).expect("a host").host().clone()
}

fn client(tls: &TlsSettings) -> Arc<TlsClient> {
    TlsClients::new(Arc::new(RealClock)).get(tls).expect("usable settings")
}

/// Has `openssl x509 -req` sign a certificate for `name` with these options: by `ca`, or else by
/// its own key. Files with extensions lie at hand: `server`, `ca`, and `ca0` for a CA of leaves
/// alone. Without one, OpenSSL before
/// 3.4 makes version 1.
fn issue(name: &str, ca: Option<&Identity>, options: &str) -> Identity {
    const SCRIPT: &str = r#"
        printf 'subjectAltName=DNS:%s' "$1" >server
        printf 'basicConstraints=critical,CA:TRUE' >ca
        printf 'basicConstraints=critical,CA:TRUE,pathlen:0' >ca0
        openssl req -new -newkey rsa:2048 -nodes -keyout key -subj "/CN=$1" -out csr 2>log &&
        openssl x509 -req -in csr -out crt $2 $3 2>>log || { cat log >&2; exit 1; }
    "#;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name| folder.path().join(name);
    if let Some(ca) = ca {
        std::fs::write(path("ca.crt"), &ca.cert_pem).expect("a file");
        std::fs::write(path("ca.key"), &ca.key_pem).expect("a file");
    }
    let signer =
        if ca.is_some() { "-CA ca.crt -CAkey ca.key -CAcreateserial" } else { "-signkey key" };
    let output = Command::new("sh")
        .args(["-c", SCRIPT, "issue", name, signer, options])
        .current_dir(folder.path())
        .output()
        .expect("sh runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name| std::fs::read_to_string(path(name)).expect("a file");
    Identity { cert_pem: read("crt"), key_pem: read("key") }
}

/// Whether the installed OpenSSL makes certificates of version 1; complains when not.
fn openssl_makes_v1(workshop: &Workshop, made: &Identity) -> bool {
    let is_v1 = workshop.text(&made.cert_pem).contains("Version: 1 ");
    if !is_v1 {
        eprintln!("SKIPPED: this OpenSSL is too new to make certificates of version 1");
    }
    is_v1
}

#[expect(clippy::disallowed_methods, reason = "tests dial the servers they started themselves")]
async fn tcp(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("a listening server")
}

async fn shake_hands(
    address: SocketAddr,
    name: &str,
    tls: &TlsSettings,
) -> Result<Handshake<TcpStream>, Box<HandshakeFailure>> {
    client(tls).connect(&host(name), tcp(address).await).await
}

/// The handshake, and CONNECT until the first byte of CONNACK: under TLS 1.3 the verdict on a
/// client certificate comes only then.
async fn connect(address: SocketAddr, name: &str, tls: &TlsSettings) -> Result<(), LinkFailure> {
    let handshake = shake_hands(address, name, tls).await.map_err(|failure| failure.failure)?;
    let mut stream = handshake.stream;
    // A write may fail because the broker has already gone; what it said waits to be read.
    let _ = stream.write_all(CONNECT).await;
    match stream.read_u8().await {
        Ok(_) => Ok(()),
        Err(error) => Err(classify_io(&error).unwrap_or_else(|| panic!("no TLS failure: {error}"))),
    }
}

/// `openssl s_server`, for what Mosquitto can't do: TLS 1.2 only, for example.
/// Sends back each line reversed.
struct OpensslServer {
    process: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl OpensslServer {
    /// Shows `server`; asks for a client certificate signed by `client_ca`, when there is one.
    fn start(server: &Identity, client_ca: Option<&str>, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name, content: &str| {
            std::fs::write(folder.path().join(name), content).expect("a file");
        };
        write("cert", &server.cert_pem);
        write("key", &server.key_pem);
        write("ca", client_ca.unwrap_or_default());
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0", "-rev"]).args(options);
        command.args(["-cert", "cert", "-cert_chain", "cert", "-key", "key"]);
        if client_ca.is_some() {
            command.args(["-CAfile", "ca", "-Verify", "5", "-verify_return_error"]);
        }
        command.current_dir(folder.path()).stdin(Stdio::null()).stderr(Stdio::null());
        let mut process = command.stdout(Stdio::piped()).spawn().expect("openssl is installed");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let address = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("ACCEPT ")?.parse().ok())
            .expect("openssl s_server says where it listens");
        Self { process, address, _folder: folder }
    }
}

impl Drop for OpensslServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What other clients make of the same server.
struct Oracle {
    folder: TempDir,
}

impl Oracle {
    fn new(tls: &TlsSettings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = tls.key.as_ref().map(haltere_core::Secret::expose);
        for (name, content) in [("ca", tls.ca.as_ref()), ("cert", tls.cert.as_ref()), ("key", key)]
        {
            if let Some(content) = content {
                std::fs::write(folder.path().join(name), content.bytes()).expect("a file");
            }
        }
        Self { folder }
    }

    /// Whether `mosquitto_pub --cafile` publishes to the broker.
    fn mosquitto_pub(&self, address: SocketAddr, name: &str) -> bool {
        let output = Command::new("mosquitto_pub")
            .args(["-h", name, "-p", &address.port().to_string(), "--cafile", "ca"])
            .args(["-t", "t", "-m", "m"])
            .current_dir(self.folder.path())
            .output()
            .expect("mosquitto_pub is installed (apt-get install mosquitto-clients)");
        output.status.success()
    }

    /// The code of Node's error, or `connected`; `None` where there is no Node 20.
    fn node(&self, address: SocketAddr, name: &str) -> Option<String> {
        const SCRIPT: &str = r"
            const tls = require('tls'), fs = require('fs'), net = require('net');
            const [, port, host] = process.argv;
            const file = name => fs.existsSync(name) ? fs.readFileSync(name) : undefined;
            const say = word => { console.log(word); process.exit(0); };
            const socket = tls.connect({ port, host: '127.0.0.1', ca: file('ca'), cert: file('cert'), key: file('key'),
                ...(net.isIP(host) ? {} : { servername: host }),
                checkServerIdentity: (_, cert) => tls.checkServerIdentity(host, cert) });
            // As MQTT.js does, before the handshake: which error comes first depends on it.
            socket.write(Buffer.from('100d00044d5154540402003c000174', 'hex'));
            socket.on('data', () => say('connected'));
            socket.on('error', error => say(error.code));
            socket.on('close', () => say('closed'));
        ";
        let version = Command::new("node").arg("--version").output();
        if !version.is_ok_and(|version| version.stdout.starts_with(b"v20.")) {
            eprintln!(
                "SKIPPED: Node 20 is not installed, so our failure codes are not compared with its own"
            );
            return None;
        }
        let output = Command::new("node")
            .args(["-e", SCRIPT, &address.port().to_string(), name])
            .current_dir(self.folder.path())
            .output()
            .expect("node runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}
