//! MQTT inside a WebSocket (MQTT 5, 6), as a stream of bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::{Sink, Stream};
use haltere_core::{BrokerUrl, Code, Note, ProtocolViolation};
use haltere_mosquitto::text;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::ByteStream;
use super::upgrade::{UpgradeError, shake_hands};

/// The library allocates it per link, even if it is idle.
const READ_BUFFER: usize = 1024;
/// How much larger than the largest packet a frame may be.
const FRAME_SLACK: usize = 64 * 1024;

/// Upgrades the connection to WebSocket.
pub(crate) async fn upgrade<W: ByteStream>(
    mut stream: W,
    url: &BrokerUrl,
    max_packet: usize,
) -> Result<WebSocketBytes<W>, UpgradeError> {
    let rest = shake_hands(&mut stream, url).await?;
    let limits = Some(limits(max_packet));
    let stream = WebSocketStream::from_partially_read(stream, rest, Role::Client, limits).await;
    Ok(WebSocketBytes { stream, unread: Bytes::new() })
}

fn limits(max_packet: usize) -> WebSocketConfig {
    let limit = Some(max_packet + FRAME_SLACK);
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(FRAME_SLACK)
        .max_message_size(limit)
        .max_frame_size(limit)
}

/// The binary messages of a WebSocket as a stream of bytes: MQTT packets need not match them.
pub(crate) struct WebSocketBytes<W> {
    stream: WebSocketStream<W>,
    /// The unread part of the last message.
    unread: Bytes,
}

#[cfg(any(test, feature = "fuzzing"))]
impl<W: ByteStream> WebSocketBytes<W> {
    /// Wraps a connection that is already upgraded.
    pub(super) async fn over(stream: W, max_packet: usize) -> Self {
        let limits = Some(limits(max_packet));
        let stream = WebSocketStream::from_raw_socket(stream, Role::Client, limits).await;
        Self { stream, unread: Bytes::new() }
    }
}

impl<W: ByteStream> AsyncRead for WebSocketBytes<W> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.unread.is_empty() {
            match ready!(Pin::new(&mut self.stream).poll_next(cx)) {
                Some(Ok(Message::Binary(bytes))) => self.unread = bytes,
                // The library answers pings.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Text(_))) => {
                    return Poll::Ready(Err(violation(ProtocolViolation::WebsocketText)));
                }
                Some(Ok(Message::Close(Some(frame)))) => return Poll::Ready(closed(&frame)),
                Some(Ok(Message::Close(None))) | None => return Poll::Ready(Ok(())),
                Some(Err(error)) => return Poll::Ready(Err(io_error(error))),
            }
        }
        let size = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread[..size]);
        self.unread.advance(size);
        if self.unread.is_empty() {
            // Frees the memory of the message.
            self.unread = Bytes::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl<W: ByteStream> AsyncWrite for WebSocketBytes<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.stream).poll_ready(cx)).map_err(io_error)?;
        let message = Message::Binary(Bytes::copy_from_slice(bytes));
        Pin::new(&mut self.stream).start_send(message).map_err(io_error)?;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx).map_err(io_error)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx).map_err(io_error)
    }
}

fn io_error(error: WsError) -> io::Error {
    match error {
        WsError::Io(error) => error,
        // Most servers close a connection without the closing handshake of WebSocket.
        WsError::ConnectionClosed
        | WsError::AlreadyClosed
        | WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            io::Error::new(io::ErrorKind::UnexpectedEof, "the WebSocket was closed")
        }
        WsError::Capacity(_) => violation(ProtocolViolation::WebsocketTooLarge),
        WsError::Protocol(rule) => {
            violation(ProtocolViolation::WebsocketInvalid { code: Code::of_variant(&rule) })
        }
        other => violation(ProtocolViolation::WebsocketInvalid { code: Code::of_variant(&other) }),
    }
}

fn violation(violation: ProtocolViolation) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, violation)
}

/// The payload of a Close frame (RFC 6455, 5.5).
const REASON_MAX_CHARS: usize = 123;

/// The peer closed the WebSocket and gave a reason.
#[derive(Debug, thiserror::Error)]
#[error("it closed the WebSocket with {status}{}", .words.as_ref().map(|words| format!(" (\"{words}\")")).unwrap_or_default())]
pub(crate) struct CloseReason {
    /// By RFC 6455, 7.4.
    pub(crate) status: u16,
    words: Option<String>,
}

impl CloseReason {
    /// The words of the peer, if it gave any.
    pub(crate) fn note(&self) -> Option<Note> {
        self.words.clone().map(|text| Note::BrokerWords { text })
    }
}

/// The end of the stream: with an error if the peer says more than goodbye.
fn closed(frame: &CloseFrame) -> io::Result<()> {
    let words = text::shown(frame.reason.as_bytes(), REASON_MAX_CHARS);
    let words = words.map(|words| words.replace('"', "'"));
    if words.is_none() && matches!(frame.code, CloseCode::Normal | CloseCode::Away) {
        return Ok(());
    }
    let reason = CloseReason { status: frame.code.into(), words };
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason))
}

#[cfg(test)]
mod tests {
    use futures_util::{SinkExt, StreamExt};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio_tungstenite::accept_hdr_async;
    use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
    use tokio_tungstenite::tungstenite::http::HeaderValue;
    use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;

    use super::super::upgrade::SUBPROTOCOL;
    use super::*;

    const LIMIT: usize = 1_000;

    fn url(text: &str) -> BrokerUrl {
        BrokerUrl::parse(text).expect("valid")
    }

    /// A client at `ws://b.example:81/mqtt?x` and its server.
    async fn connected() -> (WebSocketBytes<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (ours, theirs) = duplex(256 * 1024);
        #[expect(clippy::result_large_err, reason = "the library's own signature")]
        let check = |request: &Request, mut response: Response| {
            assert_eq!(request.uri().to_string(), "/mqtt?x");
            assert_eq!(request.headers()["host"], "b.example:81");
            let subprotocol = request.headers()["sec-websocket-protocol"].clone();
            assert_eq!(subprotocol, SUBPROTOCOL);
            response.headers_mut().insert("sec-websocket-protocol", subprotocol);
            Ok(response)
        };
        let url = url("ws://b.example:81/mqtt?x");
        let (client, server) =
            tokio::join!(upgrade(ours, &url, LIMIT), accept_hdr_async(theirs, check));
        (client.expect("upgraded"), server.expect("upgraded"))
    }

    #[tokio::test]
    async fn messages_are_a_stream_of_bytes() {
        let (mut client, mut server) = connected().await;
        for part in ["on", "", "e tw", "o"] {
            server.send(Message::binary(part)).await.expect("open");
        }
        server.send(Message::Ping(Bytes::new())).await.expect("open");
        server.send(Message::binary("!")).await.expect("open");
        let mut read = [0; 8];
        client.read_exact(&mut read).await.expect("open");
        assert_eq!(&read, b"one two!");

        client.write_all(b"three").await.expect("open");
        client.flush().await.expect("open");
        let received = async {
            loop {
                match server.next().await.expect("open").expect("valid") {
                    Message::Pong(_) => {}
                    other => break other,
                }
            }
        };
        assert_eq!(received.await, Message::binary("three"));

        server.close(None).await.expect("open");
        assert_eq!(client.read(&mut read).await.expect("closed"), 0);
    }

    #[tokio::test]
    async fn the_reason_of_a_close_is_shown_and_harmless() {
        for (code, reason, expected) in [
            (CloseCode::Policy, "no \u{202e}\"clients\"", Some("1008 (\"no 'clients'\")")),
            (CloseCode::Again, "", Some("1013")),
            (CloseCode::Normal, "maintenance", Some("1000 (\"maintenance\")")),
            (CloseCode::Normal, "", None),
        ] {
            let (mut client, mut server) = connected().await;
            server.close(Some(CloseFrame { code, reason: reason.into() })).await.expect("open");
            let end = client.read(&mut [0; 8]).await;
            match expected {
                None => assert_eq!(end.expect("closed"), 0),
                Some(expected) => {
                    let error = end.expect_err("a reason");
                    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
                    assert_eq!(
                        error.to_string(),
                        format!("it closed the WebSocket with {expected}")
                    );
                }
            }
        }
    }

    #[tokio::test]
    async fn invalid_messages_end_the_link() {
        let too_long = "x".repeat(LIMIT + FRAME_SLACK + 1);
        for message in [Message::text("hello"), Message::binary(too_long)] {
            let (mut client, mut server) = connected().await;
            server.send(message).await.expect("open");
            let error = client.read_u8().await.expect_err("not MQTT");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
        }
    }

    #[tokio::test]
    async fn refusals() {
        for (answer, expected) in [
            (&b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"[..], "HTTP status 404"),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "HTTP status 200"),
            (b"220 smtp.example ESMTP\r\n\r\n", "not HTTP"),
            (b"\x15\x03\x01\0\x02\x02\x46", "speaks TLS"),
        ] {
            let (ours, mut theirs) = duplex(4_096);
            theirs.write_all(answer).await.expect("buffered");
            let refused = upgrade(ours, &url("ws://b.example"), LIMIT).await;
            let error = refused.map(drop).expect_err("refused").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    /// A WebSocket server of another protocol upgrades any client, and would then wait forever.
    #[tokio::test]
    async fn a_server_without_the_subprotocol_mqtt_is_refused() {
        for answered in [None, Some("chat")] {
            let (ours, theirs) = duplex(4_096);
            #[expect(clippy::result_large_err, reason = "the library's own signature")]
            let answer = |_: &Request, mut response: Response| {
                let subprotocol = answered.map(HeaderValue::from_static);
                let headers = response.headers_mut();
                headers.extend(subprotocol.map(|it| (SEC_WEBSOCKET_PROTOCOL, it)));
                Ok(response)
            };
            let url = url("ws://b.example");
            let (client, _server) =
                tokio::join!(upgrade(ours, &url, LIMIT), accept_hdr_async(theirs, answer));
            let error = client.map(drop).expect_err("no agreement");
            assert!(matches!(error, UpgradeError::Protocol(_)), "{error}");
            assert!(error.to_string().to_lowercase().contains("subprotocol"), "{error}");
        }
    }
}
