//! What a connection asks for in the TLS handshake, on its way in: the properties of `tls`.

use haltere_core::{Alpn, TlsServerName};
use serde_json::{Value, json};

use super::fields::{Fields, Invalid};

/// `tls.alpn`; an empty list means none.
pub(super) fn alpn(tls: &mut Fields, name: &str) -> Result<Option<Alpn>, Invalid> {
    let protocols = tls.strings(name)?.filter(|protocols| !protocols.is_empty());
    protocols.map(|it| Alpn::new(it).map_err(|why| tls.fault(name, &why))).transpose()
}

/// `tls.serverName`; an empty text means none.
pub(super) fn server_name(tls: &mut Fields, name: &str) -> Result<Option<TlsServerName>, Invalid> {
    let text = tls.string(name)?.filter(|text| !text.is_empty());
    text.map(|it| TlsServerName::parse(&it).map_err(|why| tls.fault(name, &why))).transpose()
}

/// `tls`, as JSON Schema.
pub(super) fn property() -> Value {
    json!({
        "type": "object",
        "description": "What to ask for in the TLS handshake, where one port serves several protocols or hosts. Counts while the plugin tls is on.",
        "additionalProperties": false,
        "properties": {
            "alpn": {
                "type": "array", "maxItems": Alpn::MAX_PROTOCOLS, "uniqueItems": true,
                "items": {"type": "string", "minLength": 1, "maxLength": Alpn::MAX_BYTES, "pattern": "^[!-~]+$"},
                "description": "Protocols (ALPN), the preferred one first; empty for none. With wss:// leave it out, or give http/1.1."
            },
            "serverName": {
                "type": "string", "maxLength": 254, "pattern": SERVER_NAME,
                "description": "The name to ask for (SNI) and to find in the broker's certificate, instead of the URL's host; empty for none. Not an IP address."
            }
        }
    })
}

/// Broader than what is taken: no IP addresses, and labels have their limits.
const SERVER_NAME: &str = r"^[^\s/@:*\[\]]*$";
