//! Carrying a script out on one connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use futures_util::FutureExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::packet;
use super::peer::Seen;
use super::script::Step;
use super::websocket::{WebSocketBytes, read_head};

/// TCP, TLS on top of it, and a WebSocket on top of either.
enum Socket {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Ws(Box<WebSocketBytes<TcpStream>>),
    Wss(Box<WebSocketBytes<TlsStream<TcpStream>>>),
}

trait ReadWrite: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> ReadWrite for T {}

impl Socket {
    fn stream(&mut self) -> &mut dyn ReadWrite {
        match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => stream,
            Self::Ws(stream) => stream,
            Self::Wss(stream) => stream,
        }
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
            Self::Ws(stream) => stream.socket(),
            Self::Wss(stream) => stream.socket().get_ref().0,
        }
    }
}

/// One connection being played to.
pub(super) struct Act {
    socket: Socket,
    /// The protocol level of the client's CONNECT.
    level: u8,
    seen: Arc<Seen>,
}

impl Act {
    pub(super) fn new(socket: TcpStream, seen: Arc<Seen>) -> Self {
        Self { socket: Socket::Tcp(socket), level: 4, seen }
    }

    /// Carries out `steps`; an error is a client that left in the middle.
    pub(super) async fn play(mut self, steps: Vec<Step>) -> io::Result<()> {
        for step in steps {
            match step {
                Step::Tls(config) => self = self.accept_tls(config).await?,
                Step::ReadSome => {
                    self.stream().read_u8().await?;
                }
                Step::ReadHttpHead => drop(read_head(self.stream()).await?),
                Step::WebSocket(lines) => self = self.accept_websocket(&lines).await?,
                Step::Say(text) => match &mut self.socket {
                    Socket::Ws(socket) => socket.say(&text).await?,
                    Socket::Wss(socket) => socket.say(&text).await?,
                    Socket::Tcp(_) | Socket::Tls(_) => {
                        return Err(io::Error::other("the script has no WebSocket"));
                    }
                },
                Step::ReadConnect => self.read_connect().await?,
                Step::RefuseV5(_) if self.level < 5 => {}
                Step::RefuseV5(bytes) => {
                    self.stream().write_all(&bytes).await?;
                    return self.close().await;
                }
                Step::DropV5 => {
                    if self.read_connect_unless_v5().await?.is_none() {
                        return self.drop_unread();
                    }
                }
                Step::Connack(code) => {
                    let answer = packet::connack(self.level, code);
                    self.stream().write_all(&answer).await?;
                }
                Step::AnswerSubscribe(code) => {
                    while self.answer(true, code).await? != packet::SUBSCRIBE {}
                }
                Step::AwaitSubscribe => self.await_subscribe().await?,
                Step::AwaitPublish => while self.answer(true, 0).await? != packet::PUBLISH {},
                Step::Pause(pause) => self.pause(pause).await?,
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
        let Socket::Tcp(tcp) = self.socket else {
            return Err(io::Error::other("the script says TLS twice"));
        };
        let tls = TlsAcceptor::from(config).accept(tcp).await?;
        Ok(Self { socket: Socket::Tls(Box::new(tls)), ..self })
    }

    async fn accept_websocket(self, lines: &[String]) -> io::Result<Self> {
        let socket = match self.socket {
            Socket::Tcp(tcp) => Socket::Ws(Box::new(WebSocketBytes::accept(tcp, lines).await?)),
            Socket::Tls(tls) => Socket::Wss(Box::new(WebSocketBytes::accept(*tls, lines).await?)),
            Socket::Ws(_) | Socket::Wss(_) => {
                return Err(io::Error::other("the script says WebSocket twice"));
            }
        };
        Ok(Self { socket, ..self })
    }

    /// Reads a CONNECT as a parser of MQTT 3 does: up to the protocol level, and no further when that is
    /// one it does not know.
    async fn read_connect_unless_v5(&mut self) -> io::Result<Option<()>> {
        let packet = packet::read_up_to_level(self.stream(), 5).await?;
        let Some(packet) = packet else { return Ok(None) };
        self.take_connect(&packet).map(Some)
    }

    /// Lets go of the connection with bytes of the client unread, which is a reset.
    fn drop_unread(self) -> io::Result<()> {
        match self.socket {
            Socket::Tcp(_) => Ok(()),
            // The layers in between have read what TCP had.
            layered => layered.tcp().set_zero_linger(),
        }
    }

    async fn read_connect(&mut self) -> io::Result<()> {
        let packet = packet::read(self.stream()).await?;
        self.take_connect(&packet)
    }

    fn take_connect(&mut self, packet: &packet::Packet) -> io::Result<()> {
        let connect = packet::connect(packet).ok_or(io::ErrorKind::InvalidData)?;
        self.level = connect.level;
        self.seen.remember(connect);
        Ok(())
    }

    /// Reads one packet and answers it as a good broker does, a SUBSCRIBE with `code`; returns its
    /// kind.
    async fn answer(&mut self, pings: bool, code: u8) -> io::Result<u8> {
        let packet = packet::read(self.stream()).await?;
        let level = self.level;
        self.seen.count(&packet);
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

    /// Answers pings until there is a SUBSCRIBE, and leaves that unanswered.
    async fn await_subscribe(&mut self) -> io::Result<()> {
        loop {
            let packet = packet::read(self.stream()).await?;
            self.seen.count(&packet);
            match packet.kind() {
                packet::SUBSCRIBE => return Ok(()),
                packet::PINGREQ => self.stream().write_all(packet::PINGRESP).await?,
                packet::DISCONNECT => {
                    self.seen.count_goodbye();
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                _ => {}
            }
        }
    }

    /// Is a good broker for so long.
    async fn pause(&mut self, pause: Duration) -> io::Result<()> {
        let end = tokio::time::sleep(pause);
        tokio::pin!(end);
        loop {
            tokio::select! {
                biased;
                () = &mut end => return Ok(()),
                answered = self.answer(true, 0) => { answered?; }
            }
        }
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
        let mut received = [0; 1024];
        loop {
            self.stream().write_all(&batch).await?;
            if let Some(length) = self.stream().read(&mut received).now_or_never() {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                // After CONNECT and SUBSCRIBE a quiet client sends nothing but pings and a goodbye.
                if received[..length].contains(&(packet::DISCONNECT << 4)) {
                    self.seen.count_goodbye();
                    return Ok(());
                }
                let pings = received[..length].chunks(2).filter(|two| two == &[0xC0, 0]).count();
                self.seen.count_pings(pings);
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
