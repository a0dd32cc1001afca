//! What the descriptions of several operations have in common.

use utoipa::{IntoParams, IntoResponses};

use super::secrets::SecretsParam;
use crate::error::ErrorBody;

/// `{connectionId}` in a path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what is read by hand")]
pub(super) struct ConnectionId {
    /// The connection's id, percent-encoded
    #[param(rename = "connectionId", example = "mosquitto-dev")]
    connection_id: String,
}

/// `?secrets=` of an operation that answers with connections.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what is read by hand")]
pub(super) struct WantedSecrets {
    /// `omit` leaves passwords and private keys out of the answer
    #[param(inline)]
    secrets: Option<SecretsParam>,
}

/// The header If-Match.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what is read by hand")]
pub(super) struct WantedVersion {
    /// The `ETag` of the version the change is meant for; a list of them, or `*`. Without it, of whichever there is
    #[param(rename = "If-Match", example = "\"1f0a93c27be4d815\"")]
    if_match: Option<String>,
}

/// The answer when another version is stored.
#[derive(IntoResponses)]
#[response(
    status = 412,
    description = "Somebody else has changed the connection meanwhile; nothing was changed",
    example = json!({"code": "PRECONDITION_FAILED", "message": "The connection was changed meanwhile: If-Match names none of its present version. Get it again, and repeat the change on that"}),
)]
#[expect(dead_code, reason = "describes what crate::error answers")]
pub(super) struct OutdatedVersion(ErrorBody);

/// The answer to an id nobody has.
#[derive(IntoResponses)]
#[response(
    status = 404,
    description = "There is no such connection, or the plugin is off",
    examples(("unknown" = (value = json!({"code": "NOT_FOUND", "message": "Connection not found"})))),
)]
#[expect(dead_code, reason = "describes what crate::error answers")]
pub(crate) struct UnknownConnection(ErrorBody);

/// The answer to a bad `?secrets=`, where that is all that can be bad.
#[derive(IntoResponses)]
#[response(
    status = 400,
    description = "A parameter makes no sense",
    example = json!({"code": "INVALID", "message": "secrets: must be omit or include"}),
)]
#[expect(dead_code, reason = "describes what crate::error answers")]
pub(super) struct BadParameter(ErrorBody);
