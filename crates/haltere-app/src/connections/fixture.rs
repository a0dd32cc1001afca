//! What the tests of connections have in common.

use std::net::{IpAddr, Ipv4Addr};

use haltere_core::{ConnectionId, ConnectionSettings, Credentials, TlsSettings};
pub(crate) use haltere_testkit::builders::{id, name, url};
use haltere_testkit::ports::ReservedPort;

use super::NewConnection;

/// A connection with the name `Name of <id>`.
pub(crate) fn new(id_text: &str, url_text: &str) -> NewConnection {
    let settings = ConnectionSettings::new(name(&format!("Name of {id_text}")), url(url_text));
    NewConnection { id: Some(id(id_text)), settings }
}

/// The same with other settings.
pub(crate) fn with(
    new: NewConnection,
    change: impl FnOnce(&mut ConnectionSettings),
) -> NewConnection {
    let NewConnection { id, mut settings } = new;
    change(&mut settings);
    NewConnection { id, settings }
}

/// The same with these credentials.
pub(crate) fn with_credentials(
    new: NewConnection,
    credentials: Option<Credentials>,
) -> NewConnection {
    with(new, |settings| settings.credentials = credentials)
}

/// The same with these TLS settings.
pub(crate) fn with_tls(new: NewConnection, tls: TlsSettings) -> NewConnection {
    with(new, |settings| settings.tls = tls)
}

/// The same under another name.
pub(crate) fn named(id: &str, other: &str, url: &str) -> NewConnection {
    with(new(id, url), |settings| settings.name = name(other))
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
