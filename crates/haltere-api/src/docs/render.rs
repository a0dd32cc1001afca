//! The page at `/api/docs`: the OpenAPI document as HTML, without JavaScript and without anything from another host.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::markdown::{blocks, spans};
use crate::access::X_ACCESS;
use crate::base_path::BasePath;
use crate::pages::layout;

/// An operation with its method and path.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    body: &'a Value,
}

impl Operation<'_> {
    fn anchor(&self) -> &str {
        text(&self.body["operationId"])
    }

    fn has_tag(&self, tag: &str) -> bool {
        items(&self.body["tags"]).iter().any(|given| given == tag)
    }
}

/// The page that shows `document`.
pub(super) fn page(document: &Value, base: &BasePath) -> Markup {
    let operations = operations(document);
    let sections: Vec<(&str, &str)> = items(&document["tags"])
        .iter()
        .map(|tag| (text(&tag["name"]), text(&tag["description"])))
        .collect();
    let schemas = &document["components"]["schemas"];
    let content = html! {
        (layout::top_bar(base))
        div.docs-layout {
            nav.contents aria-label="Operations" {
                @for (tag, _) in &sections {
                    h2 { a href={ "#" (anchor(tag)) } { (tag) } }
                    ul {
                        @for operation in operations.iter().filter(|operation| operation.has_tag(tag)) {
                            li { a href={ "#" (operation.anchor()) } { (text(&operation.body["summary"])) } }
                        }
                    }
                }
                h2 { a href="#schemas" { "Schemas" } }
            }
            main.reference {
                h1 { "haltere API " span.type { (text(&document["info"]["version"])) } }
                (blocks(text(&document["info"]["description"])))
                p.small { "The same for programs: " a href=(base.to("/api/docs/export")) { "OpenAPI in JSON" } "." }
                @for (tag, description) in &sections {
                    section id=(anchor(tag)) {
                        h2 { (tag) }
                        p.small { (description) "." }
                        @for operation in operations.iter().filter(|operation| operation.has_tag(tag)) {
                            (render_operation(operation, document))
                        }
                    }
                }
                section #schemas {
                    h2 { "Schemas" }
                    @for (name, schema) in properties(schemas) { (render_schema(name, schema)) }
                }
            }
        }
    };
    layout::page(base, "API · haltere", &content)
}

/// In the order of the document's paths, methods as people expect them.
fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (path, item) in properties(&document["paths"]) {
        for method in ["get", "post", "put", "patch", "delete"] {
            if let Some(body) = item.get(method) {
                operations.push(Operation { method, path, body });
            }
        }
    }
    operations
}

fn render_operation(operation: &Operation<'_>, document: &Value) -> Markup {
    let body = operation.body;
    html! {
        article.operation #(operation.anchor()) {
            h3 { (text(&body["summary"])) }
            div.endpoint {
                span.method.(operation.method) { (operation.method.to_uppercase()) }
                code { (operation.path) }
            }
            (blocks(text(&body["description"])))
            (access(&body[X_ACCESS]))
            (parameters(items(&body["parameters"])))
            (request_body(&body["requestBody"], document))
            (responses(&body["responses"], document))
        }
    }
}

fn access(access: &Value) -> Markup {
    let roles: Vec<&str> = items(&access["roles"]).iter().map(text).collect();
    html! {
        p.access {
            @if access["login"] == false { "Needs no login." }
            @else if roles.len() == haltere_core::Role::ALL.len() { "For every logged-in user." }
            @else { "For the roles " (roles.join(", ")) "." }
            @if let Some(plugin) = access["plugin"].as_str() { " Plugin: " code { (plugin) } "." }
        }
    }
}

fn parameters(parameters: &[Value]) -> Markup {
    html! {
        @if !parameters.is_empty() {
            h4 { "Parameters" }
            table.fields {
                @for parameter in parameters {
                    tr {
                        th scope="row" {
                            code { (text(&parameter["name"])) } " "
                            span.type { (text(&parameter["in"])) }
                            @if parameter["required"] == true { " " span.required { "required" } }
                        }
                        td { p { (spans(text(&parameter["description"]))) } }
                    }
                }
            }
        }
    }
}

fn request_body(body: &Value, document: &Value) -> Markup {
    let content = &body["content"];
    let types: Vec<&str> = properties(content).map(|(name, _)| name.as_str()).collect();
    let first = types.first().map(|name| &content[*name]);
    html! {
        @if let Some(first) = first {
            h4 { "Body" }
            p.small { (types.join(" or ")) @if let Some(name) = reference(&first["schema"]) { ": " a href={ "#schema-" (name) } { (name) } } }
            @if let Some(example) = example(first, document) { (details("Example", &example)) }
        }
    }
}

fn responses(responses: &Value, document: &Value) -> Markup {
    html! {
        h4 { "ResponseMemory" }
        table.fields {
            @for (status, response) in properties(responses) {
                tr {
                    th scope="row" { span.status.{ "s" (&status[..1]) } { (status) } }
                    td {
                        p { (spans(text(&response["description"]))) (schema_link(response)) }
                        @for (_, content) in properties(&response["content"]) {
                            @for (title, example) in examples(content, document) { (render_example(&title, &example)) }
                        }
                    }
                }
            }
        }
    }
}

/// Leads to what a successful response looks like; errors all look the same.
fn schema_link(response: &Value) -> Markup {
    let schema = &response["content"]["application/json"]["schema"];
    let (list, name) = match reference(&schema["items"]) {
        Some(name) => ("list of ", Some(name)),
        None => ("", reference(schema)),
    };
    html! {
        @if let Some(name) = name.filter(|name| *name != "Error") {
            " · " (list) a href={ "#schema-" (name) } { (name) }
        }
    }
}

fn render_schema(name: &str, schema: &Value) -> Markup {
    html! {
        article.operation.schema id={ "schema-" (name) } {
            h3 { (name) }
            (blocks(text(&schema["description"])))
            @let required = items(&schema["required"]);
            @if schema["properties"].is_object() {
                table.fields {
                    @for (property, of_property) in properties(&schema["properties"]) {
                        tr {
                            th scope="row" {
                                code { (property) } " "
                                span.type { (type_of(of_property)) }
                                @if required.iter().any(|name| name == property) { " " span.required { "required" } }
                            }
                            td { p { (spans(text(&of_property["description"]))) } }
                        }
                    }
                }
            } @else if let Some(values) = schema["enum"].as_array() {
                p { @for value in values { code { (text(value)) } " " } }
            }
        }
    }
}

/// An error fits on a line; anything else is folded away.
fn render_example(title: &str, example: &Value) -> Markup {
    let is_error = example.get("successful").is_none();
    html! {
        @match (example["code"].as_str(), example["message"].as_str()) {
            (Some(code), Some(message)) if is_error => { p.error { code { (code) } " " (message) } }
            _ => { (details(title, example)) }
        }
    }
}

fn details(title: &str, example: &Value) -> Markup {
    let shown = match example {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    html! { details { summary { (title) } pre tabindex="0" { code { (shown) } } } }
}

/// The examples of a content, or the one of its schema.
fn examples(content: &Value, document: &Value) -> Vec<(String, Value)> {
    let named = properties(&content["examples"]);
    let mut examples: Vec<_> = named
        .map(|(name, example)| {
            let summary = text(&example["summary"]);
            let title = if summary.is_empty() { name } else { summary };
            (title.to_owned(), example["value"].clone())
        })
        .collect();
    if examples.is_empty() {
        let only = example(content, document).map(|example| ("Example".to_owned(), example));
        examples.extend(only);
    }
    examples
}

fn example(content: &Value, document: &Value) -> Option<Value> {
    let given = content.get("example").cloned();
    given.or_else(|| {
        let schema = &document["components"]["schemas"][reference(&content["schema"])?];
        schema.get("example").cloned()
    })
}

/// The name of the schema that `schema` refers to.
fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn type_of(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return name.to_owned();
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", type_of(&schema["items"])),
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            let names = names.iter().map(text).filter(|name| *name != "null");
            names.collect::<Vec<_>>().join(" or ")
        }
        _ => {
            let choices = ["oneOf", "anyOf"].into_iter().find_map(|key| schema[key].as_array());
            let choices = choices.map(Vec::as_slice).unwrap_or_default().iter().map(type_of);
            choices.filter(|name| name != "null").collect::<Vec<_>>().join(" or ")
        }
    }
}

/// Where the section of a tag is.
fn anchor(tag: &str) -> String {
    format!("section-{}", tag.to_lowercase())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn properties(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
