//! The WebSocket upgrade was refused.

use std::net::SocketAddr;

use haltere_core::{LinkFailure, NetworkCode, Stage};

use super::bare;
use super::quoted::{inside, redirect};
use crate::transport::HttpRefusal;

/// A web server answered the WebSocket upgrade with another status than 101.
pub(crate) fn upgrade_refused(refusal: &HttpRefusal, peer: SocketAddr) -> LinkFailure {
    let HttpRefusal { status, reason, location } = refusal;
    let to = location.as_deref().map(redirect);
    let why = match status {
        300..=399 => to.as_deref().unwrap_or("it redirects"),
        401 | 407 => "it asks for a login of its own",
        403 => "it denies access",
        400 | 426 => "it does not accept our request for an upgrade",
        404 | 405 | 410 | 200..=299 => "there is no broker at this path; check the path",
        429 => "too many requests were made in a short time",
        502 | 504 => "it does not reach the broker behind it",
        503 => "it, or the broker behind it, is not available now",
        500..=599 => "it failed",
        _ => "it does not speak WebSocket at this path; check the path",
    };
    let reason = reason.as_deref().map(|reason| format!(" \"{}\"", inside(reason)));
    let why = format!("HTTP status {status}{}: {why}", reason.unwrap_or_default());
    upgrade(Some(*status), &why, peer)
}

/// The answer to the WebSocket upgrade is not HTTP; `why` is a main clause.
pub(crate) fn no_upgrade(why: &str, peer: SocketAddr) -> LinkFailure {
    upgrade(None, why, peer)
}

pub(super) fn upgrade(status: Option<u16>, why: &str, peer: SocketAddr) -> LinkFailure {
    let message = format!("{peer} refused the WebSocket upgrade: {why}");
    LinkFailure {
        errno: status.map(i32::from),
        syscall: Some("upgrade".into()),
        address: Some(peer.ip().to_string()),
        port: Some(peer.port()),
        ..bare(Stage::Websocket, NetworkCode::UpgradeRefused, message)
    }
}
