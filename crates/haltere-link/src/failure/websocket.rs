//! The WebSocket upgrade was refused.

use std::net::SocketAddr;

use haltere_core::{LinkFailure, NetworkCode, Reason, Stage, UpgradeFault};

use super::bare;
use super::quoted::inside;
use crate::transport::HttpRefusal;

/// A web server answered the WebSocket upgrade with another status than 101.
pub(crate) fn upgrade_refused(refusal: &HttpRefusal, peer: SocketAddr) -> LinkFailure {
    let HttpRefusal { status: number, reason, location } = refusal;
    let phrase = reason.as_deref().map(|reason| format!(" \"{}\"", inside(reason)));
    let status = format!("{number}{}", phrase.unwrap_or_default());
    let why = match number {
        300..=399 => match location {
            Some(location) => {
                Reason::UpgradeRedirected { peer, status, location: inside(location) }
            }
            None => Reason::UpgradeRedirectedNowhere { peer, status },
        },
        401 | 407 => Reason::UpgradeNeedsLogin { peer, status },
        403 => Reason::UpgradeForbidden { peer, status },
        400 | 426 => Reason::UpgradeNotAccepted { peer, status },
        404 | 405 | 410 | 200..=299 => Reason::UpgradeNoBroker { peer, status },
        429 => Reason::UpgradeTooMany { peer, status },
        502 | 504 => Reason::UpgradeBadGateway { peer, status },
        503 => Reason::UpgradeUnavailable { peer, status },
        500..=599 => Reason::UpgradeServerFailed { peer, status },
        _ => Reason::UpgradeNotWebsocket { peer, status },
    };
    upgrade(Some(*number), why, peer)
}

/// The answer to the WebSocket upgrade is not a valid one.
pub(crate) fn no_upgrade(answer: UpgradeFault, peer: SocketAddr) -> LinkFailure {
    upgrade(None, Reason::UpgradeFailed { peer, answer }, peer)
}

/// The answer to the WebSocket upgrade is TLS.
pub(crate) fn speaks_tls(peer: SocketAddr) -> LinkFailure {
    upgrade(None, Reason::UpgradeSpeaksTls { peer }, peer)
}

pub(super) fn upgrade(status: Option<u16>, message: Reason, peer: SocketAddr) -> LinkFailure {
    LinkFailure {
        errno: status.map(i32::from),
        syscall: Some("upgrade".into()),
        address: Some(peer.ip().to_string()),
        port: Some(peer.port()),
        ..bare(Stage::Websocket, NetworkCode::UpgradeRefused, message)
    }
}
