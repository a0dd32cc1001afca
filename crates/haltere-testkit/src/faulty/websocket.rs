//! The server's side of a WebSocket: an answer of one's own making, then a stream of bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Sink as _, SinkExt as _, Stream as _};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Error, Message};

/// The header lines of an accepting response, for clients that have none of their own.
pub(super) const AGREED: &[&str] = &["Upgrade: websocket", "Connection: Upgrade"];

/// Reads an HTTP request up to its empty line.
pub(super) async fn read_head(from: &mut (impl AsyncRead + Unpin + ?Sized)) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(from.read_u8().await?);
    }
    Ok(head)
}

/// The binary messages of a WebSocket as a stream of bytes.
pub(super) struct WebSocketBytes<S> {
    stream: WebSocketStream<S>,
    unread: Bytes,
}

impl<S: AsyncRead + AsyncWrite + Unpin> WebSocketBytes<S> {
    /// Agrees to whatever is asked, with these header lines in addition to those for key and subprotocol.
    pub(super) async fn accept(mut socket: S, lines: &[String]) -> io::Result<Self> {
        let head = String::from_utf8_lossy(&read_head(&mut socket).await?).into_owned();
        let key = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("sec-websocket-key").then_some(value.trim())
        });
        let accept = derive_accept_key(key.unwrap_or_default().as_bytes());
        let mut answer = "HTTP/1.1 101 Switching Protocols\r\n".to_owned();
        let own =
            [format!("Sec-WebSocket-Accept: {accept}"), "Sec-WebSocket-Protocol: mqtt".to_owned()];
        for line in lines.iter().chain(&own) {
            answer.push_str(line);
            answer.push_str("\r\n");
        }
        socket.write_all(format!("{answer}\r\n").as_bytes()).await?;
        let stream = WebSocketStream::from_raw_socket(socket, Role::Server, None).await;
        Ok(Self { stream, unread: Bytes::new() })
    }

    /// Says something that is no MQTT.
    pub(super) async fn say(&mut self, text: &str) -> io::Result<()> {
        self.stream.send(Message::text(text)).await.map_err(io::Error::other)
    }

    pub(super) fn socket(&self) -> &S {
        self.stream.get_ref()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WebSocketBytes<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.unread.is_empty() {
            match ready!(Pin::new(&mut self.stream).poll_next(cx)) {
                Some(Ok(Message::Binary(bytes))) => self.unread = bytes,
                Some(Ok(Message::Close(_)) | Err(Error::ConnectionClosed)) | None => {
                    return Poll::Ready(Ok(()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
            }
        }
        let size = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread.split_to(size));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WebSocketBytes<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.stream).poll_ready(cx)).map_err(io::Error::other)?;
        let message = Message::Binary(Bytes::copy_from_slice(bytes));
        Pin::new(&mut self.stream).start_send(message).map_err(io::Error::other)?;
        // A script says one thing after the other; nothing may wait for a flush.
        let _ = Pin::new(&mut self.stream).poll_flush(cx);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx).map_err(io::Error::other)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx).map_err(io::Error::other)
    }
}
