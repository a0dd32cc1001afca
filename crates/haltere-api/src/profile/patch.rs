//! `PATCH /api/profile`

use axum::extract::State;
use axum::response::Response;
use haltere_app::profile::ChangePreferencesError;
use utoipa::{IntoResponses, ToSchema};

use super::get::{self, WireProfile};
use super::preferences::{self, WirePreferences};
use crate::error::{ApiError, ErrorBody, messages};
use crate::extract::{JsonBody, RequestContext};
use crate::openapi::errors::{Responses, describe};
use crate::state::ApiState;

/// Changes of one's own profile.
#[derive(ToSchema)]
#[schema(as = ProfilePatch)]
#[expect(dead_code, reason = "it describes the API")]
pub(crate) struct ProfilePatch {
    /// What is absent stays, also within `tables`.
    #[schema(nullable = false)]
    preferences: Option<WirePreferences>,
}

impl From<ChangePreferencesError> for ApiError {
    fn from(error: ChangePreferencesError) -> Self {
        match error {
            ChangePreferencesError::NotAllowed(refusal) => refusal.into(),
            ChangePreferencesError::Invalid(invalid) => Self::invalid_field(invalid),
            ChangePreferencesError::Gone => Self::gone(messages::USER_GONE),
            ChangePreferencesError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// The user is not there any more.
enum Removed {}

impl IntoResponses for Removed {
    fn responses() -> Responses {
        let description = "The user was removed in the meantime";
        describe([("removed", description, ChangePreferencesError::Gone.into())])
    }
}

/// Change how you see the console
///
/// The console keeps these preferences here, so that they are the same in every browser. Together they have at most 16 KiB.
#[utoipa::path(
    patch,
    path = "/api/profile",
    operation_id = "patch_profile",
    tag = "Profile",
    request_body(content = ProfilePatch, content_type = "application/json",
        example = json!({"preferences": {"theme": "dark", "language": "de", "tables": {"fleet": {"density": "compact"}}}})),
    responses(
        (status = 200, description = "The profile", body = WireProfile),
        (status = 400, description = "Invalid body; the message names the field. Nothing has changed", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "preferences.theme: must be one of auto, light, dark"})),
        Removed,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let changes = preferences::read(body)?;
    state.app.profiles().change_preferences(&context, changes).await?;
    get::response(&state, &context).await
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use serde_json::{Value, json};

    use crate::test_support::TestApi;

    const PATH: &str = "/api/profile";

    #[tokio::test]
    async fn preferences_follow_their_user() {
        let api = TestApi::start().await;
        let (here, there) = (api.role(Role::Viewer).await, api.role(Role::Viewer).await);
        assert_eq!(here.get(PATH).await.json().get("preferences"), None, "as in MMC");
        let patch = async |preferences: Value| {
            let patched = here.patch(PATH, json!({"preferences": preferences})).await;
            assert_eq!(patched.status, 200, "{}", patched.text);
            let shown = there.get(PATH).await.json();
            assert_eq!(patched.json(), shown);
            shown["preferences"].clone()
        };
        let fleet = json!({"columns": {"url": true}, "density": "compact", "sort": {"column": "name", "descending": true}});
        let all = json!({
            "theme": "dark", "language": "de", "singleKeyShortcuts": false, "navigationCollapsed": true,
            "tables": {"fleet": fleet},
        });
        assert_eq!(patch(all.clone()).await, all);
        let changed =
            patch(json!({"theme": "auto", "tables": {"audit": {"density": "comfortable"}}})).await;
        assert_eq!(changed["theme"], "auto");
        assert_eq!(changed["language"], "de");
        assert_eq!(changed["tables"], json!({"fleet": fleet, "audit": {"density": "comfortable"}}));
        assert_eq!(
            patch(json!({"tables": {"audit": {}}})).await["tables"],
            json!({"fleet": fleet})
        );
        assert_eq!(patch(json!({})).await["language"], "de");

        // The whole profile is sent back, as programs for the management center for Mosquitto do.
        let mut change = here.get(PATH).await.json();
        change["oldPassword"] = json!(haltere_app::testing::TestApp::PASSWORD);
        change["password"] = json!("another long pass phrase");
        assert_eq!(here.put(PATH, change).await.json()["preferences"]["language"], "de");

        let api = api.restart().await;
        let admin = api.admin().await;
        assert_eq!(admin.get(PATH).await.json().get("preferences"), None, "another user");
        let audit = api.app.audit().await;
        let own = audit.iter().filter(|line| *line == "viewer user.update viewer success");
        assert!((1..=2).contains(&own.count()), "repeats share an entry: {audit:?}");
    }

    #[tokio::test]
    async fn what_is_unknown_or_too_long_is_refused_and_changes_nothing() {
        let api = TestApi::start().await;
        let client = api.role(Role::MonitoringViewer).await;
        let set = json!({"preferences": {"theme": "light"}});
        assert_eq!(client.patch(PATH, set).await.status, 200);
        for (preferences, message) in [
            (json!([]), "preferences: must be an object"),
            (json!({"theme": "pink"}), "preferences.theme: must be one of auto, light, dark"),
            (json!({"theme": null}), "preferences.theme: must be a string"),
            (json!({"language": "de de"}), "preferences.language: must be a tag such as de"),
            (
                json!({"singleKeyShortcuts": "no"}),
                "preferences.singleKeyShortcuts: must be true or false",
            ),
            (json!({"colour": "red"}), "preferences.colour: unknown property"),
            (json!({"tables": {"fleet": null}}), "preferences.tables.fleet: must be an object"),
            (
                json!({"theme": "dark", "tables": {"fleet": {"density": "huge"}}}),
                "preferences.tables.fleet.density: must be one of comfortable, compact",
            ),
            (
                json!({"tables": {"fleet": {"columns": {"url": 1}}}}),
                "preferences.tables.fleet.columns.url: must be true or false",
            ),
            (
                json!({"tables": {"fleet": {"sort": {}}}}),
                "preferences.tables.fleet.sort.column: is missing",
            ),
            (
                json!({"tables": {"fleet": {"x": 1}}}),
                "preferences.tables.fleet.x: unknown property",
            ),
        ] {
            let refused = client.patch(PATH, json!({"preferences": preferences})).await;
            refused.is_refusal(400, "INVALID", message);
        }
        let unknown = client.patch(PATH, json!({"password": "x"})).await;
        unknown.is_refusal(400, "INVALID", "password: unknown property");
        let long = "x".repeat(65);
        let refused = client.patch(PATH, json!({"preferences": {"tables": {long: {}}}})).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        let columns: serde_json::Map<_, _> =
            (0..400).map(|n| (format!("{n:060}"), json!(true))).collect();
        let many = json!({"preferences": {"theme": "dark", "tables": {"t": {"columns": columns}}}});
        let message = "preferences: must be at most 16384 bytes long";
        client.patch(PATH, many).await.is_refusal(400, "INVALID", message);
        assert_eq!(client.get(PATH).await.json()["preferences"], json!({"theme": "light"}));
    }

    #[tokio::test]
    async fn who_sees_haltere_as_another_user_keeps_their_own() {
        let api = TestApi::start().await;
        let (admin, viewer) = (api.admin().await, api.role(Role::Viewer).await);
        for (client, theme) in [(&admin, "dark"), (&viewer, "light")] {
            let set = json!({"preferences": {"theme": theme}});
            assert_eq!(client.patch(PATH, set).await.status, 200);
        }
        let view = admin.post("/api/view-as", json!({"userName": "viewer"})).await;
        assert_eq!(view.json()["preferences"], json!({"theme": "dark"}));
        let refused = admin.patch(PATH, json!({"preferences": {"theme": "auto"}})).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        assert_eq!(viewer.get(PATH).await.json()["preferences"], json!({"theme": "light"}));
    }
}
