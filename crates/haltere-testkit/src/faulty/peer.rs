//! Carrying scripts out.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{BufMut as _, BytesMut};
use futures_util::FutureExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::task::AbortOnDropHandle;

use super::packet::{self, Connect};
use super::script::{Script, Step};

/// A running script; ends when dropped, resetting nothing that the kernel would not.
#[derive(Debug)]
pub struct Peer {
    address: SocketAddr,
    seen: Arc<Seen>,
    _running: AbortOnDropHandle<()>,
}

/// What clients have done so far, and what they are told to expect.
#[derive(Debug, Default)]
struct Seen {
    connections: Mutex<usize>,
    connects: Mutex<Vec<Connect>>,
    goodbyes: Mutex<usize>,
    go_on: Notify,
}

/// The usual suspects.
impl Peer {
    /// An empty script, to be written.
    pub fn script() -> Script {
        Script::default()
    }

    /// A good broker.
    pub async fn healthy() -> Self {
        Self::script().read_connect().connack(0).serve().start().await
    }

    /// Accepts, and says nothing ever.
    pub async fn silent() -> Self {
        Self::script().hold().start().await
    }

    /// Accepts and closes politely at once.
    pub async fn closing() -> Self {
        Self::script().close().start().await
    }

    /// Accepts, and resets once the client has said something.
    pub async fn resetting() -> Self {
        Self::script().read_some().reset().start().await
    }

    /// A web server, answering what it takes for a bad request.
    pub async fn http() -> Self {
        Self::script()
            .read_some()
            .send(
                "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\
                 Connection: close\r\n\r\nBad Request",
            )
            .close()
            .start()
            .await
    }

    /// A web server that answers a WebSocket upgrade with `status`, for example `404 Not Found`.
    pub async fn refusing_upgrade(status: &str) -> Self {
        Self::script()
            .read_http_head()
            .send(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
            .close()
            .start()
            .await
    }

    /// A broker that answers each CONNECT with this code.
    pub async fn refusing(code: u8) -> Self {
        Self::script().read_connect().connack(code).close().start().await
    }

    /// A good broker that knows only MQTT 3.1.1 and says so as that standard demands (3.1.2-2).
    pub async fn v3_only() -> Self {
        Self::script().read_connect().refuse_v5([0x20, 2, 0, 1]).connack(0).serve().start().await
    }

    /// A broker that reads the CONNECT and closes.
    pub async fn closing_before_connack() -> Self {
        Self::script().read_connect().close().start().await
    }

    /// A broker that never answers a PINGREQ.
    pub async fn deaf_to_pings() -> Self {
        Self::script().read_connect().connack(0).serve_without_pings().start().await
    }

    /// A good broker that, when told to [`go_on`](Self::go_on), says another client has taken over
    /// the session (MQTT 5, 0x8E) and closes.
    pub async fn taking_over() -> Self {
        Self::script()
            .read_connect()
            .connack(0)
            .serve()
            .send([0xE0, 2, 0x8E, 0])
            .close()
            .start()
            .await
    }

    /// A broker that sends a packet no version of MQTT knows, once the client has subscribed.
    pub async fn malformed() -> Self {
        Self::script()
            .read_connect()
            .connack(0)
            .answer_subscribe()
            .send([0x00, 0x00])
            .hold()
            .start()
            .await
    }
}

impl Peer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its URL with this scheme.
    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// How many connections it has accepted so far.
    pub fn connections(&self) -> usize {
        *self.seen.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The CONNECTs it has read so far.
    pub fn connects(&self) -> Vec<Connect> {
        self.seen.connects.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many DISCONNECTs it has read so far.
    pub fn goodbyes(&self) -> usize {
        *self.seen.goodbyes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets one connection that is at `serve` (or the next to get there) go on to its next step.
    pub fn go_on(&self) {
        self.seen.go_on.notify_one();
    }

    /// Runs the first script for the first connection, and so on; the last one for all others.
    pub(super) async fn run(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let seen = Arc::<Seen>::default();
        let running = tokio::spawn(accept(listener, scripts, seen.clone()));
        Self { address, seen, _running: AbortOnDropHandle::new(running) }
    }
}

async fn accept(listener: TcpListener, scripts: Vec<Script>, seen: Arc<Seen>) {
    // Ends its tasks when this one is aborted.
    let mut tasks = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let number = seen.count_connection();
        let script = scripts.get(number).or(scripts.last()).cloned().unwrap_or_default();
        let seen = seen.clone();
        tasks.spawn(async move {
            // A client that leaves in the middle is everyday life here.
            let _ = Act { socket: Wire::Tcp(socket), level: 4, seen }.play(script.steps).await;
        });
        while tasks.try_join_next().is_some() {}
    }
}

impl Seen {
    fn count_goodbye(&self) {
        *self.goodbyes.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    /// Returns how many there were before.
    fn count_connection(&self) -> usize {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        *connections += 1;
        *connections - 1
    }
}

/// TCP, or TLS on top of it.
enum Wire {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

trait ReadWrite: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> ReadWrite for T {}

impl Wire {
    fn stream(&mut self) -> &mut dyn ReadWrite {
        match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => stream,
        }
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }
}

/// One connection being played to.
struct Act {
    socket: Wire,
    /// The protocol level of the client's CONNECT.
    level: u8,
    seen: Arc<Seen>,
}

impl Act {
    async fn play(mut self, steps: Vec<Step>) -> io::Result<()> {
        for step in steps {
            match step {
                Step::Tls(config) => self = self.accept_tls(config).await?,
                Step::ReadSome => {
                    self.stream().read_u8().await?;
                }
                Step::ReadHttpHead => self.read_http_head().await?,
                Step::ReadConnect => self.read_connect().await?,
                Step::RefuseV5(_) if self.level < 5 => {}
                Step::RefuseV5(bytes) => {
                    self.stream().write_all(&bytes).await?;
                    return self.close().await;
                }
                Step::Connack(code) => {
                    let answer = packet::connack(self.level, code);
                    self.stream().write_all(&answer).await?;
                }
                Step::AnswerSubscribe(code) => {
                    while self.answer(true, code).await? != packet::SUBSCRIBE {}
                }
                Step::Send(bytes) => self.stream().write_all(&bytes).await?,
                Step::Publish { topic, payload } => {
                    let bytes = packet::publish(self.level, &topic, &payload);
                    self.stream().write_all(&bytes).await?;
                }
                Step::PublishHead { topic, declared } => {
                    self.stream().write_all(&packet::publish_head(&topic, declared)).await?;
                }
                Step::Trickle(every) => loop {
                    self.stream().write_all(&[0]).await?;
                    tokio::time::sleep(every).await;
                },
                Step::Flood { topic, payload } => self.flood(&topic, &payload).await?,
                Step::Serve { pings } => self.serve(pings).await?,
                Step::Hold => return self.drain().await,
                Step::Close => return self.close().await,
                Step::Reset => return self.socket.tcp().set_zero_linger(),
            }
        }
        self.close().await
    }

    fn stream(&mut self) -> &mut dyn ReadWrite {
        self.socket.stream()
    }

    async fn accept_tls(self, config: Arc<rustls::ServerConfig>) -> io::Result<Self> {
        let Wire::Tcp(tcp) = self.socket else {
            return Err(io::Error::other("the script says TLS twice"));
        };
        let tls = TlsAcceptor::from(config).accept(tcp).await?;
        Ok(Self { socket: Wire::Tls(Box::new(tls)), ..self })
    }

    async fn read_http_head(&mut self) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream().read_u8().await?);
        }
        Ok(())
    }

    async fn read_connect(&mut self) -> io::Result<()> {
        let packet = packet::read(self.stream()).await?;
        let connect = packet::connect(&packet).ok_or(io::ErrorKind::InvalidData)?;
        self.level = connect.level;
        self.seen.connects.lock().unwrap_or_else(PoisonError::into_inner).push(connect);
        Ok(())
    }

    /// Reads one packet and answers it as a good broker does, a SUBSCRIBE with `code`; returns its
    /// kind.
    async fn answer(&mut self, pings: bool, code: u8) -> io::Result<u8> {
        let packet = packet::read(self.stream()).await?;
        let level = self.level;
        match packet.kind() {
            packet::SUBSCRIBE | packet::UNSUBSCRIBE => {
                let answer =
                    packet::suback(level, &packet, code).ok_or(io::ErrorKind::InvalidData)?;
                self.stream().write_all(&answer).await?;
            }
            packet::PINGREQ if pings => self.stream().write_all(packet::PINGRESP).await?,
            packet::DISCONNECT => {
                self.seen.count_goodbye();
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            _ => {}
        }
        Ok(packet.kind())
    }

    async fn serve(&mut self, pings: bool) -> io::Result<()> {
        let seen = self.seen.clone();
        loop {
            tokio::select! {
                biased;
                answered = self.answer(pings, 0) => { answered?; }
                // Cancels a read in the middle of a packet, at worst; the script goes on to
                // misbehave anyway.
                () = seen.go_on.notified() => return Ok(()),
            }
        }
    }

    /// Writes until the client leaves. Reads only what is there, so that writing never waits.
    async fn flood(&mut self, topic: &str, payload: &[u8]) -> io::Result<()> {
        let publish = packet::publish(self.level, topic, payload);
        let mut batch = BytesMut::new();
        while batch.len() < 64 * 1024 {
            batch.put_slice(&publish);
        }
        let mut heard = [0; 1024];
        loop {
            self.stream().write_all(&batch).await?;
            if let Some(length) = self.stream().read(&mut heard).now_or_never() {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                // After CONNECT and SUBSCRIBE a quiet client sends nothing but pings and a goodbye.
                if heard[..length].contains(&(packet::DISCONNECT << 4)) {
                    self.seen.count_goodbye();
                    return Ok(());
                }
                let pings = heard[..length].chunks(2).filter(|two| two == &[0xC0, 0]).count();
                self.stream().write_all(&packet::PINGRESP.repeat(pings)).await?;
            }
            // Loopback would let this task run for ever.
            tokio::task::yield_now().await;
        }
    }

    /// Reads until the client leaves.
    async fn drain(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 16 * 1024];
        while self.stream().read(&mut buffer).await? > 0 {}
        Ok(())
    }

    /// Sends the end of file, then reads on: closing with unread bytes would send a reset.
    async fn close(&mut self) -> io::Result<()> {
        self.stream().shutdown().await?;
        self.drain().await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wait;

    const CONNECT_V3: &[u8] = b"\x10\x0E\0\x04MQTT\x04\x02\0\x1E\0\x02id";
    const CONNECT_V5: &[u8] = b"\x10\x0F\0\x04MQTT\x05\x02\0\x1E\0\0\x02id";

    #[expect(clippy::disallowed_methods, reason = "tests dial their own peer")]
    async fn dial(peer: &Peer) -> TcpStream {
        TcpStream::connect(peer.address()).await.expect("the peer accepts")
    }

    /// What the peer answers to `bytes` until it closes.
    async fn hear(peer: &Peer, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut socket = dial(peer).await;
        socket.write_all(bytes).await?;
        let mut heard = Vec::new();
        wait::within("the end", wait::PATIENCE, socket.read_to_end(&mut heard)).await?;
        Ok(heard)
    }

    #[tokio::test]
    async fn suspects_do_what_their_names_say() {
        assert_eq!(hear(&Peer::closing().await, CONNECT_V3).await.expect("polite"), b"");
        let reset = hear(&Peer::resetting().await, CONNECT_V3).await.expect_err("a reset");
        assert_eq!(reset.kind(), io::ErrorKind::ConnectionReset);
        let http = hear(&Peer::http().await, CONNECT_V3).await.expect("polite");
        assert!(http.starts_with(b"HTTP/1.1 400 "));
        let upgrade = Peer::refusing_upgrade("404 Not Found").await;
        let answer = hear(&upgrade, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("polite");
        assert!(answer.starts_with(b"HTTP/1.1 404 Not Found\r\n"));
        let refusing = Peer::refusing(5).await;
        assert_eq!(hear(&refusing, CONNECT_V3).await.expect("polite"), [0x20, 2, 0, 5]);
        assert_eq!(hear(&refusing, CONNECT_V5).await.expect("polite"), [0x20, 3, 0, 5, 0]);
        let before = Peer::closing_before_connack().await;
        assert_eq!(hear(&before, CONNECT_V3).await.expect("polite"), b"");
    }

    #[tokio::test]
    async fn remembers_who_came() {
        let peer = Peer::refusing(0x87).await;
        hear(&peer, CONNECT_V5).await.expect("polite");
        hear(&peer, CONNECT_V3).await.expect("polite");
        let levels: Vec<_> = peer.connects().iter().map(|connect| connect.level).collect();
        assert_eq!((levels, peer.connections()), (vec![5, 4], 2));
    }

    #[tokio::test]
    async fn serves_until_told_to_go_on() {
        let peer = Peer::taking_over().await;
        let mut socket = dial(&peer).await;
        socket.write_all(CONNECT_V5).await.expect("open");
        let mut connack = [0; 5];
        socket.read_exact(&mut connack).await.expect("a CONNACK");
        socket.write_all(&[0xC0, 0]).await.expect("open");
        let mut pingresp = [0; 2];
        socket.read_exact(&mut pingresp).await.expect("a PINGRESP");
        assert_eq!(pingresp, [0xD0, 0]);
        peer.go_on();
        let mut rest = Vec::new();
        wait::within("the end", wait::PATIENCE, socket.read_to_end(&mut rest))
            .await
            .expect("polite");
        assert_eq!(rest, [0xE0, 2, 0x8E, 0]);
    }

    #[tokio::test]
    async fn a_v3_broker_refuses_v5_and_serves_v3() {
        let peer = Peer::v3_only().await;
        assert_eq!(hear(&peer, CONNECT_V5).await.expect("polite"), [0x20, 2, 0, 1]);
        let mut socket = dial(&peer).await;
        socket.write_all(&[CONNECT_V3, &[0xC0, 0]].concat()).await.expect("open");
        let mut answer = [0; 6];
        socket.read_exact(&mut answer).await.expect("CONNACK and PINGRESP");
        assert_eq!(answer, [0x20, 2, 0, 0, 0xD0, 0]);
    }

    #[tokio::test]
    async fn the_silent_one_is_silent_and_scripts_may_differ_by_connection() {
        let peer = Peer::script().hold().start_then(Peer::script().close()).await;
        let mut first = dial(&peer).await;
        first.write_all(CONNECT_V3).await.expect("open");
        let silence = tokio::time::timeout(Duration::from_millis(50), first.read_u8()).await;
        assert!(silence.is_err());
        assert_eq!(hear(&peer, CONNECT_V3).await.expect("polite"), b"");
    }

    #[tokio::test]
    async fn floods_and_still_answers_pings() {
        let peer = Peer::script().read_connect().connack(0).flood("t", [7; 1000]).start().await;
        let mut socket = dial(&peer).await;
        socket.write_all(CONNECT_V3).await.expect("open");
        let mut flood = vec![0; 1_000_000];
        wait::within("a megabyte", wait::PATIENCE, socket.read_exact(&mut flood))
            .await
            .expect("open");
        socket.write_all(&[0xC0, 0]).await.expect("open");
        wait::within("a PINGRESP", wait::PATIENCE, async {
            while !flood.windows(2).any(|two| two == packet::PINGRESP) {
                socket.read_exact(&mut flood).await.expect("open");
            }
        })
        .await;
    }
}
