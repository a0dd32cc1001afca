//! Responses that several operations describe.

use utoipa::IntoResponses;

use crate::error::ErrorBody;

/// The stored version is another one.
#[derive(IntoResponses)]
#[response(
    status = 412,
    description = "The connection was changed in the meantime; this request changed nothing",
    example = json!({
        "code": "PRECONDITION_FAILED",
        "message": "The connection was changed meanwhile: If-Match names none of its present version. Get it again, and repeat the change on that",
        "lastChange": {"at": "2026-11-23T06:00:00Z", "by": "ann", "fields": ["credentials.password"]},
    }),
)]
#[expect(dead_code, reason = "describes what crate::error answers")]
pub(super) struct OutdatedVersion(ErrorBody);

/// No connection has the id.
#[derive(IntoResponses)]
#[response(
    status = 404,
    description = "No such connection, or the plugin is off",
    examples(("unknown" = (value = json!({"code": "NOT_FOUND", "message": "Connection not found"})))),
)]
#[expect(dead_code, reason = "describes what crate::error answers")]
pub(crate) struct UnknownConnection(ErrorBody);

/// An invalid `?secrets=`, the only parameter of the operation.
#[derive(IntoResponses)]
#[response(
    status = 400,
    description = "Invalid parameter",
    example = json!({"code": "INVALID", "message": "secrets: must be omit or include"}),
)]
#[expect(dead_code, reason = "describes what crate::error answers")]
pub(super) struct BadParameter(ErrorBody);
