//! What answers is not always a well-behaved haltere.

use haltere_core::TokenSecret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{Home, done, failed};

/// Answers as many requests as there are answers, one per connection. The requests.
async fn answering(answers: Vec<Vec<u8>>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let served = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            requests.push(request(&mut stream).await);
            // The client may have had enough.
            let _ = stream.write_all(&answer).await;
        }
        requests
    });
    (url, served)
}

/// Reads a request with its body.
async fn request(stream: &mut TcpStream) -> String {
    let (mut request, mut buffer) = (String::new(), [0; 4_096]);
    loop {
        let read = stream.read(&mut buffer).await.expect("readable");
        assert!(read > 0, "cut off: {request}");
        request.push_str(&String::from_utf8_lossy(&buffer[..read]));
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().expect("a number")) {
            return request;
        }
    }
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn no_answer_is_trusted() {
    let token = TokenSecret::of_random(&[7; 32]);
    let mut huge = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    huge.resize(33 << 20, b'[');
    for (answer, words) in [
        (answer("302 Found\r\nlocation: http://192.0.2.1/", "{}"), "redirects are not followed"),
        (answer("200 OK", "<html>"), "answers with status 200, but not as haltere does"),
        (answer("200 OK", "{}"), "answers with status 200, but not as haltere does"),
        (answer("502 Bad Gateway", "<html>"), "answers with status 502, but not as haltere does"),
        (answer("403 Forbidden", r#"{"code":"NOT_ALLOWED","message":"\u001b[2J"}"#), "\\u{1b}[2J"),
        (b"SSH-2.0-x\r\n".to_vec(), "does not answer in HTTP"),
        (Vec::new(), "does not answer in HTTP"),
        (huge, "the answer is larger than 32768 KiB"),
    ] {
        let (url, served) = answering(vec![answer]).await;
        let home = Home::new();
        let output = home.cli(&["login", &url, "--token-file", "-"], Some(token.expose())).await;
        let said = &failed(&output, 1, words).stderr;
        assert!(said.contains(&url) && said.lines().count() == 1, "{said}");
        assert!(!home.login_file().exists(), "{said}");
        let requests = served.await.expect("served");
        assert!(requests[0].starts_with("GET /api/profile HTTP/1.1\r\n"), "{requests:?}");
    }
}

#[tokio::test]
async fn a_second_factor_is_sent_where_it_is_asked_for() {
    let asks = answer(
        "401 Unauthorized",
        r#"{"code":"SECOND_FACTOR_REQUIRED","message":"Code required"}"#,
    );
    let welcome =
        answer("200 OK\r\nset-cookie: haltere.sid=abc; HttpOnly", r#"{"code":"SUCCESS"}"#);
    let token = TokenSecret::of_random(&[7; 32]);
    let created = serde_json::json!({
        "token": token.expose(), "name": "ann@desk", "hash": "00", "validUntil": "2027-01-01T00:00:00Z", "more": 1,
    });
    let answers = vec![
        asks.clone(),
        welcome,
        answer("200 OK", r#"{"username":"ann","roles":["viewer","admin","newer"]}"#),
        answer("200 OK", &created.to_string()),
        answer("200 OK", r#"{"location":"/login"}"#),
    ];
    let (url, served) = answering(answers).await;
    let home = Home::new();
    let arguments = ["login", &url, "--user", "ann", "--password-stdin"];
    done(&home.cli(&arguments, Some("correct horse\n123456\n")).await);
    let requests = served.await.expect("served");
    assert!(
        requests[0].ends_with(r#"{"username":"ann","password":"correct horse"}"#),
        "{requests:?}"
    );
    assert!(requests[1].contains(r#""password":"correct horse","code":"123456"}"#), "{requests:?}");
    assert!(requests[3].contains("cookie: haltere.sid=abc\r\n"), "{requests:?}");
    assert!(requests[3].contains(r#""role":"admin""#), "{requests:?}");
    assert!(requests[4].starts_with("GET /logout?json=1 "), "{requests:?}");

    let (url, served) = answering(vec![asks]).await;
    let arguments = ["login", &url, "--user", "ann", "--password-stdin"];
    let output = Home::new().cli(&arguments, Some("correct horse")).await;
    failed(&output, 1, "a code is needed as well: pass it in a second line");
    served.await.expect("served");
}

/// A page of the audit trail, newest first; with a cursor unless it is the last one.
fn page(sequences: &[u32], is_last: bool) -> Vec<u8> {
    let entry = |sequence: &u32| {
        serde_json::json!({
            "sequence": sequence, "timestamp": 1_000 * sequence, "actor": "ann", "requestId": "",
            "action": "of.a.newer.version", "outcome": "success",
        })
    };
    let entries: Vec<_> = sequences.iter().map(entry).collect();
    let next = if is_last { "" } else { "\r\nx-next-cursor: more" };
    answer(&format!("200 OK{next}"), &serde_json::json!(entries).to_string())
}

/// Keeps a token for a server that gives these answers afterwards.
async fn logged_in(answers: Vec<Vec<u8>>) -> (Home, JoinHandle<Vec<String>>) {
    let profile = answer("200 OK", r#"{"username":"ann","roles":["admin"]}"#);
    let (url, served) = answering([vec![profile], answers].concat()).await;
    let (home, token) = (Home::new(), TokenSecret::of_random(&[7; 32]));
    let arguments = ["login", &url, "--token-file", "-"];
    done(&home.cli(&arguments, Some(token.expose())).await);
    (home, served)
}

#[tokio::test]
async fn a_trail_without_an_end_is_refused() {
    let pages = vec![page(&[5, 4], false), page(&[3], false), page(&[3], false)];
    let (home, served) = logged_in(pages).await;
    let output = home.remote(&["audit", "export"], None).await;
    failed(&output, 1, "the entries are not in their order");
    let requests = served.await.expect("served");
    assert!(requests[3].contains("&cursor=more HTTP"), "{requests:?}");
}

#[tokio::test]
async fn new_entries_are_printed_as_they_come() {
    let pages = vec![page(&[2], false), page(&[2, 1], true), page(&[4, 3, 2], false)];
    let (home, served) = logged_in(pages).await;
    // It ends when the server is away.
    let output = home.remote(&["audit", "tail", "--follow"], None).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let line = |second| format!("1970-01-01T00:00:0{second}Z  ann  of.a.newer.version\n");
    assert_eq!(output.stdout, [1, 2, 3, 4].map(line).concat());
    served.await.expect("served");
}
