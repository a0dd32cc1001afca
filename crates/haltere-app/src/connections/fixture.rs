//! What the tests of connections have in common.

use std::net::{IpAddr, Ipv4Addr};

use haltere_core::{ConnectionId, MmcFields, TlsMaterial};
pub(crate) use haltere_testkit::builders::{id, name, url};
use haltere_testkit::ports::ReservedPort;

use super::NewConnection;

/// A connection with the name `Name of <id>`.
pub(crate) fn new(id_text: &str, url_text: &str) -> NewConnection {
    NewConnection {
        id: Some(id(id_text)),
        name: name(&format!("Name of {id_text}")),
        url: url(url_text),
        credentials: None,
        tls: TlsMaterial::default(),
        mmc: MmcFields::default(),
    }
}

/// The same under another name.
pub(crate) fn named(id: &str, other: &str, url: &str) -> NewConnection {
    NewConnection { name: name(other), ..new(id, url) }
}

/// The same under another id.
pub(crate) fn with_id(id: Option<ConnectionId>, new: NewConnection) -> NewConnection {
    NewConnection { id, ..new }
}

/// A port at which every connection is refused.
pub(crate) fn broken() -> Broken {
    let port = ReservedPort::on(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let url = format!("mqtt://{}", port.address());
    Broken { _port: port, url }
}

pub(crate) struct Broken {
    _port: ReservedPort,
    url: String,
}

impl Broken {
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}
