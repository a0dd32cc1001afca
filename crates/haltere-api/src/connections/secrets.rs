//! `?secrets=omit`

use haltere_app::connections::Secrets;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::Params;

// The values of `secrets`, for the description.
#[derive(ToSchema)]
#[schema(as = SecretsWanted, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what is read by hand")]
pub(crate) enum Wanted {
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

#[cfg(test)]
mod tests {
    use haltere_app::SecretsPolicy;
    use serde_json::json;

    use crate::test_support::{TestApi, connection, nobody};

    #[tokio::test]
    async fn where_secrets_are_write_only_nobody_reads_them() {
        let api = TestApi::start_with(|config| {
            config.settings.secrets = SecretsPolicy::WriteOnly;
        })
        .await;
        let (url, _port) = nobody();
        let admin = api.admin().await;
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2"});
        let created = admin.post("/api/connections", body).await;
        assert_eq!(created.status, 202);
        for answer in [
            created,
            admin.get("/api/connections?secrets=include").await,
            admin.get("/api/connections/a").await,
            admin.post("/api/connections/a/disconnect", json!({})).await,
        ] {
            assert!(!answer.text.contains("hunter2"), "{}", answer.text);
            assert!(answer.text.contains("\"username\":\"u\""), "{}", answer.text);
        }
    }
}
