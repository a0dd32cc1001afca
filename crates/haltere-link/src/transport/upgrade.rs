//! The opening handshake of a WebSocket (RFC 6455, 4.1): the request, and the check of the response.
//!
//! The library's own check does not read list headers (`Connection: keep-alive, Upgrade`), and keeps
//! neither the reason phrase nor the `Location` of a refusal. The request is made by the library.

use std::io;

use haltere_core::{BrokerUrl, Host, UpgradeFault};
use haltere_mosquitto::text;
use httparse::{EMPTY_HEADER, Header, Response, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::{Request, generate_request};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::ByteStream;

/// The subprotocol of MQTT (MQTT 5, 6.0).
pub(super) const SUBPROTOCOL: &str = "mqtt";
/// The longest response head. Proxies add cookies and policies, but not so many.
const HEAD_MAX_BYTES: usize = 32 * 1024;
/// The most headers of a response.
const HEADERS_MAX: usize = 128;
/// How much is read at once.
const CHUNK: usize = 1024;
/// The longest reason phrase and `Location` that are shown, in characters.
const WORDS_MAX_CHARS: usize = 200;

/// Why the server did not agree to speak WebSocket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpgradeError {
    /// It responded with an HTTP status other than 101.
    #[error("{0}")]
    Refused(HttpRefusal),
    /// Its response is not a valid upgrade.
    #[error("{0}")]
    Protocol(UpgradeFault),
    /// It responded with TLS.
    #[error("it speaks TLS")]
    SpeaksTls,
    #[error("failed to talk to it")]
    Io(#[source] io::Error),
}

/// An HTTP response instead of an upgrade, with texts that are safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it answered with HTTP status {status}")]
pub(crate) struct HttpRefusal {
    pub(crate) status: u16,
    pub(crate) reason: Option<String>,
    /// The target of a redirect.
    pub(crate) location: Option<String>,
}

impl From<UpgradeFault> for UpgradeError {
    fn from(fault: UpgradeFault) -> Self {
        Self::Protocol(fault)
    }
}

impl From<io::Error> for UpgradeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Requests the upgrade to WebSocket. Returns the bytes that the server has sent after its response.
pub(super) async fn shake_hands(
    stream: &mut impl ByteStream,
    url: &BrokerUrl,
) -> Result<Vec<u8>, UpgradeError> {
    let request = request(url).and_then(generate_request);
    let (request, key) = request.map_err(|_| UpgradeFault::NoRequest)?;
    stream.write_all(&request).await?;
    stream.flush().await?;
    let accept = derive_accept_key(key.as_bytes());
    let mut received = Vec::new();
    loop {
        match read_head(&received, &accept)? {
            Head::Incomplete if received.len() >= HEAD_MAX_BYTES => {
                return Err(UpgradeFault::HeadTooLong.into());
            }
            Head::Incomplete => {
                let mut chunk = [0; CHUNK];
                match stream.read(&mut chunk).await? {
                    0 if received.is_empty() => {
                        return Err(UpgradeFault::NoAnswer.into());
                    }
                    0 => {
                        return Err(UpgradeFault::AnswerCutShort.into());
                    }
                    size => received.extend_from_slice(&chunk[..size]),
                }
            }
            // 100 Continue, 103 Early Hints: the final response follows (RFC 9110, 15.2).
            Head::Interim(size) => drop(received.drain(..size)),
            Head::Agreed(size) => return Ok(received.split_off(size)),
        }
    }
}

fn request(url: &BrokerUrl) -> Result<Request, WsError> {
    let scheme = url.transport().scheme();
    let host = match url.host() {
        Host::V6(address) => format!("[{address}]"),
        other => other.to_string(),
    };
    let usual_port = url.port() == url.transport().default_port();
    let authority = if usual_port { host } else { format!("{host}:{}", url.port()) };
    let mut request = format!("{scheme}://{authority}{}", url.path()).into_client_request()?;
    let subprotocol = HeaderValue::from_static(SUBPROTOCOL);
    request.headers_mut().insert("Sec-WebSocket-Protocol", subprotocol);
    Ok(request)
}

#[derive(Debug, PartialEq, Eq)]
enum Head {
    /// The head is not complete yet.
    Incomplete,
    /// An interim response of this many bytes.
    Interim(usize),
    /// The server speaks WebSocket after this many bytes.
    Agreed(usize),
}

/// Parses a response head, if it is complete, and checks it as RFC 6455, 4.1 requires.
fn read_head(received: &[u8], accept: &str) -> Result<Head, UpgradeError> {
    // A TLS alert or handshake record: content type 21 or 22, version 3.x (RFC 8446, 5.1).
    if let [0x15 | 0x16, 0x03, ..] = received {
        return Err(UpgradeError::SpeaksTls);
    }
    let mut headers = [EMPTY_HEADER; HEADERS_MAX];
    let mut head = Response::new(&mut headers);
    let size = match head.parse(received) {
        Ok(Status::Complete(size)) => size,
        Ok(Status::Partial) => return Ok(Head::Incomplete),
        Err(_) => return Err(UpgradeFault::NotHttp.into()),
    };
    let headers = Headers(head.headers);
    match head.code.unwrap_or_default() {
        101 => {}
        100..=199 => return Ok(Head::Interim(size)),
        status => {
            let location = headers.all("location").next().unwrap_or_default();
            return Err(UpgradeError::Refused(HttpRefusal {
                status,
                reason: text::shown(reason_phrase(received), WORDS_MAX_CHARS),
                location: text::shown(location, WORDS_MAX_CHARS),
            }));
        }
    }
    if head.version != Some(1) {
        return Err(UpgradeFault::OldHttp.into());
    }
    if !headers.list_has("upgrade", "websocket") {
        return Err(UpgradeFault::NoUpgradeHeader.into());
    }
    if !headers.list_has("connection", "upgrade") {
        return Err(UpgradeFault::NoConnectionHeader.into());
    }
    if !headers.all("sec-websocket-accept").eq([accept.as_bytes()]) {
        return Err(UpgradeFault::OtherRequest.into());
    }
    if headers.all("sec-websocket-extensions").any(|value| !value.is_empty()) {
        return Err(UpgradeFault::Extension.into());
    }
    let mut subprotocols = headers.all("sec-websocket-protocol").peekable();
    if subprotocols.peek().is_none() || subprotocols.any(|it| it != SUBPROTOCOL.as_bytes()) {
        return Err(UpgradeFault::NoSubprotocol.into());
    }
    Ok(Head::Agreed(size))
}

/// The reason phrase in the status line. The parser drops it if it is not ASCII.
fn reason_phrase(head: &[u8]) -> &[u8] {
    let line = head.trim_ascii_start().split(|byte| matches!(byte, b'\r' | b'\n')).next();
    line.and_then(|line| line.splitn(3, |byte| *byte == b' ').nth(2)).unwrap_or_default()
}

struct Headers<'h, 'b>(&'h [Header<'b>]);

impl<'b> Headers<'_, 'b> {
    /// The values of all headers with this name, without surrounding white space.
    fn all(&self, name: &str) -> impl Iterator<Item = &'b [u8]> {
        let lines = self.0.iter().filter(move |line| line.name.eq_ignore_ascii_case(name));
        lines.map(|line| line.value.trim_ascii())
    }

    /// Whether a list header, in one line or several (RFC 9110, 5.3), contains this element.
    fn list_has(&self, name: &str, element: &str) -> bool {
        let mut elements = self.all(name).flat_map(|value| value.split(|byte| *byte == b','));
        elements.any(|found| found.trim_ascii().eq_ignore_ascii_case(element.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    /// The result for a response with these header lines in addition to the required ones.
    fn response_with(lines: &[&str]) -> Result<Head, UpgradeError> {
        let head = format!(
            "HTTP/1.1 101 Switching Protocols\r\n{}\r\nSec-WebSocket-Accept: {ACCEPT}\r\n\
             Sec-WebSocket-Protocol: mqtt\r\n\r\n",
            lines.join("\r\n")
        );
        read_head(head.as_bytes(), ACCEPT)
    }

    #[test]
    fn list_headers_are_read_as_lists() {
        for lines in [
            &["Upgrade: websocket", "Connection: Upgrade"][..],
            &["upgrade: WebSocket", "connection: upgrade"],
            &["UPGRADE: WEBSOCKET", "CONNECTION: UPGRADE"],
            &["Upgrade: websocket", "Connection: keep-alive, Upgrade"],
            &["Upgrade: websocket", "Connection: Upgrade,keep-alive"],
            &["Upgrade: websocket", "Connection:upgrade ,\tKeep-Alive,"],
            &["Upgrade: websocket", "Connection: keep-alive", "Connection: Upgrade"],
            &["Connection: Upgrade", "Upgrade: websocket", "Connection: keep-alive"],
            &["Upgrade: h2c, websocket", "Connection: , Upgrade"],
            &["Upgrade: h2c", "Upgrade: WebSocket", "Connection: Upgrade"],
        ] {
            assert!(matches!(response_with(lines), Ok(Head::Agreed(_))), "{lines:?}");
        }
    }

    #[test]
    fn an_invalid_response_is_refused() {
        let good = ["Upgrade: websocket", "Connection: Upgrade"];
        for (lines, word) in [
            (&["Upgrade: websocket"][..], "\"Connection"),
            (&["Connection: Upgrade"], "\"Upgrade"),
            (&["Upgrade: websocket", "Connection: keep-alive"], "\"Connection"),
            (&["Upgrade: websocket", "Connection: keep-alive Upgrade"], "\"Connection"),
            (&["Upgrade: websocket", "Connection: no-upgrade"], "\"Connection"),
            (&["Upgrade: websockets", "Connection: Upgrade"], "\"Upgrade"),
            (&["Upgrade: h2c", "Connection: Upgrade"], "\"Upgrade"),
            (&[good[0], good[1], "Sec-WebSocket-Accept: x"], "another request"),
            (&[good[0], good[1], "Sec-WebSocket-Extensions: permessage-deflate"], "extension"),
            (&[good[0], good[1], "Sec-WebSocket-Protocol: chat"], "subprotocol"),
        ] {
            let error = response_with(lines).expect_err("refused").to_string();
            assert!(error.contains(word), "{lines:?}: {error}");
        }
        let (head, other) = (
            format!(
                "HTTP/1.1 101 OK\r\n{}\r\nSec-WebSocket-Accept: {ACCEPT}\r\n",
                good.join("\r\n")
            ),
            ACCEPT.to_lowercase(),
        );
        let none = format!("{head}\r\n");
        let error = read_head(none.as_bytes(), ACCEPT).expect_err("refused").to_string();
        assert!(error.contains("subprotocol"), "{error}");
        let whole = format!("{head}Sec-WebSocket-Protocol: mqtt\r\n\r\n");
        assert_eq!(read_head(whole.as_bytes(), ACCEPT).expect("good"), Head::Agreed(whole.len()));
        assert!(read_head(whole.as_bytes(), &other).is_err(), "the accept key is case-sensitive");
        let old = whole.replacen("HTTP/1.1", "HTTP/1.0", 1);
        assert!(read_head(old.as_bytes(), ACCEPT).is_err());
    }

    #[test]
    fn a_refusal_keeps_its_reason_phrase_and_location() {
        let refused = |head: &str| match read_head(head.as_bytes(), ACCEPT) {
            Err(UpgradeError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        };
        let moved = refused(
            "HTTP/1.1 302 Mo\u{2028}ved\r\nLOCATION:  https://b.example/\u{202e}mqtt \r\n\r\n",
        );
        assert_eq!(moved.reason.as_deref(), Some("Moved"));
        assert_eq!(moved.location.as_deref(), Some("https://b.example/mqtt"));
        let old = refused("HTTP/1.0 502 Bad Gateway\r\n\r\n");
        assert_eq!((old.status, old.location), (502, None), "some proxies respond with HTTP/1.0");
        assert_eq!(refused("HTTP/1.1 404\r\n\r\n").reason, None);
    }

    #[test]
    fn an_interim_response_is_skipped() {
        let early = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
        assert_eq!(read_head(early.as_bytes(), ACCEPT).expect("good"), Head::Interim(early.len()));
        assert_eq!(read_head(b"HTTP/1.1 10", ACCEPT).expect("good"), Head::Incomplete);
    }
}
