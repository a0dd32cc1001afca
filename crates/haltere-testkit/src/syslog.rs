//! A receiver of syslog messages that a test can stop and start again.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use crate::certs::{Ca, Identity};

/// A receiver; ends when dropped.
#[derive(Debug)]
pub struct SyslogReceiver {
    address: SocketAddr,
    messages: Messages,
    is_deaf: watch::Sender<bool>,
    _receiving: AbortOnDropHandle<()>,
}

type Messages = Arc<Mutex<Vec<String>>>;

impl SyslogReceiver {
    /// Takes a message per datagram.
    pub async fn udp() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = socket.local_addr().expect("a bound socket has an address");
        let messages = Messages::default();
        let received = Arc::clone(&messages);
        let receiving = tokio::spawn(async move {
            let mut buffer = vec![0; 65_536];
            while let Ok(length) = socket.recv(&mut buffer).await {
                received.lock().push(String::from_utf8_lossy(&buffer[..length]).into_owned());
            }
        });
        let (is_deaf, _) = watch::channel(false);
        Self { address, messages, is_deaf, _receiving: AbortOnDropHandle::new(receiving) }
    }

    /// Takes messages over TLS on a port of 127.0.0.1; port 0 is a free one. With a CA, only from clients that have a
    /// certificate of it.
    pub async fn tls(identity: &Identity, clients: Option<&Ca>, port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let acceptor = TlsAcceptor::from(Arc::new(server_config(identity, clients)));
        let messages = Messages::default();
        let received = Arc::clone(&messages);
        let (is_deaf, deaf) = watch::channel(false);
        let receiving = tokio::spawn(async move {
            // Its connections end with it.
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, received) = (acceptor.clone(), Arc::clone(&received));
                let mut deaf = deaf.clone();
                connections.spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let mut stream = BufReader::new(stream);
                    let is_deaf = async {
                        let _ = deaf.wait_for(|is_deaf| *is_deaf).await;
                    };
                    tokio::select! {
                        biased;
                        () = is_deaf => std::future::pending::<()>().await,
                        _ = read_frames(&mut stream, &received) => {}
                    }
                });
            }
        });
        Self { address, messages, is_deaf, _receiving: AbortOnDropHandle::new(receiving) }
    }

    /// From now on it accepts connections over TLS, and reads nothing of them.
    pub fn stop_reading(&self) {
        self.is_deaf.send_replace(true);
    }

    /// Where it receives.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has received.
    pub fn messages(&self) -> Vec<String> {
        self.messages.lock().clone()
    }
}

/// RFC 5425, 4.3: the length in decimal digits, a space, the message.
async fn read_frames(
    stream: &mut BufReader<impl AsyncRead + Unpin>,
    received: &Messages,
) -> io::Result<()> {
    loop {
        let mut length = Vec::new();
        if stream.read_until(b' ', &mut length).await? == 0 {
            return Ok(());
        }
        let length = String::from_utf8_lossy(&length);
        let length: usize = length.trim_end().parse().expect("the length of a message");
        let mut message = vec![0; length];
        stream.read_exact(&mut message).await?;
        received.lock().push(String::from_utf8(message).expect("UTF-8"));
    }
}

fn server_config(identity: &Identity, clients: Option<&Ca>) -> ServerConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the provider has cipher suites");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(ca) => {
            let mut roots = RootCertStore::empty();
            let ca = CertificateDer::from_pem_slice(ca.pem().as_bytes()).expect("a certificate");
            roots.add(ca).expect("a root");
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        }
    };
    let chain = CertificateDer::pem_slice_iter(identity.cert_pem.as_bytes());
    let chain = chain.collect::<Result<Vec<_>, _>>().expect("certificates");
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).expect("a key");
    builder.with_single_cert(chain, key).expect("they fit")
}
