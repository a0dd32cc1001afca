//! Rules for what callers send that need more than one field, or more than a parser.

use haltere_core::{ConnectionId, ConnectionName, Credentials, TlsMaterial};
use haltere_link::tls::check_material;

use crate::error::Invalid;

/// Whether the TLS settings make sense together.
pub(super) fn material(tls: &TlsMaterial) -> Result<(), Invalid> {
    check_material(tls).map_err(|error| Invalid::new(error.field, error.reason))
}

/// Whether a connection may come into being under its id and its name.
pub(super) fn new_id_and_name(id: &ConnectionId, name: &ConnectionName) -> Result<(), Invalid> {
    id.check_new().map_err(|why| Invalid::new("id", why.to_string()))?;
    new_name(name)
}

/// Whether a connection may be given this name.
pub(super) fn new_name(name: &ConnectionName) -> Result<(), Invalid> {
    name.check_new().map_err(|why| Invalid::new("name", why.to_string()))
}

/// Whether the credentials fit into an MQTT CONNECT (MQTT 5, 1.5.4: no U+0000, 16 bits of length).
pub(super) fn credentials(given: Option<Credentials>) -> Result<Option<Credentials>, Invalid> {
    let Some(Credentials { username, password, client_id }) = given else { return Ok(None) };
    if let Some(text) = &username {
        string("credentials.username", text)?;
    }
    if let Some(secret) = &password {
        length("credentials.password", secret.expose())?;
    }
    if let Some(text) = &client_id {
        string("credentials.clientId", text)?;
    }
    Ok(Credentials::new(username, password, client_id))
}

fn string(field: &'static str, text: &str) -> Result<(), Invalid> {
    if text.contains('\0') {
        return Err(Invalid::new(field, "must not contain the character U+0000"));
    }
    length(field, text)
}

fn length(field: &'static str, text: &str) -> Result<(), Invalid> {
    if text.len() > Credentials::MAX_BYTES {
        let max = Credentials::MAX_BYTES;
        return Err(Invalid::new(field, format!("must be at most {max} bytes long")));
    }
    Ok(())
}
