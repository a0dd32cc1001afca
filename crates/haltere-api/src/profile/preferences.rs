//! How a user wants to see the console, on the wire.

use std::collections::BTreeMap;

use haltere_app::profile::{PreferenceChanges, Preferences};
use haltere_core::text::misleads;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::wire::fields::{Fields, Invalid};

/// How a user wants to see the console. What is absent is as the console has it.
#[derive(ToSchema)]
#[schema(as = Preferences, rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes the API")]
pub(crate) struct WirePreferences {
    #[schema(nullable = false)]
    theme: Option<WireTheme>,
    /// The tag of a language: `de`.
    #[schema(max_length = 35, nullable = false)]
    language: Option<String>,
    /// Whether single keys are shortcuts.
    #[schema(nullable = false)]
    single_key_shortcuts: Option<bool>,
    /// Whether the navigation shows only icons.
    #[schema(nullable = false)]
    navigation_collapsed: Option<bool>,
    /// By the name of a table. An object without properties removes the settings of that table.
    #[schema(nullable = false)]
    tables: Option<BTreeMap<String, WireTableSettings>>,
}

#[derive(ToSchema)]
#[schema(as = Theme, rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes the API")]
enum WireTheme {
    Auto,
    Light,
    Dark,
}

/// How a table is shown.
#[derive(ToSchema)]
#[schema(as = TableSettings, rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes the API")]
struct WireTableSettings {
    /// By the id of a column: whether it is shown.
    #[schema(nullable = false)]
    columns: Option<BTreeMap<String, bool>>,
    #[schema(nullable = false)]
    density: Option<WireDensity>,
    #[schema(nullable = false)]
    sort: Option<WireTableSort>,
}

#[derive(ToSchema)]
#[schema(as = TableDensity, rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes the API")]
enum WireDensity {
    Comfortable,
    Compact,
}

/// By which column a table is sorted.
#[derive(ToSchema)]
#[schema(as = TableSort, rename_all = "camelCase")]
#[expect(dead_code, reason = "it describes the API")]
struct WireTableSort {
    column: String,
    descending: bool,
}

/// Precedes the name of a table in the name of a preference.
const TABLE: &str = "tables.";

const THEMES: &[&str] = &["auto", "light", "dark"];
const DENSITIES: &[&str] = &["comfortable", "compact"];

/// The longest tag of a language (RFC 5646, 4.4.1), in bytes.
const MAX_LANGUAGE: usize = 35;
/// The longest name of a table or a column, in bytes.
const MAX_NAME: usize = 64;

/// Preferences as a JSON object. What can't be read is left out.
pub(super) fn shown(preferences: &Preferences) -> Map<String, Value> {
    let (mut all, mut tables) = (Map::new(), Map::new());
    for (name, text) in preferences {
        let Ok(value) = serde_json::from_str(text) else { continue };
        match name.strip_prefix(TABLE) {
            Some(table) => tables.insert(table.to_owned(), value),
            None => all.insert(name.clone(), value),
        };
    }
    if !tables.is_empty() {
        all.insert("tables".to_owned(), tables.into());
    }
    all
}

/// Changes of preferences in the body of a `PATCH`.
pub(super) fn read(body: Value) -> Result<PreferenceChanges, Invalid> {
    let mut fields = Fields::of_body(body)?;
    let given = fields.object("preferences")?;
    fields.finish()?;
    let mut changes = PreferenceChanges::default();
    let Some(mut given) = given else { return Ok(changes) };
    for (name, value) in [
        ("theme", choice(&mut given, "theme", THEMES)?),
        ("language", language(&mut given, "language")?),
        ("singleKeyShortcuts", flag(&mut given, "singleKeyShortcuts")?),
        ("navigationCollapsed", flag(&mut given, "navigationCollapsed")?),
    ] {
        if let Some(value) = value {
            changes.insert(name.to_owned(), Some(value.to_string()));
        }
    }
    if let Some(mut tables) = given.object("tables")? {
        for name in tables.names() {
            check_name(&tables, &name)?;
            let settings = table(&mut tables, &name)?;
            let settings = (!settings.is_empty()).then(|| Value::from(settings).to_string());
            changes.insert(format!("{TABLE}{name}"), settings);
        }
    }
    given.finish()?;
    Ok(changes)
}

fn choice(fields: &mut Fields, name: &str, known: &[&str]) -> Result<Option<Value>, Invalid> {
    let Some(text) = fields.string(name)? else { return Ok(None) };
    if !known.contains(&&*text) {
        return Err(fields.refuse(name, format!("must be one of {}", known.join(", "))));
    }
    Ok(Some(text.into()))
}

fn language(fields: &mut Fields, name: &str) -> Result<Option<Value>, Invalid> {
    let Some(tag) = fields.string(name)? else { return Ok(None) };
    let is_tag = (1..=MAX_LANGUAGE).contains(&tag.len())
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_tag { Ok(Some(tag.into())) } else { Err(fields.refuse(name, "must be a tag such as de")) }
}

fn flag(fields: &mut Fields, name: &str) -> Result<Option<Value>, Invalid> {
    Ok(fields.strict_boolean(name)?.map(Value::from))
}

/// The settings of a table; none if they are to be removed.
fn table(fields: &mut Fields, name: &str) -> Result<Map<String, Value>, Invalid> {
    let mut settings = Map::new();
    let Some(mut given) = fields.object(name)? else { return Ok(settings) };
    if let Some(mut columns) = given.object("columns")? {
        let mut shown = Map::new();
        for column in columns.names() {
            check_name(&columns, &column)?;
            if let Some(is_shown) = flag(&mut columns, &column)? {
                shown.insert(column, is_shown);
            }
        }
        settings.insert("columns".to_owned(), shown.into());
    }
    if let Some(density) = choice(&mut given, "density", DENSITIES)? {
        settings.insert("density".to_owned(), density);
    }
    if let Some(mut sort) = given.object("sort")? {
        let column = sort.required_string("column")?;
        if is_no_name(&column) {
            return Err(sort.refuse("column", "must be the id of a column"));
        }
        let descending = sort.strict_boolean("descending")?.unwrap_or_default();
        sort.finish()?;
        let sort = serde_json::json!({"column": column, "descending": descending});
        settings.insert("sort".to_owned(), sort);
    }
    given.finish()?;
    Ok(settings)
}

/// Checks the name of a table or a column, which is data.
fn check_name(fields: &Fields, name: &str) -> Result<(), Invalid> {
    if is_no_name(name) {
        return Err(fields.refuse("", "contains something that is no name"));
    }
    Ok(())
}

fn is_no_name(name: &str) -> bool {
    name.is_empty() || name.len() > MAX_NAME || name.chars().any(misleads)
}
