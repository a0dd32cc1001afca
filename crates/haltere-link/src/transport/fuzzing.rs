//! Any bytes from a broker, in any pieces: as packets, and as a whole session.

use parking_lot::Mutex;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use haltere_core::{ProtocolVersion, Secret};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::codec::Hello;
use super::framer::{Frame, FrameError, Framer};
use super::session::{Ended, Habits, Session};
use super::websocket::WebSocketBytes;

/// Small, so that inputs of some kilobytes go past it.
const MAX_PACKET: usize = 300;

/// Cuts a stream into packets. The first byte says how large its pieces are; how they fall must not
/// matter, and no more may be held than has arrived and is allowed.
pub fn framer(input: &[u8]) {
    let Some((&size, stream)) = input.split_first() else { return };
    let whole = cut([stream]);
    let pieces = cut(stream.chunks(usize::from(size).max(1)));
    assert_eq!(whole, pieces, "how the stream was cut made a difference");
}

/// What a framer makes of a stream: the packets, `None` for each that was skipped, and how it ended.
fn cut<'a>(
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Option<Vec<u8>>>, Result<(), FrameError>) {
    let mut framer = Framer::new(MAX_PACKET);
    let mut found = Vec::new();
    for mut chunk in chunks {
        loop {
            match framer.next(&mut chunk) {
                Ok(Some(Frame::Packet(packet))) => found.push(Some(packet.to_vec())),
                Ok(Some(Frame::Skipped)) => found.push(None),
                Ok(None) => break,
                Err(error) => return (found, Err(error)),
            }
        }
        assert!(chunk.is_empty(), "something was left lying");
        // A vector that grows byte by byte may have room for twice of what it holds.
        assert!(framer.held() <= 2 * (MAX_PACKET + 5), "{} bytes are held", framer.held());
    }
    (found, Ok(()))
}

/// A session from CONNECT to its end, with a broker that says any bytes, see [`Script`].
///
/// It ends by itself, holds little, and says nothing that is not MQTT.
pub fn driver(input: &[u8]) {
    let Some((script, version, webbed)) = Script::read(input) else { return };
    let said = Arc::clone(&script.heard);
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let ended = runtime.expect("a runtime").block_on(async {
        let session = async {
            if webbed {
                live(WebSocketBytes::over(script, MAX_PACKET).await, version).await
            } else {
                live(script, version).await
            }
        };
        timeout(LONGEST * 2, session).await
    });
    let said = said.lock();
    if webbed {
        return;
    }
    let mut framer = Framer::new(usize::MAX);
    let mut rest = said.as_slice();
    let mut kinds = Vec::new();
    while let Ok(Some(Frame::Packet(packet))) = framer.next(&mut rest) {
        kinds.push(u32::from(packet[0] >> 4));
    }
    assert!(kinds.first().is_none_or(|kind| *kind == 1), "CONNECT comes first: {kinds:?}");
    for (kind, most) in [(1, 1), (8, 1)] {
        let count = kinds.iter().filter(|said| **said == kind).count();
        assert!(count <= most, "packet type {kind} was said {count} times: {ended:?}");
    }
}

/// A silent broker is found within this time, once it has let us in.
const LONGEST: Duration = HABITS.keepalive.saturating_add(HABITS.ping_timeout);

const HABITS: Habits = Habits {
    keepalive: Duration::from_secs(30),
    ping_timeout: Duration::from_secs(10),
    max_packet: MAX_PACKET,
    read_sys: true,
};

async fn live(wire: impl super::Wire + 'static, version: ProtocolVersion) -> Ended {
    let password = Secret::from("secret");
    let hello = Hello {
        client_id: "haltere-fuzz",
        username: Some("haltere"),
        password: Some(&password),
        keepalive: 30,
    };
    let mut session = match Session::greet(Box::new(wire), version, hello, HABITS).await {
        Ok(session) => session,
        Err(ended) => return ended,
    };
    loop {
        let news = timeout(LONGEST, session.news()).await;
        let held = session.held();
        assert!(held <= 256 * 1024, "{held} bytes are held");
        match news.expect("a session either has news or ends") {
            Ok(news) => {
                assert!(news.version.is_none_or(|version| version.chars().count() <= 128));
            }
            Err(ended) => return ended,
        }
    }
}

/// A broker that reads its part off the input.
struct Script {
    /// What it still has to say.
    saying: Vec<u8>,
    /// How many bytes of it come at once.
    piece: usize,
    /// How it takes what we say: never, or so many bytes at once.
    taking: usize,
    /// In between, it is not ready.
    hesitates: bool,
    /// It hesitated when it was asked last.
    hesitated: bool,
    /// When all is said it closes; otherwise it is silent.
    closes: bool,
    /// What it has been told.
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Script {
    /// Three bytes for the manner (flags, size of the pieces, size of what it takes), then the words.
    fn read(input: &[u8]) -> Option<(Self, ProtocolVersion, bool)> {
        let [flags, piece, taking, words @ ..] = input else { return None };
        let version = if flags & 1 == 0 { ProtocolVersion::V5 } else { ProtocolVersion::V3_1_1 };
        let webbed = flags & 16 != 0;
        let mut saying = Vec::new();
        if flags & 2 != 0 && !webbed {
            // Lets us in first, so that not every input has to find out how that is done.
            saying.extend_from_slice(match version {
                ProtocolVersion::V3_1_1 => &[0x20, 2, 0, 0],
                ProtocolVersion::V5 => &[0x20, 3, 0, 0, 0],
            });
        }
        saying.extend_from_slice(words);
        let script = Self {
            saying,
            piece: if *piece == 0 { usize::MAX } else { (*piece).into() },
            taking: if *taking == 0 { usize::MAX } else { (*taking - 1).into() },
            hesitates: flags & 4 != 0,
            hesitated: false,
            closes: flags & 8 != 0,
            heard: Arc::default(),
        };
        Some((script, version, webbed))
    }

    fn hesitates_now(&mut self, cx: &Context<'_>) -> bool {
        self.hesitated = self.hesitates && !self.hesitated;
        if self.hesitated {
            cx.waker().wake_by_ref();
        }
        self.hesitated
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.saying.is_empty() {
            return if self.closes { Poll::Ready(Ok(())) } else { Poll::Pending };
        }
        if self.hesitates_now(cx) {
            return Poll::Pending;
        }
        let size = self.piece.min(self.saying.len()).min(buffer.remaining());
        buffer.put_slice(&self.saying[..size]);
        self.saying.drain(..size);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Script {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.taking == 0 || self.hesitates_now(cx) {
            return Poll::Pending;
        }
        let size = self.taking.min(bytes.len());
        let mut heard = self.heard.lock();
        heard.extend_from_slice(&bytes[..size]);
        Poll::Ready(Ok(size))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
