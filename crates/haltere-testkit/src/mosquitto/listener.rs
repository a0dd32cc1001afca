//! Where a broker listens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tempfile::TempDir;

use super::save;
use crate::certs::Identity;

/// One place where the broker listens. Loopback only.
#[derive(Debug, Clone)]
pub struct Listener {
    pub(super) ip: IpAddr,
    tls: Option<Tls>,
    pub(super) websockets: bool,
    options: Vec<String>,
}

#[derive(Debug, Clone)]
struct Tls {
    identity: Identity,
    client_ca: Option<String>,
    require_certificate: bool,
}

impl Listener {
    /// MQTT over TCP on 127.0.0.1.
    pub fn plain() -> Self {
        Self { ip: Ipv4Addr::LOCALHOST.into(), tls: None, websockets: false, options: Vec::new() }
    }

    /// MQTT over TLS on 127.0.0.1, showing `identity`.
    pub fn tls(identity: &Identity) -> Self {
        let tls = Tls { identity: identity.clone(), client_ca: None, require_certificate: false };
        Self { tls: Some(tls), ..Self::plain() }
    }

    /// Asks clients for a certificate signed by `ca_pem`, and drops those without. TLS only.
    #[must_use]
    pub fn require_certificate(mut self, ca_pem: &str) -> Self {
        let tls = self.tls.as_mut().expect("require_certificate is for TLS listeners");
        tls.client_ca = Some(ca_pem.to_owned());
        tls.require_certificate = true;
        self
    }

    /// WebSockets in between.
    ///
    /// Mosquitto 2.0.11 binds such a listener to **all** addresses whatever is configured: only
    /// inside [`crate::netns::run`].
    #[must_use]
    pub fn websockets(self) -> Self {
        Self { websockets: true, ..self }
    }

    /// On `::1`.
    #[must_use]
    pub fn v6(self) -> Self {
        Self { ip: Ipv6Addr::LOCALHOST.into(), ..self }
    }

    /// A further line for this listener, for example `tls_version tlsv1.2`.
    #[must_use]
    pub fn option(mut self, line: &str) -> Self {
        self.options.push(line.to_owned());
        self
    }

    /// How URLs for it begin.
    pub(super) fn scheme(&self) -> &'static str {
        match (self.websockets, self.tls.is_some()) {
            (false, false) => "mqtt",
            (false, true) => "mqtts",
            (true, false) => "ws",
            (true, true) => "wss",
        }
    }

    /// Its lines of the configuration; files go to `folder`, under names that begin with `number`.
    pub(super) fn configuration(
        &self,
        folder: &TempDir,
        number: usize,
        address: SocketAddr,
    ) -> String {
        let mut lines = vec![format!("listener {} {}", address.port(), address.ip())];
        if self.websockets {
            lines.push("protocol websockets".to_owned());
        }
        if let Some(tls) = &self.tls {
            let cert = save(folder, &format!("{number}.crt"), &tls.identity.cert_pem);
            let key = save(folder, &format!("{number}.key"), &tls.identity.key_pem);
            lines.push(format!("certfile {cert}\nkeyfile {key}"));
            if let Some(ca_pem) = &tls.client_ca {
                lines.push(format!("cafile {}", save(folder, &format!("{number}.ca"), ca_pem)));
            }
            lines.push(format!("require_certificate {}", tls.require_certificate));
        }
        lines.extend(self.options.iter().cloned());
        lines.join("\n")
    }
}
