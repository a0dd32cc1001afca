//! `?secrets=omit`

use haltere_app::connections::Secrets;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::Params;

/// The values of `secrets`, for the description.
#[derive(ToSchema)]
#[schema(as = SecretsWanted, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what is read by hand")]
pub(super) enum Wanted {
    Include,
    Omit,
}

/// Whether the answer may hold passwords and keys; whether the caller may see them is the application's to say.
pub(super) fn wanted(params: &Params) -> Result<Secrets, ApiError> {
    match params.get("secrets")? {
        None | Some("include") => Ok(Secrets::Include),
        Some("omit") => Ok(Secrets::Omit),
        Some(_) => Err(ApiError::invalid("secrets: must be omit or include")),
    }
}
