//! The OpenAPI document without its operations.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

use super::{SESSION, TOKEN};

/// Title, security schemes and tags; the routes add their operations.
pub(crate) fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("haltere")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("openapi.md")))
        .license(Some(
            LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build(),
        ))
        .build();
    let cookie = ApiKeyValue::with_description(
        "haltere.sid",
        "The session's cookie, from `POST /auth`; `__Host-haltere.sid` over TLS, `__Secure-haltere.sid` over TLS below a base path.",
    );
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "An application token, from `POST /api/tokens`: `hlt_` and 49 letters and digits.",
    ));
    let components = ComponentsBuilder::new()
        .security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        .security_scheme(TOKEN, SecurityScheme::Http(bearer.build()))
        // No operation answers with these as a body: they travel inside event streams.
        .schema_from::<crate::events::ConnectionsEvent<'_>>()
        .schema_from::<crate::connections::test::WireEvent<'_>>()
        .build();
    let tags = [
        ("Connections", "Connections to brokers, and the status of their links"),
        ("Events", "A stream of changes"),
        ("Audit", "Who did what, when, and how it ended"),
        ("Profile", "The caller's own account"),
        ("Users", "User management, for administrators"),
        ("Tokens", "Application tokens, for administrators"),
        ("Plugins", "Features that can be switched off"),
        ("System", "Health and version"),
        ("Login", "Sessions"),
        ("Documentation", "This description"),
        ("Pages", "For people"),
    ];
    let tags = tags.map(|(name, description)| {
        TagBuilder::new().name(name).description(Some(description)).build()
    });
    OpenApiBuilder::new().info(info).components(Some(components)).tags(Some(tags)).build()
}
