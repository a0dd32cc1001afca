//! The OpenAPI document.
//!
//! Each operation describes its own responses. The responses of the gate and of the extractors are added here,
//! from the operation's access and body, so that no operation has to repeat them.

pub(crate) mod errors;
pub(crate) mod frame;

use std::collections::BTreeMap;

use haltere_app::{Action, AuditGap, TokenRule};
use haltere_core::{PluginId, Role, StorageTrouble};
use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, PathItem, Paths};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder, Schema};

use crate::access::{Access, X_ACCESS};
use crate::error::{ACTIONS_LIMIT, WRONG_TOKENS_LIMIT, messages};
use crate::response_memory;

/// The name of a security scheme.
pub(super) const SESSION: &str = "session";
/// The name of the other one.
pub(super) const TOKEN: &str = "token";

/// Removes `null` from the schemas of optional properties. A merge patch uses it, where it means "remove".
pub(crate) fn without_nulls(document: &mut OpenApi) {
    let schemas = document.components.as_mut().map(|components| &mut components.schemas);
    for (name, schema) in schemas.into_iter().flatten() {
        // `lastUsed` of a token is null before the first use, as clients expect.
        if !matches!(&**name, "ConnectionPatch" | "Token") {
            without_null(schema);
        }
    }
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
            } else {
                choice.items.iter_mut().for_each(without_null);
            }
        }
        _ => {}
    }
}

/// Describes who may use the operations in `paths`, and the response to other callers.
pub(crate) fn describe_access(paths: &mut Paths, access: Access) {
    for (path, item) in &mut paths.paths {
        for (changes, operation) in operations_mut(item) {
            let extensions = operation.extensions.get_or_insert_default();
            extensions.insert(X_ACCESS.to_owned(), description(access));
            describe_gate(operation, access, path);
            if !changes && access != Access::Public {
                describe_response_memory(operation);
            }
            describe_middleware(operation, changes, path);
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
        Access::Public => json!({"login": false}),
        Access::LoggedIn => json!({"login": true, "roles": all}),
        Access::Policy(action) => {
            let roles = Role::ALL.into_iter().filter(|role| action.is_allowed_to(*role));
            let roles: Vec<&str> = roles.map(Role::as_str).collect();
            let mut access = json!({"login": true, "action": action.as_str(), "roles": roles});
            if let Some(plugin) = action.plugin() {
                access["plugin"] = PluginId::as_str(plugin).into();
            }
            access
        }
    }
}

fn describe_gate(operation: &mut Operation, access: Access, path: &str) {
    match access {
        Access::Public => return,
        Access::LoggedIn => describe_login(operation, true),
        Access::Policy(action) => {
            describe_login(operation, action.is_open_to_tokens());
            describe_token_rules(operation, action);
            if !action.is_open_to_views() {
                let body = json!({"code": "NOT_ALLOWED", "message": messages::VIEW_ONLY});
                add(operation, "403", "Not allowed", "viewOnly", body);
            }
            if !action.is_of_own_account() {
                let body =
                    json!({"code": "NOT_ALLOWED", "message": messages::MUST_CHANGE_PASSWORD});
                add(operation, "403", "Not allowed", "mustChangePassword", body);
                let message = messages::MUST_SET_UP_SECOND_FACTOR;
                let body = json!({"code": "NOT_ALLOWED", "message": message});
                add(operation, "403", "Not allowed", "mustSetUpSecondFactor", body);
            }
            if Role::ALL.into_iter().any(|role| !action.is_allowed_to(role)) {
                let body = json!({"code": "NOT_ALLOWED", "message": messages::NOT_ALLOWED});
                add(operation, "403", "Insufficient role", "role", body);
                if action.audited_as().is_some() {
                    describe_rate_limit(operation, action);
                }
            }
            if action.is_refused_without_audit() {
                let message = messages::audit_gap(AuditGap::Trail);
                let body = json!({"code": "AUDIT_UNAVAILABLE", "message": message});
                let description =
                    "It could not be audited; the header Retry-After says when to retry";
                add(operation, "503", description, "notAuditable", body);
            }
            if action.plugin().is_some() {
                let body = json!({"code": "NOT_FOUND", "message": messages::PLUGIN_NOT_FOUND});
                add(operation, "404", "The plugin is off", "plugin", body);
            }
        }
    }
    let code = crate::middleware::failures::code_of_500(path);
    let body = json!({"code": code, "message": messages::INTERNAL});
    add(
        operation,
        "500",
        "Internal error; the log has the details under the id in the header X-Request-Id",
        "internalError",
        body,
    );
    let body = json!({"code": code, "message": messages::INTERNAL, "reason": StorageTrouble::Full.as_str()});
    add(operation, "500", "Nothing can be stored at the moment", "diskFull", body);
    let body =
        json!({"code": "UNAVAILABLE", "message": messages::BUSY, "reason": messages::BUSY_REASON});
    let description =
        "Another program holds the database; the header Retry-After says when to retry";
    add(operation, "503", description, "databaseBusy", body);
}

/// What a token may not do, whatever its role.
fn describe_token_rules(operation: &mut Operation, action: Action) {
    let mut describe = |name, rule| {
        let body = json!({"code": "NOT_ALLOWED", "message": messages::token_rule(rule)});
        add(operation, "403", "Not allowed", name, body);
    };
    if !action.is_open_to_tokens() {
        describe("token", TokenRule::NeedsLogin);
        return;
    }
    if !action.only_reads() {
        describe("readOnlyToken", TokenRule::ReadOnly);
    }
    if action != Action::ReadProfile {
        describe("tokenOfOtherActions", TokenRule::OtherActions);
    }
    if !action.keeps_to_visibility() {
        describe("limitedToken", TokenRule::LimitedToConnections);
    }
}

/// Refusals are audited, so their rate is limited.
fn describe_rate_limit(operation: &mut Operation, action: Action) {
    let body = json!({"code": "TOO_MANY_REQUESTS", "message": messages::REFUSED_TOO_OFTEN, "limit": "limits.refusals_per_minute"});
    let description = "Rate limit exceeded; the header Retry-After says when to retry";
    add(operation, "429", description, "refusedTooOften", body);
    if action.is_rate_limited() {
        let body = json!({"code": "TOO_MANY_REQUESTS", "message": messages::TOO_MANY_ACTIONS, "limit": ACTIONS_LIMIT});
        add(operation, "429", description, "tooManyActions", body);
    }
}

/// Responses that clients have not read take memory, which is limited.
fn describe_response_memory(operation: &mut Operation) {
    let body = json!({"code": "TOO_MANY_REQUESTS", "message": response_memory::OF_USER, "limit": response_memory::LIMIT});
    let description = "This user or this address has too many unread responses; the header Retry-After says when to retry";
    add(operation, "429", description, "unreadResponses", body);
    let body = json!({"code": "UNAVAILABLE", "message": response_memory::OF_ALL, "limit": response_memory::LIMIT});
    let description = "All callers together have too many unread responses; the header Retry-After says when to retry";
    add(operation, "503", description, "unreadResponses", body);
}

/// What [`crate::middleware`] refuses before the route is looked up.
fn describe_middleware(operation: &mut Operation, changes: bool, path: &str) {
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
        add(operation, "400", "Invalid request", "tokenInUrl", body);
    }
}

fn describe_login(operation: &mut Operation, is_open_to_tokens: bool) {
    let schemes = [Some(SESSION), is_open_to_tokens.then_some(TOKEN)];
    for scheme in schemes.into_iter().flatten() {
        let requirement = SecurityRequirement::new(scheme, [] as [&str; 0]);
        operation.security.get_or_insert_default().push(requirement);
    }
    let body = json!({"code": "UNAUTHORIZED", "message": messages::UNAUTHORIZED, "data": {"session": false}});
    let description = "Not logged in, or the session has ended, or the token is not valid";
    add(operation, "401", description, "notLoggedIn", body);
    let body = json!({"code": "TOO_MANY_REQUESTS", "message": messages::TOO_MANY_WRONG_TOKENS, "limit": WRONG_TOKENS_LIMIT});
    let description = "Rate limit exceeded; the header Retry-After says when to retry";
    add(operation, "429", description, "wrongTokens", body);
}

fn describe_body(operation: &mut Operation) {
    // An operation with bounds of its own has described them.
    let has_own = operation.responses.responses.contains_key("413");
    let body = json!({"code": "INVALID", "message": "Content-Type: must be application/json"});
    let description = "Unsupported media type, content encoding or charset";
    add(operation, "415", description, "otherType", body);
    let body = json!({"code": "INVALID", "message": "Content-Encoding: br is not accepted; what is: gzip, x-gzip, deflate, identity"});
    add(operation, "415", description, "otherCoding", body);
    let body = json!({"code": "INVALID", "message": "Content-Type: charset iso-8859-1 is not accepted; UTF-8 and UTF-16 are"});
    add(operation, "415", description, "otherCharset", body);
    if has_own {
        return;
    }
    let body = json!({"code": "INVALID", "message": "the body took longer than 30 s"});
    add(operation, "408", "The body arrived too slowly", "tooSlow", body);
    let body = json!({"code": "INVALID", "message": "the body is larger than 1 MiB"});
    add(operation, "413", "The body is larger than 1 MiB", "tooLarge", body);
}

/// Adds a response, or another example to a response that is there already.
fn add(operation: &mut Operation, status: &str, description: &str, name: &str, body: Value) {
    let responses = &mut operation.responses.responses;
    add_to(responses, status, description, name, body);
}

fn add_to(
    responses: &mut BTreeMap<String, RefOr<Response>>,
    status: &str,
    description: &str,
    name: &str,
    body: Value,
) {
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

/// The route in `paths`, which hold one operation, as `METHOD /path`.
pub(crate) fn route_in(paths: &Paths) -> String {
    let routes = paths.paths.iter().flat_map(|(path, item)| {
        methods(item).into_iter().map(move |(method, _)| route_name(&method, path))
    });
    routes.collect::<Vec<_>>().join(", ")
}

/// `METHOD /path`
pub(crate) fn route_name(method: &HttpMethod, path: &str) -> String {
    let method = match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Head => "HEAD",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Trace => "TRACE",
    };
    format!("{method} {path}")
}

/// The operations of a path, each with whether its method is one that changes something.
fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [(false, get), (true, put), (true, post), (true, delete), (true, patch)]
        .into_iter()
        .filter_map(|(changes, operation)| Some((changes, operation.as_mut()?)))
}

/// Every operation with its method and path, by path.
#[cfg(test)]
pub(crate) fn operations(document: &OpenApi) -> Vec<(HttpMethod, &str, &Operation)> {
    let paths = document.paths.paths.iter();
    let operations = paths.flat_map(|(path, item)| {
        methods(item).into_iter().map(move |(method, operation)| (method, path.as_str(), operation))
    });
    operations.collect()
}

/// The operations of a path with their methods.
fn methods(item: &PathItem) -> Vec<(HttpMethod, &Operation)> {
    let all = [
        (HttpMethod::Get, &item.get),
        (HttpMethod::Post, &item.post),
        (HttpMethod::Put, &item.put),
        (HttpMethod::Patch, &item.patch),
        (HttpMethod::Delete, &item.delete),
    ];
    all.into_iter().filter_map(|(method, it)| Some((method, it.as_ref()?))).collect()
}
