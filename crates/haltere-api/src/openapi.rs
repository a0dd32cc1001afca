//! The description of the API, made from the routes.
//!
//! Each operation describes its own answers; those that the gate in front of it and the extractors
//! give are added here from its access and its body, so that nobody has to repeat them and nobody
//! can forget them.

use haltere_app::{Action, policy};
use haltere_core::{PluginId, Role, Roles, StorageTrouble};
use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, PathItem, Paths};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    Response, ResponseBuilder, Schema,
};

use crate::access::Access;
use crate::answers;
use crate::error::{ACTIONS_LIMIT, messages};
use crate::routes;

/// The extension that says who may use an operation.
pub(crate) const X_ACCESS: &str = "x-haltere-access";

/// The name of the security scheme.
const SESSION: &str = "session";

/// The description of everything [`crate::router`] answers, by version 3.1 of the specification.
pub fn openapi() -> OpenApi {
    let mut document = routes::table().split_for_parts().1;
    let schemas = document.components.as_mut().map(|components| &mut components.schemas);
    for (name, schema) in schemas.into_iter().flatten() {
        // In a merge patch `null` means "remove"; nowhere else is it sent or taken.
        if name != "ConnectionPatch" {
            without_null(schema);
        }
    }
    document
}

/// Makes "may be absent or null", which is how an `Option` is described, into "may be absent".
fn without_null(schema: &mut RefOr<Schema>) {
    let is_null = |schema: &RefOr<Schema>| matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == Type::Null.into());
    match schema {
        RefOr::T(Schema::Object(object)) => {
            if let SchemaType::Array(types) = &mut object.schema_type {
                // Our own "any value" lists six types, null among them.
                if let [of_value, Type::Null] = types.as_slice() {
                    object.schema_type = of_value.clone().into();
                }
            }
            object.properties.values_mut().for_each(without_null);
        }
        RefOr::T(Schema::OneOf(choice)) => {
            if let [only, null] = choice.items.as_slice()
                && is_null(null)
            {
                *schema = only.clone();
            }
        }
        _ => {}
    }
}

/// The description without operations.
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
    let components = ComponentsBuilder::new()
        .security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        // No operation answers with these as a body: they travel inside event streams.
        .schema_from::<crate::events::ConnectionsEvent<'_>>()
        .schema_from::<crate::connection_test::WireEvent<'_>>()
        .build();
    let tags = [
        ("Connections", "Brokers, and how the links to them are"),
        ("Events", "What changes, as it does"),
        ("Profile", "One's own account"),
        ("Plugins", "Features that can be switched off"),
        ("System", "Whether haltere is well, and which one it is"),
        ("Login", "Sessions"),
        ("Documentation", "This description"),
        ("Pages", "For people"),
    ];
    let tags = tags.map(|(name, description)| {
        TagBuilder::new().name(name).description(Some(description)).build()
    });
    OpenApiBuilder::new().info(info).components(Some(components)).tags(Some(tags)).build()
}

/// Writes down who may use the operations in `paths`, and what they answer to everybody else.
pub(crate) fn describe_access(paths: &mut Paths, access: Access) {
    for (path, item) in &mut paths.paths {
        for (changes, operation) in operations_mut(item) {
            let extensions = operation.extensions.get_or_insert_default();
            extensions.insert(X_ACCESS.to_owned(), description(access));
            describe_gate(operation, access, path);
            if !changes && access != Access::Everybody {
                describe_answers(operation);
            }
            describe_layers(operation, changes, path);
            if operation.request_body.is_some() {
                describe_body(operation);
            }
        }
    }
}

/// `{"login", "plugin", "action", "roles"}`
fn description(access: Access) -> Value {
    let all: Vec<&str> = Role::ALL.map(Role::as_str).to_vec();
    match access {
        Access::Everybody => json!({"login": false}),
        Access::LoggedIn => json!({"login": true, "roles": all}),
        Access::Policy(action, plugin) => {
            let may = |role: &Role| policy::allows(Roles::from(*role), action);
            let roles: Vec<&str> =
                Role::ALL.iter().filter(|role| may(role)).map(|role| role.as_str()).collect();
            let mut access = json!({"login": true, "action": action.as_str(), "roles": roles});
            if let Some(plugin) = plugin {
                access["plugin"] = PluginId::as_str(plugin).into();
            }
            access
        }
    }
}

fn describe_gate(operation: &mut Operation, access: Access, path: &str) {
    match access {
        Access::Everybody => return,
        Access::LoggedIn => describe_login(operation),
        Access::Policy(action, plugin) => {
            describe_login(operation);
            if Role::ALL.iter().any(|role| !policy::allows(Roles::from(*role), action)) {
                let body = json!({"code": "NOT_ALLOWED", "message": messages::NOT_ALLOWED});
                add(operation, "403", "The role is too low", "role", body);
                if action.audited_as().is_some() {
                    describe_pace(operation, action);
                }
            }
            if plugin.is_some() {
                let body = json!({"code": "NOT_FOUND", "message": messages::PLUGIN_NOT_FOUND});
                add(operation, "404", "The plugin is off", "plugin", body);
            }
        }
    }
    let code = crate::layers::failures::code_of_500(path);
    let body = json!({"code": code, "message": messages::INTERNAL});
    add(
        operation,
        "500",
        "Something unforeseen; the log knows more under the id in the header X-Request-Id",
        "unforeseen",
        body,
    );
    let body = json!({"code": code, "message": messages::INTERNAL, "reason": StorageTrouble::Full.as_str()});
    add(operation, "500", "Nothing can be stored at the moment", "diskFull", body);
}

/// Refusals are audited, so their rate is limited.
fn describe_pace(operation: &mut Operation, action: Action) {
    let body = json!({"code": "TOO_MANY_REQUESTS", "message": messages::REFUSED_TOO_OFTEN, "limit": "limits.refusals_per_minute"});
    let description = "Too often; the header Retry-After says when to come back";
    add(operation, "429", description, "refusedTooOften", body);
    if action.has_a_pace() {
        let body = json!({"code": "TOO_MANY_REQUESTS", "message": messages::TOO_MANY_ACTIONS, "limit": ACTIONS_LIMIT});
        add(operation, "429", description, "tooManyActions", body);
    }
}

/// Answers that are not read take memory, and there is so much for them.
fn describe_answers(operation: &mut Operation) {
    let body =
        json!({"code": "TOO_MANY_REQUESTS", "message": answers::OF_USER, "limit": answers::LIMIT});
    let description = "This user or this address has too much under way; the header Retry-After says when to come back";
    add(operation, "429", description, "unreadAnswers", body);
    let body = json!({"code": "UNAVAILABLE", "message": answers::OF_ALL, "limit": answers::LIMIT});
    let description = "All callers together have too much under way; the header Retry-After says when to come back";
    add(operation, "503", description, "unreadAnswers", body);
}

/// What [`crate::layers`] refuse before a route is even looked for.
fn describe_layers(operation: &mut Operation, changes: bool, path: &str) {
    if changes {
        let body = json!({"code": "NOT_ALLOWED", "message": messages::OTHER_ORIGIN});
        add(
            operation,
            "403",
            "The request comes from a page of another origin",
            "otherOrigin",
            body,
        );
    }
    if path.starts_with("/api/") {
        let body = json!({"code": "INVALID", "message": messages::TOKEN_IN_URL});
        add(operation, "400", "The request makes no sense", "tokenInUrl", body);
    }
}

fn describe_login(operation: &mut Operation) {
    let requirement = SecurityRequirement::new(SESSION, [] as [&str; 0]);
    operation.security.get_or_insert_default().push(requirement);
    let body = json!({"code": "UNAUTHORIZED", "message": messages::UNAUTHORIZED, "data": {"session": false}});
    add(operation, "401", "Not logged in, or the session has ended", "notLoggedIn", body);
}

fn describe_body(operation: &mut Operation) {
    // An operation with bounds of its own has described them.
    let has_own = operation.responses.responses.contains_key("413");
    let body = json!({"code": "INVALID", "message": "Content-Type: must be application/json"});
    let description = "The body is of another type than those listed, or packed or encoded in a way that is not taken";
    add(operation, "415", description, "otherType", body);
    let body = json!({"code": "INVALID", "message": "Content-Encoding: br is not accepted; what is: gzip, x-gzip, deflate, identity"});
    add(operation, "415", description, "otherCoding", body);
    let body = json!({"code": "INVALID", "message": "Content-Type: charset iso-8859-1 is not accepted; UTF-8 and UTF-16 are"});
    add(operation, "415", description, "otherCharset", body);
    if has_own {
        return;
    }
    let body = json!({"code": "INVALID", "message": "the body took longer than 30 s"});
    add(operation, "408", "The body came too slowly", "tooSlow", body);
    let body = json!({"code": "INVALID", "message": "the body is larger than 1 MiB"});
    add(operation, "413", "The body is larger than 1 MiB", "tooLarge", body);
}

/// Adds an answer, or another example to an answer that is there already.
fn add(operation: &mut Operation, status: &str, description: &str, name: &str, body: Value) {
    let responses = &mut operation.responses.responses;
    let response = responses
        .entry(status.to_owned())
        .or_insert_with(|| ResponseBuilder::new().description(description).build().into());
    let RefOr::T(Response { content, .. }) = response else { return };
    let content = content.entry("application/json".to_owned()).or_insert_with(|| {
        let error = Ref::from_schema_name("Error");
        ContentBuilder::new().schema(Some(error)).build().into()
    });
    if let RefOr::T(Content { example, examples, .. }) = content {
        if let Some(only) = example.take() {
            examples
                .insert("own".to_owned(), ExampleBuilder::new().value(Some(only)).build().into());
        }
        let example = ExampleBuilder::new().value(Some(body)).build();
        examples.insert(name.to_owned(), example.into());
    }
}

/// The operations of a path, each with whether its method is one that changes something.
fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [(false, get), (true, put), (true, post), (true, delete), (true, patch)]
        .into_iter()
        .filter_map(|(changes, operation)| Some((changes, operation.as_mut()?)))
}

/// Every operation with its method and path, by path.
pub(crate) fn operations(document: &OpenApi) -> Vec<(HttpMethod, &str, &Operation)> {
    let mut operations = Vec::new();
    for (path, item) in &document.paths.paths {
        let of_path = [
            (HttpMethod::Get, &item.get),
            (HttpMethod::Post, &item.post),
            (HttpMethod::Put, &item.put),
            (HttpMethod::Patch, &item.patch),
            (HttpMethod::Delete, &item.delete),
        ];
        for (method, operation) in of_path {
            if let Some(operation) = operation {
                operations.push((method, path.as_str(), operation));
            }
        }
    }
    operations
}
