use std::convert::Infallible;

use futures_util::FutureExt as _;
use haltere_core::UserName;
use haltere_testkit::wait::{DEADLINE as PATIENT, within};
use http::StatusCode;
use http::header::RETRY_AFTER;

use super::*;
use crate::error::json_bytes;

const BUDGET: usize = 16 << 20;
const QUOTA: usize = BUDGET / 4;

fn holder(name: &str) -> QuotaHolder {
    QuotaHolder { user: Some(UserName::parse(name).expect("a name")), address: None }
}

fn response(body: impl Into<Body>) -> Response {
    json_bytes(StatusCode::OK, body)
}

fn of(bytes: usize) -> Response {
    response(vec![b'x'; bytes])
}

fn in_pieces(pieces: usize) -> Response {
    let piece = |_| Ok::<_, Infallible>(Bytes::from(vec![b'x'; PIECE]));
    response(Body::from_stream(stream::iter((0..pieces).map(piece))))
}

async fn read(response: Response) -> usize {
    let body = response.into_body().collect();
    within("the body", PATIENT, body).await.expect("a body").to_bytes().len()
}

#[tokio::test]
async fn a_response_counts_until_the_last_of_it_is_taken() {
    let memory = ResponseMemory::new(BUDGET);
    let charge = async |response| charge(&memory, holder("a"), false, response).await;
    let small = charge(of(SMALL)).await;
    assert_eq!((memory.held(), read(small).await), (0, SMALL));

    let large = charge(of(SMALL + 1)).await;
    assert_eq!(large.body().size_hint().exact(), Some(SMALL as u64 + 1));
    let bytes = large.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(memory.held(), SMALL + 1, "the bytes are still there");
    drop(bytes);
    assert_eq!(memory.held(), 0);

    let pieces = charge(in_pieces(3)).await;
    assert_eq!(memory.held(), PIECE);
    assert_eq!((read(pieces).await, memory.held()), (3 * PIECE, 0));

    let mut weighed = in_pieces(1);
    weighed.extensions_mut().insert(ResponseCost::AtMost(100_000));
    let weighed = charge(weighed).await;
    assert_eq!(memory.held(), 100_000);
    drop(weighed);
    assert_eq!(memory.held(), 0);
}

#[tokio::test]
async fn a_read_beyond_the_quota_is_refused_and_says_why() {
    let memory = ResponseMemory::new(BUDGET);
    let charge = async |name, response| charge(&memory, holder(name), false, response).await;
    let mut held = Vec::new();
    for name in ["a", "b", "c", "d"] {
        held.push(charge(name, of(QUOTA)).await);
        let refused = charge(name, in_pieces(1)).await;
        assert_eq!(refused.status(), 429, "{name}");
        assert!(refused.headers().contains_key(RETRY_AFTER));
        assert_eq!(charge(name, of(SMALL)).await.status(), 200, "{name}");
    }
    assert_eq!(charge("e", in_pieces(1)).await.status(), 503);
    held.pop();
    assert_eq!(charge("e", in_pieces(1)).await.status(), 200);
    drop(held);
    assert_eq!(memory.held(), 0);
}

#[tokio::test]
async fn the_response_to_a_change_waits_for_memory() {
    let memory = ResponseMemory::new(BUDGET);
    let unread = charge(&memory, holder("a"), false, of(QUOTA)).await;
    let changed = charge(&memory, holder("a"), true, in_pieces(2)).await;
    assert_eq!(changed.status(), 200);
    let mut reading = Box::pin(read(changed));
    assert!(reading.as_mut().now_or_never().is_none(), "there is no memory");
    drop(unread);
    assert_eq!((reading.await, memory.held()), (2 * PIECE, 0));
}

#[tokio::test(start_paused = true)]
async fn the_response_to_a_change_does_not_wait_for_ever() {
    let memory = ResponseMemory::new(BUDGET);
    let _unread = charge(&memory, holder("a"), false, of(QUOTA)).await;
    let changed = charge(&memory, holder("a"), true, in_pieces(2)).await;
    assert!(changed.into_body().collect().await.is_err());
}

#[tokio::test]
async fn whole_lists_leave_memory_for_pieces() {
    let memory = ResponseMemory::new(BUDGET);
    let list = Bytes::from(vec![b'x'; QUOTA / 2]);
    let whole = memory.whole(&holder("a"), &list).expect("there is memory");
    assert!(memory.whole(&holder("a"), &list.slice(..PIECE)).is_none());
    assert!(memory.whole(&holder("b"), &list).is_some());
    let pieces = charge(&memory, holder("a"), false, in_pieces(1)).await;
    assert_eq!((pieces.status().as_u16(), memory.held()), (200, QUOTA / 2 + PIECE));
    drop(whole);
    assert!(memory.whole(&holder("a"), &list).is_some());
}
