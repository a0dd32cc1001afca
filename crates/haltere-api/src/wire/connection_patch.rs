//! Changes to a connection on their way in: a JSON merge patch (RFC 7396), in which `null` removes.

use haltere_app::connections::{ConnectionPatch, FieldChange};
use haltere_core::{Alpn, ConnectionId, Secret, TlsServerName};
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::connection_fields::{self as input, file, ignore_known, mqtt_text};
use super::fields::{Fields, Invalid};
use super::{client_hello, pem, schema};

/// Takes a merge patch of the connection `id` apart.
///
/// `ca`, `cert` and `key` are replaced as a whole: half a certificate is none.
pub(crate) fn read(body: Value, id: &ConnectionId) -> Result<ConnectionPatch, Invalid> {
    let mut fields = Fields::of_body(body)?;
    for required in ["id", "name", "url"] {
        if fields.null(required) {
            return Err(fields.refuse(required, "can't be removed"));
        }
    }
    if input::id(&mut fields)?.is_some_and(|given| given != *id) {
        return Err(Invalid::new("id: can't be changed; it has to be the one in the URL"));
    }
    let mut patch = ConnectionPatch {
        name: input::name(&mut fields)?,
        url: input::url(&mut fields)?,
        ..credentials(&mut fields)?
    };
    patch.reject_unauthorized = change(&mut fields, "rejectUnauthorized", Fields::boolean)?;
    patch.ca = change(&mut fields, "ca", pem::take)?;
    patch.cert = change(&mut fields, "cert", pem::take)?;
    let key = |fields: &mut Fields, name: &str| Ok(pem::take(fields, name)?.map(Secret::new));
    patch.key = change(&mut fields, "key", key)?;
    (patch.alpn, patch.server_name) = tls(&mut fields)?;
    patch.no_metrics_mode = change(&mut fields, "noMetricsMode", Fields::boolean)?;
    patch.ca_file = change(&mut fields, "caFile", file)?;
    patch.cert_file = change(&mut fields, "certFile", file)?;
    patch.key_file = change(&mut fields, "keyFile", file)?;
    ignore_known(&mut fields);
    fields.finish()?;
    Ok(patch)
}

/// A patch of nothing but `credentials`; `null` there removes all of them.
fn credentials(fields: &mut Fields) -> Result<ConnectionPatch, Invalid> {
    if fields.null("credentials") {
        return Ok(ConnectionPatch {
            username: FieldChange::Clear,
            password: FieldChange::Clear,
            client_id: FieldChange::Clear,
            ..ConnectionPatch::default()
        });
    }
    let Some(mut inner) = fields.object("credentials")? else {
        return Ok(ConnectionPatch::default());
    };
    let secret = |fields: &mut Fields, name: &str| Ok(mqtt_text(fields, name)?.map(Secret::new));
    let patch = ConnectionPatch {
        username: change(&mut inner, "username", mqtt_text)?,
        password: change(&mut inner, "password", secret)?,
        client_id: change(&mut inner, "clientId", mqtt_text)?,
        ..ConnectionPatch::default()
    };
    inner.finish()?;
    Ok(patch)
}

/// `tls`, of which `null` removes all.
fn tls(fields: &mut Fields) -> Result<(FieldChange<Alpn>, FieldChange<TlsServerName>), Invalid> {
    if fields.null("tls") {
        return Ok((FieldChange::Clear, FieldChange::Clear));
    }
    let Some(mut inner) = fields.object("tls")? else { return Ok(Default::default()) };
    let alpn = change_or_clear(&mut inner, "alpn", client_hello::alpn)?;
    let server_name = change_or_clear(&mut inner, "serverName", client_hello::server_name)?;
    inner.finish()?;
    Ok((alpn, server_name))
}

/// Like [`change`], but what is empty removes, too.
fn change_or_clear<T>(
    fields: &mut Fields,
    name: &str,
    read: impl FnOnce(&mut Fields, &str) -> Result<Option<T>, Invalid>,
) -> Result<FieldChange<T>, Invalid> {
    if !fields.has(name) {
        return Ok(FieldChange::Keep);
    }
    if fields.null(name) {
        return Ok(FieldChange::Clear);
    }
    Ok(FieldChange::replace(read(fields, name)?))
}

/// Absent keeps, `null` removes, anything else is read and set.
fn change<T>(
    fields: &mut Fields,
    name: &str,
    read: impl FnOnce(&mut Fields, &str) -> Result<Option<T>, Invalid>,
) -> Result<FieldChange<T>, Invalid> {
    if fields.null(name) {
        return Ok(FieldChange::Clear);
    }
    Ok(read(fields, name)?.map_or(FieldChange::Keep, FieldChange::Set))
}

/// Describes the body.
pub(crate) struct ConnectionPatchBody;

impl PartialSchema for ConnectionPatchBody {
    fn schema() -> RefOr<Schema> {
        let mut properties = input::properties();
        if let Some(properties) = properties.as_object_mut() {
            for (name, property) in properties.iter_mut() {
                let removable = !matches!(name.as_str(), "id" | "name" | "url");
                let takes_null = property["type"].is_array();
                if matches!(name.as_str(), "credentials" | "tls") {
                    make_properties_nullable(property);
                }
                if removable && !takes_null {
                    *property = nullable(property);
                }
            }
        }
        schema::from_json(json!({
            "type": "object",
            "description": "A JSON merge patch (RFC 7396): what is absent stays, null removes. ca, cert and key are replaced as a whole.",
            "additionalProperties": false,
            "properties": properties,
            "example": {"url": "mqtts://broker.example:8883", "credentials": {"password": "new"}, "ca": null}
        }))
    }
}

impl ToSchema for ConnectionPatchBody {
    fn name() -> std::borrow::Cow<'static, str> {
        "ConnectionPatch".into()
    }
}

fn make_properties_nullable(object: &mut Value) {
    if let Some(inner) = object.get_mut("properties").and_then(Value::as_object_mut) {
        for property in inner.values_mut() {
            *property = nullable(property);
        }
    }
}

fn nullable(schema: &Value) -> Value {
    json!({"oneOf": [{"type": "null"}, schema]})
}

#[cfg(test)]
mod tests {
    use haltere_core::Pem;

    use super::*;

    fn patch(body: Value) -> Result<ConnectionPatch, String> {
        let id = ConnectionId::parse("a").expect("an id");
        read(body, &id).map_err(|error| error.to_string())
    }

    #[test]
    fn absent_keeps_null_removes_a_value_sets() {
        assert_eq!(patch(json!({})), Ok(ConnectionPatch::default()));
        let changed = patch(json!({
            "id": "a", "credentials": {"password": null, "username": "u"},
            "ca": null, "cert": {"data": "-----BEGIN X"}, "rejectUnauthorized": "false", "status": {},
        }));
        let expected = ConnectionPatch {
            username: FieldChange::Set("u".to_owned()),
            password: FieldChange::Clear,
            ca: FieldChange::Clear,
            cert: FieldChange::Set(Pem::new(b"-----BEGIN X".to_vec())),
            reject_unauthorized: FieldChange::Set(false),
            ..ConnectionPatch::default()
        };
        assert_eq!(changed, Ok(expected));
        let all_gone = patch(json!({"credentials": null})).expect("valid");
        assert_eq!(
            (all_gone.username, all_gone.client_id),
            (FieldChange::Clear, FieldChange::Clear)
        );
    }

    #[test]
    fn what_to_ask_for_in_the_handshake_is_merged() {
        let (alpn, server_name) = (Alpn::parse("mqtt h2"), TlsServerName::parse("b.example"));
        let (alpn, server_name) = (alpn.expect("valid"), server_name.expect("valid"));
        for (tls, expected) in [
            (json!({}), (FieldChange::Keep, FieldChange::Keep)),
            (json!(null), (FieldChange::Clear, FieldChange::Clear)),
            (json!({"alpn": ["mqtt", "h2"]}), (FieldChange::Set(alpn), FieldChange::Keep)),
            (
                json!({"serverName": "b.example"}),
                (FieldChange::Keep, FieldChange::Set(server_name)),
            ),
            (json!({"alpn": null, "serverName": null}), (FieldChange::Clear, FieldChange::Clear)),
            (json!({"alpn": [], "serverName": ""}), (FieldChange::Clear, FieldChange::Clear)),
        ] {
            let read = patch(json!({"tls": tls.clone()})).expect("valid");
            assert_eq!((read.alpn, read.server_name), expected, "{tls}");
        }
    }

    #[test]
    fn what_is_refused_is_named() {
        for (body, why) in [
            (json!({"id": "b"}), "id: can't be changed; it has to be the one in the URL"),
            (json!({"name": null}), "name: can't be removed"),
            (json!({"url": null}), "url: can't be removed"),
            (json!({"credentials": {"user": "x"}}), "credentials.user: unknown property"),
            (json!({"credentials": []}), "credentials: must be an object"),
            (json!({"tls": {"x": 1}}), "tls.x: unknown property"),
            (json!({"tls": {"alpn": "mqtt"}}), "tls.alpn: must be a list of strings"),
            (json!({"tls": {"alpn": [1]}}), "tls.alpn: must be a list of strings"),
            (
                json!({"tls": {"serverName": "10.0.0.1"}}),
                "tls.serverName: must be a host name; an IP address can't be asked for, put it into the URL",
            ),
            (json!({"intent": "connected"}), "intent: unknown property"),
        ] {
            assert_eq!(patch(body.clone()), Err(why.to_owned()), "{body}");
        }
    }
}
