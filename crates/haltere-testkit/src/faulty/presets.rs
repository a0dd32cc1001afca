//! Common faulty peers, by name.

use super::peer::Peer;
use super::script::Script;

impl Peer {
    /// An empty script, to be written.
    pub fn script() -> Script {
        Script::default()
    }

    /// A healthy broker.
    pub async fn healthy() -> Self {
        Self::script().read_connect().connack(0).serve().start().await
    }

    /// Accepts, and never sends anything.
    pub async fn silent() -> Self {
        Self::script().hold().start().await
    }

    /// Accepts, and closes at once.
    pub async fn closing() -> Self {
        Self::script().close().start().await
    }

    /// Accepts, and resets the connection once the client has sent something.
    pub async fn resetting() -> Self {
        Self::script().read_some().reset().start().await
    }

    /// A web server that answers 400 to everything.
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

    /// A healthy broker that knows only MQTT 3.1.1 and refuses 5 as that standard demands (3.1.2-2).
    pub async fn v3_only() -> Self {
        Self::script().read_connect().refuse_v5([0x20, 2, 0, 1]).connack(0).serve().start().await
    }

    /// A broker that reads the CONNECT and closes.
    pub async fn closing_before_connack() -> Self {
        Self::script().read_connect().close().start().await
    }

    /// A broker that never answers a PINGREQ.
    pub async fn ignoring_pings() -> Self {
        Self::script().read_connect().connack(0).serve_without_pings().start().await
    }

    /// A healthy broker that, after [`go_on`](Self::go_on), reports that another client has taken over
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use std::io;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::super::packet;
    use super::*;
    use crate::wait;

    const CONNECT_V3: &[u8] = b"\x10\x0E\0\x04MQTT\x04\x02\0\x1E\0\x02id";
    const CONNECT_V5: &[u8] = b"\x10\x0F\0\x04MQTT\x05\x02\0\x1E\0\0\x02id";

    #[expect(clippy::disallowed_methods, reason = "tests dial their own peer")]
    async fn dial(peer: &Peer) -> TcpStream {
        TcpStream::connect(peer.address()).await.expect("the peer accepts")
    }

    /// What the peer answers to `bytes` until it closes.
    async fn exchange(peer: &Peer, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut socket = dial(peer).await;
        socket.write_all(bytes).await?;
        let mut received = Vec::new();
        wait::within("the end", wait::DEADLINE, socket.read_to_end(&mut received)).await?;
        Ok(received)
    }

    #[tokio::test]
    async fn presets_do_what_their_names_say() {
        assert_eq!(exchange(&Peer::closing().await, CONNECT_V3).await.expect("polite"), b"");
        let reset = exchange(&Peer::resetting().await, CONNECT_V3).await.expect_err("a reset");
        assert_eq!(reset.kind(), io::ErrorKind::ConnectionReset);
        let http = exchange(&Peer::http().await, CONNECT_V3).await.expect("polite");
        assert!(http.starts_with(b"HTTP/1.1 400 "));
        let upgrade = Peer::refusing_upgrade("404 Not Found").await;
        let answer =
            exchange(&upgrade, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("polite");
        assert!(answer.starts_with(b"HTTP/1.1 404 Not Found\r\n"));
        let refusing = Peer::refusing(5).await;
        assert_eq!(exchange(&refusing, CONNECT_V3).await.expect("polite"), [0x20, 2, 0, 5]);
        assert_eq!(exchange(&refusing, CONNECT_V5).await.expect("polite"), [0x20, 3, 0, 5, 0]);
        let before = Peer::closing_before_connack().await;
        assert_eq!(exchange(&before, CONNECT_V3).await.expect("polite"), b"");
    }

    #[tokio::test]
    async fn records_connects() {
        let peer = Peer::refusing(0x87).await;
        exchange(&peer, CONNECT_V5).await.expect("polite");
        exchange(&peer, CONNECT_V3).await.expect("polite");
        let levels: Vec<_> = peer.connects().iter().map(|connect| connect.level).collect();
        assert_eq!((levels, peer.connections()), (vec![5, 4], 2));
    }

    #[tokio::test]
    async fn serves_until_go_on() {
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
        wait::within("the end", wait::DEADLINE, socket.read_to_end(&mut rest))
            .await
            .expect("polite");
        assert_eq!(rest, [0xE0, 2, 0x8E, 0]);
    }

    #[tokio::test]
    async fn a_v3_broker_refuses_v5_and_serves_v3() {
        let peer = Peer::v3_only().await;
        assert_eq!(exchange(&peer, CONNECT_V5).await.expect("polite"), [0x20, 2, 0, 1]);
        let mut socket = dial(&peer).await;
        socket.write_all(&[CONNECT_V3, &[0xC0, 0]].concat()).await.expect("open");
        let mut answer = [0; 6];
        socket.read_exact(&mut answer).await.expect("CONNACK and PINGRESP");
        assert_eq!(answer, [0x20, 2, 0, 0, 0xD0, 0]);
    }

    #[tokio::test]
    async fn scripts_may_differ_by_connection() {
        let peer = Peer::script().hold().start_then(Peer::script().close()).await;
        let mut first = dial(&peer).await;
        first.write_all(CONNECT_V3).await.expect("open");
        let silence = tokio::time::timeout(Duration::from_millis(50), first.read_u8()).await;
        assert!(silence.is_err());
        assert_eq!(exchange(&peer, CONNECT_V3).await.expect("polite"), b"");
    }

    #[tokio::test]
    async fn answers_pings_during_a_flood() {
        let peer = Peer::script().read_connect().connack(0).flood("t", [7; 1000]).start().await;
        let mut socket = dial(&peer).await;
        socket.write_all(CONNECT_V3).await.expect("open");
        let mut flood = vec![0; 1_000_000];
        wait::within("a megabyte", wait::DEADLINE, socket.read_exact(&mut flood))
            .await
            .expect("open");
        socket.write_all(&[0xC0, 0]).await.expect("open");
        wait::within("a PINGRESP", wait::DEADLINE, async {
            while !flood.windows(2).any(|two| two == packet::PINGRESP) {
                socket.read_exact(&mut flood).await.expect("open");
            }
        })
        .await;
    }
}
