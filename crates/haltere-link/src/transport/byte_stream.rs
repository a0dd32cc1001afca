//! Any stream of bytes to a broker.

use tokio::io::{AsyncRead, AsyncWrite};

/// A stream of bytes to a broker: TCP, with or without TLS, with or without WebSocket.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> ByteStream for T {}
