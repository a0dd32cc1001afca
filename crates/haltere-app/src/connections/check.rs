//! Rules for what callers send that need more than one field, or more than a parser.

use haltere_core::{
    BrokerUrl, ConnectionId, ConnectionName, ConnectionPatch, FieldChange, Labels, TlsSettings,
};
use haltere_link::tls::{self, MaterialError};

use crate::error::Invalid;

/// The TLS settings as they are kept, if they make sense together.
pub(super) fn tls_settings(given: &TlsSettings) -> Result<TlsSettings, Invalid> {
    tls::tidy(given).map_err(invalid)
}

/// Whether TLS settings that are tidy make sense together.
pub(super) fn together(tidy: &TlsSettings) -> Result<(), Invalid> {
    tls::check_material(tidy).map_err(invalid)
}

/// The certificates and the key in `patch` as they are kept. A key that comes in `cert` is the new key.
/// `stored` values are accepted, because older rules may have applied to them.
pub(super) fn patch(
    patch: ConnectionPatch,
    stored: &TlsSettings,
) -> Result<ConnectionPatch, Invalid> {
    let ConnectionPatch { ca, cert, key, .. } = &patch;
    let (mut ca, mut cert, mut key) = (ca.clone(), cert.clone(), key.clone());
    if let Some(given) = new_value(&mut ca, stored.ca.as_ref()) {
        *given = tls::tidy_ca(given).map_err(invalid)?;
    }
    let has_cert = cert.clone().apply(stored.cert.clone()).is_some();
    if let Some(given) = new_value(&mut key, stored.key.as_ref()).filter(|_| has_cert) {
        *given = tls::tidy_key(given).map_err(invalid)?;
    }
    if let Some(given) = new_value(&mut cert, stored.cert.as_ref()) {
        let (tidied, found) = tls::tidy_cert(given).map_err(invalid)?;
        *given = tidied;
        match (found, &key) {
            (Some(_), FieldChange::Set(_)) => return Err(invalid(tls::two_keys())),
            (Some(found), _) => key = FieldChange::Set(found),
            (None, _) => {}
        }
    }
    Ok(ConnectionPatch { ca, cert, key, ..patch })
}

/// The value to be set, unless it is there already.
fn new_value<'a, T: PartialEq>(
    change: &'a mut FieldChange<T>,
    stored: Option<&T>,
) -> Option<&'a mut T> {
    match change {
        FieldChange::Set(given) if stored != Some(&*given) => Some(given),
        _ => None,
    }
}

fn invalid(error: MaterialError) -> Invalid {
    let MaterialError { field, reason } = error;
    Invalid::of(field, &reason)
}

/// Whether a connection may come into being under its id and its name.
pub(super) fn new_id_and_name(id: &ConnectionId, name: &ConnectionName) -> Result<(), Invalid> {
    new_id(id)?;
    new_name(name)
}

/// Whether a connection may come into being under this id.
pub(super) fn new_id(id: &ConnectionId) -> Result<(), Invalid> {
    id.check_new().map_err(|why| Invalid::of("id", &why))
}

/// Whether a connection may be given this name.
pub(super) fn new_name(name: &ConnectionName) -> Result<(), Invalid> {
    name.check_new().map_err(|why| Invalid::of("name", &why))
}

/// Whether a connection may be given these labels.
pub(super) fn labels(labels: &Labels) -> Result<(), Invalid> {
    labels.check_new().map_err(|why| Invalid::of("labels", &why))
}

/// Whether a connection may be given this URL.
pub(super) fn new_url(url: &BrokerUrl) -> Result<(), Invalid> {
    url.check_new().map_err(|why| Invalid::of("url", &why))
}
