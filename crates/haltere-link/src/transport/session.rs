//! One MQTT session: greeting, keep-alive, and what the broker tells about itself.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use haltere_core::{MqttReason, ProtocolVersion};
use haltere_mosquitto::sys;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf, copy, sink};
use tokio::time::{Instant, Sleep, sleep};

use super::codec::{Broken, Codec, Heard, Hello, Message, Refusal};
use super::framer::{Frame, FrameError, Framer};
use super::wire::Wire;
use crate::sys_habit::{SETTLED, SOON, SysEnd};

/// How much is read at once. Lies on the stack while reading, so that an idle link holds no buffer. Full of
/// short messages it keeps a thread busy for some 60 µs, which is how long a flood makes others wait.
const CHUNK: usize = 4 * 1024;
/// How many reads come in a row before others get their turn: a broker that sends without a pause must not
/// have a thread to itself.
const READS: usize = 8;
/// How much may wait to be written. We say little; only acknowledgements for a broker that does not
/// read them could pile up.
const OUTBOX: usize = 64 * 1024;

/// How sessions behave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    /// How often we ask whether the broker is still there.
    pub(crate) keepalive: Duration,
    /// How long it may take to answer.
    pub(crate) ping_timeout: Duration,
    /// The largest packet we take.
    pub(crate) max_packet: usize,
    /// Whether to ask for the broker's version and uptime.
    pub(crate) read_sys: bool,
}

/// An MQTT session that the broker has accepted.
pub(crate) struct Session {
    wire: Box<dyn Wire>,
    framer: Framer,
    codec: Codec,
    /// What has still to be written. Kept here, so that dropping the future in the middle of a write
    /// does no harm.
    outbox: Vec<u8>,
    pulse: Pulse,
    /// Nothing has been heard yet.
    fresh: bool,
    sys: Sys,
    /// When `sys` last changed.
    since: Instant,
}

/// Whether the broker was asked for its version and uptime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sys {
    NotAsked,
    /// SUBACK has not come.
    Asked,
    /// SUBACK has come, whatever it says.
    Answered,
}

/// What came in with one read. Coalesced, so that a flood of messages costs no queue.
#[derive(Debug, Default, PartialEq, Eq)]
struct Chunk {
    /// CONNACK: we are in, with the keep-alive the broker wants, or not.
    greeting: Option<Result<Option<u16>, Refusal>>,
    /// DISCONNECT: the broker is about to close, and says why.
    goodbye: Option<Refusal>,
    news: News,
}

/// What a broker tells about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// SUBACK: whether any of the filters was granted.
    pub(crate) subscribed: Option<bool>,
    /// The broker's version.
    pub(crate) version: Option<String>,
    /// How long the broker has been up.
    pub(crate) uptime: Option<Duration>,
    /// How many messages were over the limit.
    pub(crate) skipped: u64,
    /// A ping was answered.
    pub(crate) pong: bool,
}

/// Why a session ended, or did not begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    /// The broker closed the connection without a word.
    #[error("the broker closed the connection")]
    Closed,
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[source] io::Error),
    /// The broker did not let us in.
    #[error("the broker refused us: {}", .0.code)]
    Refused(Refusal),
    /// The broker said DISCONNECT.
    #[error("the broker ended the session: {}", .0.code)]
    Goodbye(Refusal),
    /// The broker did not answer a ping.
    #[error("no answer to a ping within {0:?}")]
    NoPong(Duration),
    /// The broker broke the rules of MQTT.
    #[error("the broker broke the rules of MQTT: {0}")]
    Broken(String),
    /// The other side answered CONNECT in the language of TLS.
    #[error("the other side speaks TLS")]
    SpeaksTls,
    /// The other side answered CONNECT in the language of HTTP.
    #[error("the other side speaks HTTP")]
    SpeaksHttp,
    /// User name, password or client id can't be sent in MQTT.
    #[error("CONNECT can't be made: {0}")]
    Unsendable(Broken),
}

impl From<Broken> for Ended {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken.to_string())
    }
}

impl From<FrameError> for Ended {
    fn from(error: FrameError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl Session {
    /// Says CONNECT and waits for the answer, for as long as it takes. Asks for the broker's version
    /// and uptime at once when it is let in, if that is its habit.
    pub(crate) async fn greet(
        wire: Box<dyn Wire>,
        version: ProtocolVersion,
        hello: Hello<'_>,
        habits: Habits,
    ) -> Result<Self, Ended> {
        let mut codec = Codec::new(version);
        let outbox = codec.connect(hello).map_err(Ended::Unsendable)?;
        let framer = Framer::new(habits.max_packet);
        let pulse = Pulse::new(habits.keepalive, habits.ping_timeout);
        let (sys, since) = (Sys::NotAsked, Instant::now());
        let mut session = Self { wire, framer, codec, outbox, pulse, fresh: true, sys, since };
        loop {
            let Chunk { greeting, goodbye, .. } = poll_fn(|cx| session.poll(cx)).await?;
            match (greeting, goodbye) {
                (Some(Err(refusal)), _) => return Err(Ended::Refused(refusal)),
                // Right behind its CONNACK.
                (_, Some(why)) => return Err(Ended::Goodbye(why)),
                (Some(Ok(keepalive)), None) => {
                    session.pulse.agree(keepalive);
                    session.since = Instant::now();
                    if habits.read_sys {
                        session.ask_for_sys();
                    }
                    return Ok(session);
                }
                (None, None) => {}
            }
        }
    }

    /// The version of MQTT it speaks.
    pub(crate) fn version(&self) -> ProtocolVersion {
        self.codec.version()
    }

    /// Asks for the broker's version and uptime, unless that has been done. A broker that takes no packet of
    /// this length is not asked.
    pub(crate) fn ask_for_sys(&mut self) {
        if self.sys == Sys::NotAsked
            && let Ok(bytes) = self.codec.subscribe(&[sys::VERSION, sys::UPTIME])
        {
            self.outbox.extend(bytes);
            (self.sys, self.since) = (Sys::Asked, Instant::now());
        }
    }

    /// What the end of this session says about asking for version and uptime.
    pub(crate) fn sys_end(&self, ended: &Ended) -> SysEnd {
        let (passed, pulse) = (self.since.elapsed(), &self.pulse);
        let at_once = match self.sys {
            Sys::NotAsked => return SysEnd::NotAsked(passed),
            // A broker that hangs over it is found by its silence.
            Sys::Asked => passed <= pulse.keepalive + pulse.ping_timeout * 2 + SETTLED,
            Sys::Answered => passed <= SETTLED,
        };
        match ended {
            Ended::Goodbye(Refusal { code: MqttReason::SessionTakenOver, .. })
                if passed <= SOON =>
            {
                SysEnd::TakenOver(passed)
            }
            Ended::Goodbye(Refusal { code: MqttReason::SessionTakenOver, .. }) => SysEnd::Unrelated,
            Ended::Goodbye(Refusal { code, .. }) if at_once && is_about_a_subscription(*code) => {
                SysEnd::Refused
            }
            _ if at_once => SysEnd::Suspicious,
            Ended::Goodbye(Refusal { code, .. }) if is_about_the_broker(*code) => SysEnd::Unrelated,
            _ if passed <= SOON => SysEnd::Soon(passed),
            _ => SysEnd::Unrelated,
        }
    }

    /// How long it has been since the broker let us in, was asked or has answered, whichever came last.
    pub(crate) fn settled_for(&self) -> Duration {
        self.since.elapsed()
    }

    /// Asks now whether the broker is still there.
    pub(crate) fn ping_now(&mut self) -> Result<(), Ended> {
        self.outbox.extend(self.codec.ping()?);
        self.pulse.pinged();
        Ok(())
    }

    /// Whether a ping is unanswered.
    pub(crate) fn awaits_pong(&self) -> bool {
        self.pulse.waiting
    }

    /// Waits for news, and keeps the session alive meanwhile. Nothing is lost when the future is dropped.
    pub(crate) async fn news(&mut self) -> Result<News, Ended> {
        poll_fn(|cx| self.poll_news(cx)).await
    }

    /// See [`Self::news`].
    pub(crate) fn poll_news(&mut self, cx: &mut Context<'_>) -> Poll<Result<News, Ended>> {
        // First, so that a flood of messages does not keep us from showing that we are there.
        while let Poll::Ready(beat) = self.pulse.poll(cx) {
            match beat {
                Beat::Ping => self.outbox.extend(self.codec.ping()?),
                Beat::Dead(after) => return Poll::Ready(Err(Ended::NoPong(after))),
            }
        }
        match ready!(self.poll(cx))? {
            Chunk { goodbye: Some(why), .. } => Poll::Ready(Err(Ended::Goodbye(why))),
            Chunk { news, .. } => Poll::Ready(Ok(news)),
        }
    }

    /// Writes what waits to be written, and reads until something came in that matters.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Chunk, Ended>> {
        for _ in 0..READS {
            if let Poll::Ready(Err(error)) = self.poll_outbox(cx) {
                return Poll::Ready(Err(Ended::Io(error)));
            }
            match self.poll_chunk(cx) {
                Poll::Ready(Ok(chunk)) if chunk == Chunk::default() => {}
                done => return done,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// How many bytes of memory it holds for what comes and goes.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn held(&self) -> usize {
        self.framer.held() + self.outbox.capacity()
    }

    /// Says DISCONNECT, and waits until the broker has closed. Whoever calls puts a limit around it.
    pub(crate) async fn goodbye(mut self) -> io::Result<()> {
        if let Ok(bytes) = self.codec.disconnect() {
            self.outbox.extend(bytes);
        }
        poll_fn(|cx| self.poll_outbox(cx)).await?;
        self.wire.shutdown().await?;
        // A socket closed with unread bytes sends a reset, which would overtake the DISCONNECT.
        copy(&mut self.wire, &mut sink()).await.map(drop)
    }

    fn poll_outbox(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outbox.is_empty() {
            match Pin::new(&mut self.wire).poll_write(cx, &self.outbox) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(size)) => drop(self.outbox.drain(..size)),
                other => return other.map_ok(drop),
            }
            if self.outbox.is_empty() {
                self.outbox = Vec::new();
            }
        }
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Chunk, Ended>> {
        let mut chunk = [const { MaybeUninit::uninit() }; CHUNK];
        let mut chunk = ReadBuf::uninit(&mut chunk);
        match Pin::new(&mut self.wire).poll_read(cx, &mut chunk) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Err(Ended::Io(error))),
            Poll::Ready(Ok(())) if chunk.filled().is_empty() => Poll::Ready(Err(Ended::Closed)),
            Poll::Ready(Ok(())) => Poll::Ready(self.digest(chunk.filled())),
        }
    }

    fn digest(&mut self, mut bytes: &[u8]) -> Result<Chunk, Ended> {
        if self.fresh {
            self.fresh = false;
            check_language(bytes)?;
        }
        let mut chunk = Chunk::default();
        while let Some(frame) = self.framer.next(&mut bytes)? {
            self.pulse.sign_of_life();
            let Frame::Packet(packet) = frame else {
                chunk.news.skipped += 1;
                continue;
            };
            match self.codec.hear(packet, &mut self.outbox)? {
                Heard::Accepted { server_keepalive } => {
                    chunk.greeting = Some(Ok(server_keepalive));
                }
                Heard::Refused(refusal) => chunk.greeting = Some(Err(refusal)),
                Heard::Subscribed(granted) => {
                    (self.sys, self.since) = (Sys::Answered, Instant::now());
                    chunk.news.subscribed = Some(granted.contains(&true));
                }
                Heard::Message(message) => chunk.news.read(&message),
                Heard::Pong => {
                    self.pulse.pong();
                    chunk.news.pong = true;
                }
                Heard::Goodbye(why) => chunk.goodbye = Some(why),
                Heard::Nothing => {}
            }
        }
        if self.outbox.len() > OUTBOX {
            return Err(Ended::Broken("it sends, but does not read our answers".to_owned()));
        }
        Ok(chunk)
    }
}

impl News {
    fn read(&mut self, message: &Message) {
        match message.topic() {
            sys::VERSION => self.version = sys::version(message.payload()).or(self.version.take()),
            sys::UPTIME => self.uptime = sys::uptime(message.payload()).or(self.uptime),
            _ => {}
        }
    }
}

/// Whether a broker that ends a session for this reason means a subscription.
fn is_about_a_subscription(code: MqttReason) -> bool {
    matches!(
        code,
        MqttReason::NotAuthorized
            | MqttReason::TopicFilterInvalid
            | MqttReason::SharedSubscriptionsNotSupported
            | MqttReason::SubscriptionIdentifiersNotSupported
            | MqttReason::WildcardSubscriptionsNotSupported
    )
}

/// Whether a broker that ends a session for this reason does so whatever the client has asked.
fn is_about_the_broker(code: MqttReason) -> bool {
    matches!(
        code,
        MqttReason::ServerShuttingDown
            | MqttReason::ServerBusy
            | MqttReason::UseAnotherServer
            | MqttReason::ServerMoved
            | MqttReason::KeepAliveTimeout
            | MqttReason::MaximumConnectTime
    )
}

/// What answers CONNECT is a CONNACK or a DISCONNECT, or does not speak MQTT.
fn check_language(first: &[u8]) -> Result<(), Ended> {
    match first {
        // A TLS alert or handshake record: content type 21 or 22, version 3.x (RFC 8446, 5.1).
        [0x15 | 0x16, 0x03, ..] => Err(Ended::SpeaksTls),
        [b'H', b'T', ..] => Err(Ended::SpeaksHttp),
        // DISCONNECT, which some brokers refuse with.
        [0x20 | 0xe0, ..] => Ok(()),
        _ => Err(Ended::Broken("its answer to CONNECT is not a CONNACK".to_owned())),
    }
}

/// Asks regularly whether the broker is still there.
struct Pulse {
    timer: Pin<Box<Sleep>>,
    keepalive: Duration,
    ping_timeout: Duration,
    /// A ping is unanswered.
    waiting: bool,
}

enum Beat {
    Ping,
    Dead(Duration),
}

impl Pulse {
    fn new(keepalive: Duration, ping_timeout: Duration) -> Self {
        Self { timer: Box::pin(sleep(keepalive)), keepalive, ping_timeout, waiting: false }
    }

    /// A broker may want to hear from us more often than we had in mind (MQTT 5, 3.2.2.3.14).
    fn agree(&mut self, seconds: Option<u16>) {
        if let Some(seconds @ 1..) = seconds {
            self.keepalive = self.keepalive.min(Duration::from_secs(seconds.into()));
        }
        self.timer.as_mut().reset(Instant::now() + self.keepalive);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Beat> {
        match self.timer.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) if self.waiting => Poll::Ready(Beat::Dead(self.ping_timeout)),
            Poll::Ready(()) => {
                self.pinged();
                Poll::Ready(Beat::Ping)
            }
        }
    }

    fn pinged(&mut self) {
        self.waiting = true;
        self.timer.as_mut().reset(Instant::now() + self.ping_timeout);
    }

    /// A packet came in: the answer to our ping may stand in line behind others. Less than a packet
    /// does not count, or a peer could pass for alive by sending a byte now and then.
    fn sign_of_life(&mut self) {
        if self.waiting {
            self.timer.as_mut().reset(Instant::now() + self.ping_timeout);
        }
    }

    fn pong(&mut self) {
        self.waiting = false;
        self.timer.as_mut().reset(Instant::now() + self.keepalive);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, DuplexStream, duplex};

    use super::*;

    const HABITS: Habits = Habits {
        keepalive: Duration::from_secs(30),
        ping_timeout: Duration::from_secs(10),
        max_packet: 1_000,
        read_sys: true,
    };
    const PING: [u8; 2] = [0xc0, 0];
    const PONG: [u8; 2] = [0xd0, 0];

    async fn greet(wire: DuplexStream) -> Result<Session, Ended> {
        let hello = Hello { client_id: "me", username: None, password: None, keepalive: 30 };
        Session::greet(Box::new(wire), ProtocolVersion::V5, hello, HABITS).await
    }

    /// What comes of an answer to CONNECT, followed by the end of the stream.
    async fn answered(answer: &[u8]) -> Result<Session, Ended> {
        let (ours, mut theirs) = duplex(4_096);
        theirs.write_all(answer).await.expect("room");
        theirs.shutdown().await.expect("open");
        greet(ours).await
    }

    /// A session that is up, with what has been asked for already read.
    async fn up(connack: &[u8]) -> (Session, DuplexStream) {
        let (ours, mut theirs) = duplex(4_096);
        theirs.write_all(connack).await.expect("room");
        let mut session = greet(ours).await.expect("accepted");
        assert!(futures_util::FutureExt::now_or_never(session.news()).is_none());
        let mut said = vec![0; 4_096];
        let size = theirs.read(&mut said).await.expect("open");
        let said = String::from_utf8_lossy(&said[..size]).into_owned();
        assert!(said.contains(sys::VERSION) && said.contains(sys::UPTIME), "{said}");
        (session, theirs)
    }

    #[tokio::test]
    async fn answers_to_connect() {
        let ended = async |answer: &[u8]| {
            answered(answer).await.map(drop).expect_err("not accepted").to_string()
        };
        assert_eq!(ended(b"").await, "the broker closed the connection");
        assert_eq!(ended(&[0x20, 3, 0, 0x87, 0]).await, "the broker refused us: NOT_AUTHORIZED");
        assert_eq!(ended(&[0x15, 3, 1, 0, 2, 2, 70]).await, "the other side speaks TLS");
        assert_eq!(ended(b"HTTP/1.1 400 Bad Request").await, "the other side speaks HTTP");
        assert!(ended(b"220 smtp").await.contains("not a CONNACK"));
        assert!(ended(&[0x20, 0xff, 0xff, 0xff, 0x7f]).await.contains("more than the limit"));
        assert_eq!(
            ended(&[0x20, 3, 0, 0, 0, 0xe0, 2, 0x8b, 0]).await,
            "the broker ended the session: SERVER_SHUTTING_DOWN"
        );
        assert!(answered(&[0x20, 3, 0, 0, 0]).await.is_ok());
    }

    #[tokio::test]
    async fn a_broker_that_takes_only_small_packets_lets_us_in_all_the_same() {
        let takes_20_bytes = [0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 20];
        assert!(answered(&takes_20_bytes).await.is_ok());
        let takes_none = [0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 0];
        assert!(answered(&takes_none).await.is_err(), "against the rules of MQTT");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_pinged_who_has_not_let_us_in() {
        let (ours, mut theirs) = duplex(4_096);
        let limit = HABITS.keepalive * 3;
        let outcome = tokio::time::timeout(limit, greet(ours)).await.map(|ended| ended.map(drop));
        assert!(outcome.is_err(), "the limit is another's: {outcome:?}");
        let mut said = Vec::new();
        theirs.read_to_end(&mut said).await.expect("said");
        assert_eq!(said.len(), 2 + usize::from(said[1]), "CONNECT and nothing else");
    }

    #[tokio::test]
    async fn news_of_a_broker_and_messages_that_are_too_large() {
        let (mut session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
        let mut bytes = b"\x30\x19\0\x13$SYS/broker/version\0m 2".to_vec();
        bytes.extend(b"\x30\x1c\0\x12$SYS/broker/uptime\x007 secon");
        bytes.extend(b"\x30\xe8\x0f");
        bytes.extend([0; 2_024]);
        bytes.extend(b"\x30\x08\0\x03a/b\0hi");
        theirs.write_all(&bytes).await.expect("room");
        let news = session.news().await.expect("up");
        let expected = News { version: Some("m 2".into()), skipped: 1, ..News::default() };
        assert_eq!(news, expected);
    }

    /// Lets us in, and has always more to say that matters to nobody.
    struct Chatterbox(Arc<AtomicUsize>);

    impl AsyncRead for Chatterbox {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
            buffer.put_slice(if first { &[0x20, 3, 0, 0, 0] } else { b"\x30\x08\0\x03a/b\0hi" });
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncWrite for Chatterbox {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn a_broker_that_never_pauses_leaves_others_their_turn() {
        let reads = Arc::<AtomicUsize>::default();
        let hello = Hello { client_id: "me", username: None, password: None, keepalive: 30 };
        let wire = Box::new(Chatterbox(Arc::clone(&reads)));
        let session = Session::greet(wire, ProtocolVersion::V5, hello, HABITS).await;
        let mut session = session.expect("accepted");
        assert!(futures_util::FutureExt::now_or_never(session.news()).is_none());
        assert_eq!(reads.load(Ordering::Relaxed), 1 + READS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_broker_is_found_within_45_seconds() {
        let (mut session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
        let start = Instant::now();
        let ended = session.news().await.expect_err("silent");
        assert!(matches!(ended, Ended::NoPong(_)), "{ended}");
        assert_eq!(start.elapsed().as_secs(), 40);
        let mut said = [0; 2];
        theirs.read_exact(&mut said).await.expect("said");
        assert_eq!(said, PING);
    }

    #[tokio::test(start_paused = true)]
    async fn pings_are_as_frequent_as_the_broker_wants() {
        for (wanted, seconds) in [(9, 9), (0, 30), (100, 30)] {
            let (mut session, mut theirs) = up(&[0x20, 6, 0, 0, 3, 0x13, 0, wanted]).await;
            let start = Instant::now();
            let broker = async {
                for _ in 0..3 {
                    let mut said = [0; 2];
                    theirs.read_exact(&mut said).await.expect("said");
                    assert_eq!(said, PING);
                    theirs.write_all(&PONG).await.expect("open");
                }
            };
            let pongs = async {
                loop {
                    let news = session.news().await.expect("up");
                    assert_eq!(news, News { pong: true, ..News::default() });
                }
            };
            tokio::select! {
                () = broker => {}
                () = pongs => {}
            }
            assert_eq!(start.elapsed().as_secs(), 3 * seconds, "{wanted}");
        }
    }

    #[tokio::test]
    async fn a_broker_that_does_not_read_fills_no_memory() {
        let (mut session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
        let flood = async {
            for id in 1..=u16::MAX {
                let [high, low] = id.to_be_bytes();
                // QoS 1 wants an answer of four bytes.
                theirs.write_all(&[0x32, 6, 0, 1, b'a', high, low, 0]).await.expect("open");
            }
        };
        let ended = tokio::select! {
            ended = async { loop { if let Err(ended) = session.news().await { break ended } } } => ended,
            () = flood => panic!("all of it was taken"),
        };
        assert!(ended.to_string().contains("does not read"), "{ended}");
        assert!(session.held() < 4 * OUTBOX);
    }

    #[tokio::test]
    async fn a_broker_says_why_it_ends_the_session() {
        let (mut session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
        theirs.write_all(&[0xe0, 2, 0x8e, 0]).await.expect("open");
        let ended = session.news().await.expect_err("over");
        assert_eq!(ended.to_string(), "the broker ended the session: SESSION_TAKEN_OVER");
    }

    #[tokio::test]
    async fn we_say_goodbye() {
        let (session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
        let broker = async {
            let mut said = Vec::new();
            theirs.read_to_end(&mut said).await.expect("said");
            drop(theirs);
            said
        };
        let (goodbye, said) = tokio::join!(session.goodbye(), broker);
        goodbye.expect("open");
        assert_eq!(said[0], 0xe0);
    }

    /// What the end of a session says about the subscription, after so long and these bytes of the broker.
    async fn sys_end(habits: Habits, after: Duration, bytes: &[u8]) -> SysEnd {
        let (ours, mut theirs) = duplex(4_096);
        theirs.write_all(&[0x20, 3, 0, 0, 0]).await.expect("room");
        let hello = Hello { client_id: "me", username: None, password: None, keepalive: 30 };
        let session = Session::greet(Box::new(ours), ProtocolVersion::V5, hello, habits).await;
        let mut session = session.expect("accepted");
        let mut pause = Box::pin(sleep(after));
        let broker = async {
            // A SUBACK is for the start, all else for the end.
            let (first, last) =
                bytes.split_at(bytes.len() * usize::from(bytes.first() == Some(&0x90)));
            theirs.write_all(first).await.expect("open");
            pause.as_mut().await;
            theirs.write_all(last).await.expect("open");
            theirs.shutdown().await.expect("open");
        };
        let us = async {
            loop {
                if let Err(ended) = session.news().await {
                    break session.sys_end(&ended);
                }
            }
        };
        let (end, ()) = tokio::join!(us, broker);
        end
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_end_of_a_session_says_about_the_subscription() {
        use SysEnd::{NotAsked, Refused, Soon, Suspicious, TakenOver, Unrelated};
        let (now, second) = (Duration::ZERO, Duration::from_secs(1));
        let granted = [0x90, 5, 0, 1, 0, 0, 0];
        for (after, bytes, expected) in [
            (now, &[][..], Suspicious),
            (second, &[], Suspicious),
            (now, &[0xe0, 2, 0x87, 0], Refused),
            (now, &[0xe0, 2, 0x8f, 0], Refused),
            (now, &[0xe0, 2, 0x80, 0], Suspicious),
            (now, &[0xe0, 2, 0x8b, 0], Suspicious),
            (now, &[0xe0, 2, 0x8e, 0], TakenOver(now)),
            (now, &[0x00, 0], Suspicious),
            (now, &granted, Suspicious),
            (second, &granted, Suspicious),
            (second * 3, &granted, Soon(second * 3)),
            (second * 31, &granted, Unrelated),
            // The pings stay unanswered.
            (second * 300, &[], Suspicious),
            (second * 300, &granted, Unrelated),
        ] {
            assert_eq!(sys_end(HABITS, after, bytes).await, expected, "{after:?}, {bytes:x?}");
        }
        let silent = Habits { read_sys: false, ..HABITS };
        assert_eq!(sys_end(silent, second, &[]).await, NotAsked(second));
    }
}
