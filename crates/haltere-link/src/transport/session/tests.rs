use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use haltere_mosquitto::sys;
use tokio::io::{AsyncReadExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use super::*;
use crate::message_sink::SysValues;

const CONFIG: MqttSessionConfig = MqttSessionConfig {
    keepalive: Duration::from_secs(30),
    ping_timeout: Duration::from_secs(10),
    max_packet: 1_000,
};
const OPTIONS: ConnectOptions<'_> = ConnectOptions {
    client_id: "me",
    username: None,
    password: None,
    keepalive: 30,
    no_metrics: false,
};
const PING: [u8; 2] = [0xc0, 0];
const PONG: [u8; 2] = [0xd0, 0];

async fn connect(stream: DuplexStream) -> Result<MqttSession, SessionError> {
    connect_with(Box::new(stream), &Interest::version_and_uptime()).await
}

async fn connect_with(
    stream: Box<dyn ByteStream>,
    interest: &Interest,
) -> Result<MqttSession, SessionError> {
    MqttSession::connect(stream, ProtocolVersion::V5, OPTIONS, CONFIG, interest).await
}

/// The session after this answer to CONNECT, followed by the end of the stream.
async fn answered(answer: &[u8]) -> Result<MqttSession, SessionError> {
    let (ours, mut theirs) = duplex(4_096);
    theirs.write_all(answer).await.expect("buffered");
    theirs.shutdown().await.expect("open");
    connect(ours).await
}

/// A session that is up, and its broker, which has already read SUBSCRIBE.
async fn up(connack: &[u8]) -> (MqttSession, DuplexStream) {
    let (ours, mut theirs) = duplex(4_096);
    theirs.write_all(connack).await.expect("buffered");
    let mut session = connect(ours).await.expect("accepted");
    assert!(futures_util::FutureExt::now_or_never(session.next_update(&mut NoSink)).is_none());
    let mut received = vec![0; 4_096];
    let size = theirs.read(&mut received).await.expect("open");
    let received = String::from_utf8_lossy(&received[..size]).into_owned();
    assert!(received.contains(sys::VERSION) && received.contains(sys::UPTIME), "{received}");
    (session, theirs)
}

#[tokio::test]
async fn answers_to_connect() {
    let error = async |answer: &[u8]| {
        answered(answer).await.map(drop).expect_err("not accepted").to_string()
    };
    assert_eq!(error(b"").await, "the broker closed the connection");
    assert_eq!(error(&[0x20, 3, 0, 0x87, 0]).await, "the broker refused us: NOT_AUTHORIZED");
    assert_eq!(error(&[0x15, 3, 1, 0, 2, 2, 70]).await, "the other side speaks TLS");
    assert_eq!(error(b"HTTP/1.1 400 Bad Request").await, "the other side speaks HTTP");
    assert!(error(b"220 smtp").await.contains("not a CONNACK"));
    assert!(error(&[0x20, 0xff, 0xff, 0xff, 0x7f]).await.contains("more than the limit"));
    assert_eq!(
        error(&[0x20, 3, 0, 0, 0, 0xe0, 2, 0x8b, 0]).await,
        "the broker ended the session: SERVER_SHUTTING_DOWN"
    );
    assert!(answered(&[0x20, 3, 0, 0, 0]).await.is_ok());
}

#[tokio::test]
async fn a_broker_that_accepts_only_small_packets_gets_no_subscribe() {
    let small_maximum = [0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 20];
    assert!(answered(&small_maximum).await.is_ok());
    let invalid_maximum = [0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 0];
    assert!(answered(&invalid_maximum).await.is_err(), "a violation of the protocol");
}

#[tokio::test(start_paused = true)]
async fn no_ping_is_sent_before_connack() {
    let (ours, mut theirs) = duplex(4_096);
    let limit = CONFIG.keepalive * 3;
    let outcome = tokio::time::timeout(limit, connect(ours)).await.map(|session| session.map(drop));
    assert!(outcome.is_err(), "the caller sets the limit: {outcome:?}");
    let mut received = Vec::new();
    theirs.read_to_end(&mut received).await.expect("received");
    assert_eq!(received.len(), 2 + usize::from(received[1]), "only CONNECT");
}

#[tokio::test]
async fn updates_contain_the_version_and_count_messages_over_the_limit() {
    let (mut session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
    let mut bytes = b"\x30\x19\0\x13$SYS/broker/version\0m 2".to_vec();
    bytes.extend(b"\x30\x1c\0\x12$SYS/broker/uptime\x007 secon");
    bytes.extend(b"\x30\xe8\x0f");
    bytes.extend([0; 2_024]);
    bytes.extend(b"\x30\x08\0\x03a/b\0hi");
    theirs.write_all(&bytes).await.expect("buffered");
    let mut values = SysValues::default();
    let update = session.next_update(&mut values).await.expect("up");
    let expected = SessionUpdate { has_messages: true, skipped: 1, ..SessionUpdate::default() };
    assert_eq!(update, expected);
    assert_eq!(values, SysValues { version: Some("m 2".into()), uptime: None });
}

/// Accepts the session, and sends without a pause messages that nothing has subscribed to.
struct Flood(Arc<AtomicUsize>);

impl AsyncRead for Flood {
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

impl AsyncWrite for Flood {
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
async fn a_broker_that_sends_without_a_pause_does_not_block_the_thread() {
    let reads = Arc::<AtomicUsize>::default();
    let stream = Box::new(Flood(Arc::clone(&reads)));
    let mut session =
        connect_with(stream, &Interest::version_and_uptime()).await.expect("accepted");
    assert!(futures_util::FutureExt::now_or_never(session.next_update(&mut NoSink)).is_none());
    assert_eq!(reads.load(Ordering::Relaxed), 1 + READS_PER_POLL);
}

#[tokio::test(start_paused = true)]
async fn a_silent_broker_is_found_within_45_seconds() {
    let (mut session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
    let start = Instant::now();
    let error = session.next_update(&mut NoSink).await.expect_err("silent");
    assert!(matches!(error, SessionError::PingTimeout(_)), "{error}");
    assert_eq!(start.elapsed().as_secs(), 40);
    let mut received = [0; 2];
    theirs.read_exact(&mut received).await.expect("received");
    assert_eq!(received, PING);
}

#[tokio::test(start_paused = true)]
async fn pings_are_as_frequent_as_the_broker_requires() {
    for (required, seconds) in [(9, 9), (0, 30), (100, 30)] {
        let (mut session, mut theirs) = up(&[0x20, 6, 0, 0, 3, 0x13, 0, required]).await;
        let start = Instant::now();
        let broker = async {
            for _ in 0..3 {
                let mut received = [0; 2];
                theirs.read_exact(&mut received).await.expect("received");
                assert_eq!(received, PING);
                theirs.write_all(&PONG).await.expect("open");
            }
        };
        let pongs = async {
            loop {
                let update = session.next_update(&mut NoSink).await.expect("up");
                assert_eq!(update, SessionUpdate { pong: true, ..SessionUpdate::default() });
            }
        };
        tokio::select! {
            () = broker => {}
            () = pongs => {}
        }
        assert_eq!(start.elapsed().as_secs(), 3 * seconds, "{required}");
    }
}

#[tokio::test]
async fn a_broker_that_does_not_read_ends_the_session() {
    let (mut session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
    let flood = async {
        for id in 1..=u16::MAX {
            let [high, low] = id.to_be_bytes();
            // QoS 1 requires a reply of four bytes.
            theirs.write_all(&[0x32, 6, 0, 1, b'a', high, low, 0]).await.expect("open");
        }
    };
    let error = tokio::select! {
        error = async { loop { if let Err(error) = session.next_update(&mut NoSink).await { break error } } } => error,
        () = flood => panic!("all packets were accepted"),
    };
    assert!(error.to_string().contains("does not read"), "{error}");
    assert!(session.buffered_bytes() < 4 * MAX_WRITE_BUFFER);
}

#[tokio::test]
async fn the_reason_of_a_disconnect_is_reported() {
    let (mut session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
    theirs.write_all(&[0xe0, 2, 0x8e, 0]).await.expect("open");
    let error = session.next_update(&mut NoSink).await.expect_err("disconnected");
    assert_eq!(error.to_string(), "the broker ended the session: SESSION_TAKEN_OVER");
}

#[tokio::test]
async fn disconnect_is_sent_and_the_close_awaited() {
    let (session, mut theirs) = up(&[0x20, 3, 0, 0, 0]).await;
    let broker = async {
        let mut received = Vec::new();
        theirs.read_to_end(&mut received).await.expect("received");
        drop(theirs);
        received
    };
    let (disconnected, received) = tokio::join!(session.disconnect(), broker);
    disconnected.expect("open");
    assert_eq!(received[0], 0xe0);
}

/// What the end of a session says about the subscription, if the broker sends `bytes` and closes `after`
/// that time.
async fn sys_evidence(interest: &Interest, after: Duration, bytes: &[u8]) -> SysEvidence {
    let (ours, mut theirs) = duplex(4_096);
    theirs.write_all(&[0x20, 3, 0, 0, 0]).await.expect("buffered");
    let mut session = connect_with(Box::new(ours), interest).await.expect("accepted");
    let mut pause = Box::pin(sleep(after));
    let broker = async {
        // A SUBACK is sent at the start, anything else at the end.
        let (first, last) = bytes.split_at(bytes.len() * usize::from(bytes.first() == Some(&0x90)));
        theirs.write_all(first).await.expect("open");
        pause.as_mut().await;
        theirs.write_all(last).await.expect("open");
        theirs.shutdown().await.expect("open");
    };
    let client = async {
        loop {
            if let Err(error) = session.next_update(&mut NoSink).await {
                break session.sys_evidence(&error);
            }
        }
    };
    let (end, ()) = tokio::join!(client, broker);
    end
}

#[tokio::test(start_paused = true)]
async fn what_the_end_of_a_session_says_about_the_subscription() {
    use SysEvidence::{Early, Immediate, NotSubscribed, Refused, TakenOver, Unrelated};
    let (now, second) = (Duration::ZERO, Duration::from_secs(1));
    let granted = [0x90, 5, 0, 1, 0, 0, 0];
    let wanted = Interest::version_and_uptime();
    for (after, bytes, expected) in [
        (now, &[][..], Immediate),
        (second, &[], Immediate),
        (now, &[0xe0, 2, 0x87, 0], Refused),
        (now, &[0xe0, 2, 0x8f, 0], Refused),
        (now, &[0xe0, 2, 0x80, 0], Immediate),
        (now, &[0xe0, 2, 0x8b, 0], Immediate),
        (now, &[0xe0, 2, 0x8e, 0], TakenOver(now)),
        (now, &[0x00, 0], Immediate),
        (now, &granted, Immediate),
        (second, &granted, Immediate),
        (second * 3, &granted, Early(second * 3)),
        (second * 31, &granted, Unrelated),
        // Pings are not answered.
        (second * 300, &[], Immediate),
        (second * 300, &granted, Unrelated),
    ] {
        assert_eq!(sys_evidence(&wanted, after, bytes).await, expected, "{after:?}, {bytes:x?}");
    }
    assert_eq!(sys_evidence(&Interest::none(), second, &[]).await, NotSubscribed(second));
}
