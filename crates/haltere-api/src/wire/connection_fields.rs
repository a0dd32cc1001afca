//! Reading a field of a connection, whatever its name.

use haltere_core::{
    BrokerUrl, ConnectionId, ConnectionName, FieldChange, MqttPassword, MqttString, Pem, Secret,
};

use super::fields::{Faults, FieldFault, Fields, Invalid};
use super::pem;

/// Further fields that the management center for Mosquitto stores and accepts. `MmcFields` are kept and
/// returned; these are dropped.
pub(crate) const DROPPED: [&str; 7] = [
    "supportsRestart",
    "serviceName",
    "cluster",
    "internalUrl",
    "externalEncryptedUrl",
    "externalUnencryptedUrl",
    "websocketsUrl",
];

/// Only in responses; accepted so that a response can be sent back.
pub(super) const ONLY_OUT: [&str; 4] = ["status", "broker", "certNotAfter", "hasPassword"];

/// The longest path of a file, in bytes (`PATH_MAX` on Linux).
const MAX_PATH_BYTES: usize = 4_096;

/// `id`
pub(super) fn id(fields: &mut Fields) -> Result<Option<ConnectionId>, Invalid> {
    let id = fields.string("id")?;
    id.map(|id| ConnectionId::parse(&id).map_err(|why| fields.fault("id", &why))).transpose()
}

/// `name`
pub(super) fn name(fields: &mut Fields) -> Result<Option<ConnectionName>, Invalid> {
    let name = fields.string("name")?;
    name.map(|name| ConnectionName::parse(&name).map_err(|why| fields.fault("name", &why)))
        .transpose()
}

/// `url`
pub(super) fn url(fields: &mut Fields) -> Result<Option<BrokerUrl>, Invalid> {
    let url = fields.string("url")?;
    url.map(|url| BrokerUrl::parse(&url).map_err(|why| fields.fault("url", &why))).transpose()
}

/// `credentials.username`, `credentials.clientId`
pub(super) fn mqtt_text(fields: &mut Fields, name: &str) -> Result<Option<MqttString>, Invalid> {
    let text = fields.string(name)?;
    text.map(|text| MqttString::parse(&text).map_err(|why| fields.fault(name, &why))).transpose()
}

/// `credentials.password`
pub(super) fn password(fields: &mut Fields, name: &str) -> Result<Option<MqttPassword>, Invalid> {
    let text = fields.string(name)?.map(Secret::new);
    text.map(|text| MqttPassword::parse(text).map_err(|why| fields.fault(name, &why))).transpose()
}

/// `key`
pub(super) fn key(fields: &mut Fields, name: &str) -> Result<Option<Secret<Pem>>, Invalid> {
    Ok(pem::take(fields, name)?.map(Secret::new))
}

/// `caFile`, `certFile`, `keyFile`
pub(super) fn file(fields: &mut Fields, name: &str) -> Result<Option<String>, Invalid> {
    let path = fields.string(name)?;
    if path.as_ref().is_some_and(|path| path.len() > MAX_PATH_BYTES) {
        return Err(fields.fault(name, &FieldFault::TooManyBytes { max: MAX_PATH_BYTES }));
    }
    // It would be stored unsealed, and shown.
    if path.as_ref().is_some_and(|path| path.contains("-----BEGIN")) {
        let property = name.trim_end_matches("File").to_owned();
        return Err(fields.fault(name, &FieldFault::ContentOfFile { property }));
    }
    Ok(path)
}

/// Takes what is accepted without being looked at.
pub(super) fn ignore_known(fields: &mut Fields) {
    fields.ignore(&DROPPED);
    fields.ignore(&ONLY_OUT);
}

/// What a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyKind {
    /// A whole connection, in which `null` is a value of a wrong type.
    Whole,
    /// A merge patch (RFC 7396), in which `null` removes a field.
    Patch,
}

/// Reads the fields of a body and notes the faults.
pub(super) struct Reader<'a> {
    pub(super) kind: BodyKind,
    pub(super) faults: &'a mut Faults,
}

impl Reader<'_> {
    /// The fields of an object within the body; none if it is absent.
    pub(super) fn section(&mut self, fields: &mut Fields, name: &str) -> Fields {
        if self.kind == BodyKind::Patch && fields.null(name) {
            return fields.removed(name);
        }
        let section = self.faults.note(fields.object(name));
        section.unwrap_or_else(|| fields.absent(name))
    }

    /// An absent field keeps its value.
    pub(super) fn field<T>(
        &mut self,
        fields: &mut Fields,
        name: &str,
        read: impl FnOnce(&mut Fields, &str) -> Result<Option<T>, Invalid>,
    ) -> FieldChange<T> {
        if self.kind == BodyKind::Patch && fields.null(name) {
            return FieldChange::Clear;
        }
        self.faults.note(read(fields, name)).map_or(FieldChange::Keep, FieldChange::Set)
    }

    /// Like [`Self::field`], but an empty value removes the field as well.
    pub(super) fn field_or_empty<T>(
        &mut self,
        fields: &mut Fields,
        name: &str,
        read: impl FnOnce(&mut Fields, &str) -> Result<Option<T>, Invalid>,
    ) -> FieldChange<T> {
        let is_given = fields.has(name);
        match self.field(fields, name, read) {
            FieldChange::Keep if is_given => FieldChange::Clear,
            change => change,
        }
    }
}
