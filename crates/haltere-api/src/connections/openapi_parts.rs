//! Responses that several operations describe.

use haltere_app::connections::LastChange;
use haltere_core::Timestamp;
use utoipa::IntoResponses;

use crate::error::{ApiError, messages};
use crate::openapi::errors::{Responses, describe};

/// The stored version is another one.
pub(super) enum OutdatedVersion {}

impl IntoResponses for OutdatedVersion {
    fn responses() -> Responses {
        let last_change = LastChange {
            at: Timestamp::constant(1_795_413_600, 0),
            actor: "ann".to_owned(),
            fields: vec!["credentials.password".to_owned()],
        };
        let description =
            "The connection was changed in the meantime; this request changed nothing";
        describe([("outdated", description, ApiError::outdated(Some(last_change)))])
    }
}

/// No connection has the id.
pub(crate) enum UnknownConnection {}

impl IntoResponses for UnknownConnection {
    fn responses() -> Responses {
        let error = ApiError::not_found(messages::CONNECTION_NOT_FOUND);
        describe([("unknown", "No such connection, or the plugin is off", error)])
    }
}

/// An invalid `?secrets=`, the only parameter of the operation.
pub(super) enum BadParameter {}

impl IntoResponses for BadParameter {
    fn responses() -> Responses {
        let error = ApiError::invalid("secrets: must be omit or include");
        describe([("parameter", "Invalid parameter", error)])
    }
}
