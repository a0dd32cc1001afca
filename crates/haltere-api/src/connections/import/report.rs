//! What an import answers.

use std::fmt::Write as _;

use axum::response::Response;
use haltere_app::Invalid;
use haltere_app::connections::{
    EntryOutcome, ImportExceeds, ImportMode, ImportNote, ImportReport, Planned,
};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::error::{ErrorCode, json, messages};
use crate::limits::counters::LimitReached;
use crate::limits::names;
use crate::wire::schema;
use crate::wire::sentence::SentenceView;

/// How many refused entries a message names; the report has them all.
const NAMED: usize = 3;

/// The outcome of an import, or its plan.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportReport)]
pub(crate) struct WireReport<'a> {
    /// `mmc`, `haltere`, or `list` for a bare list of connections.
    source: &'static str,
    /// Whether it was stored: `false` for a plan, and if an entry is refused (unless with `onlyGood`).
    done: bool,
    /// How many entries the file has.
    total: usize,
    /// How many are created.
    create: usize,
    /// How many are skipped.
    skip: usize,
    /// How many are refused.
    refuse: usize,
    /// Why nothing of it is stored, although its entries could be: there would be too many connections, or too much in
    /// them.
    #[serde(skip_serializing_if = "Option::is_none")]
    exceeds: Option<String>,
    /// `exceeds` as a key with parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    exceeds_key: Option<SentenceView>,
    /// The entries, in their order.
    entries: Vec<WireEntry<'a>>,
    /// The names of the other parts of the file.
    not_taken_over: &'a [String],
}

/// The outcome of an entry.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportReportEntry)]
pub(crate) struct WireEntry<'a> {
    /// Its position in the file, from 0.
    position: usize,
    /// Absent when the entry has none; one that haltere makes is there once it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    outcome: WireOutcome,
    /// Why it is skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// `reason` as a key with parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_key: Option<SentenceView>,
    /// Why it is refused: each names its field. Of the first 1,000 refused entries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    faults: Vec<String>,
    /// The same faults as keys with parameters, in the same order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    fault_keys: Vec<WireFault<'a>>,
    /// What is not imported, and what to do about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    notes: Vec<String>,
    /// The same notes as keys with parameters, in the same order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    note_keys: Vec<SentenceView>,
}

/// What is wrong with a field of an entry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportFault)]
pub(crate) struct WireFault<'a> {
    /// The field or fields; absent if it is the entry as a whole.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(required = false)]
    field: &'a str,
    /// What is wrong with it, if that has a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<SentenceView>,
}

impl<'a> From<&'a Invalid> for WireFault<'a> {
    fn from(Invalid { field, reason: _, fault }: &'a Invalid) -> Self {
        let fault = fault.clone().map(|(key, parameters)| SentenceView::new(key, parameters));
        Self { field, fault }
    }
}

/// The outcome of an entry.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ImportOutcome)]
pub(crate) enum WireOutcome {
    Create,
    Skip,
    Refuse,
}

/// A file that can't be imported.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportRefused)]
pub(crate) struct WireRefused<'a> {
    code: ErrorCode,
    message: String,
    /// The setting whose limit would be exceeded, if that is the cause.
    #[schema(value_type = Option<String>, example = "connections.material_budget")]
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    /// Absent when the file could not be read at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<WireReport<'a>>,
}

impl<'a> From<&'a ImportReport> for WireReport<'a> {
    fn from(report: &'a ImportReport) -> Self {
        let ImportReport { source, done, entries, not_taken_over, .. } = report;
        Self {
            source: source.as_str(),
            done: *done,
            total: entries.len(),
            create: report.creates(),
            skip: report.skips(),
            refuse: report.refusals(),
            exceeds: exceeded(report).map(|(message, _)| message),
            exceeds_key: report.exceeds.as_ref().map(SentenceView::of),
            entries: entries.iter().enumerate().map(WireEntry::from).collect(),
            not_taken_over,
        }
    }
}

impl<'a> From<(usize, &'a Planned)> for WireEntry<'a> {
    fn from((position, planned): (usize, &'a Planned)) -> Self {
        let Planned { id, name, outcome, notes } = planned;
        let (outcome, there, faults) = match outcome {
            EntryOutcome::Create => (WireOutcome::Create, None, [].as_slice()),
            EntryOutcome::Skip(there) => (WireOutcome::Skip, Some(there), [].as_slice()),
            EntryOutcome::Refuse(faults) => (WireOutcome::Refuse, None, faults.as_slice()),
        };
        Self {
            position,
            id: id.as_deref(),
            name: name.as_deref(),
            outcome,
            reason: there.map(ToString::to_string),
            reason_key: there.map(SentenceView::of),
            faults: faults.iter().map(Invalid::to_string).collect(),
            fault_keys: faults.iter().map(WireFault::from).collect(),
            notes: notes.iter().map(ImportNote::to_string).collect(),
            note_keys: notes.iter().map(SentenceView::of).collect(),
        }
    }
}

/// The response. A plan is a response whatever is in it.
pub(super) fn respond(report: &ImportReport, mode: ImportMode) -> Response {
    match refusal(report, mode) {
        Some((status, refused)) => {
            let mut response = json(status, &refused);
            if let Some(limit) = refused.limit {
                response.extensions_mut().insert(LimitReached(limit));
            }
            response
        }
        None => json(StatusCode::OK, &WireReport::from(report)),
    }
}

/// Why a file is refused, if it is.
pub(super) fn refusal(
    report: &ImportReport,
    mode: ImportMode,
) -> Option<(StatusCode, WireRefused<'_>)> {
    if mode == ImportMode::DryRun {
        return None;
    }
    let refused = |code, message, limit| {
        let report = Some(report.into());
        WireRefused { code, message, limit, report }
    };
    if report.refusals() > 0 && mode == ImportMode::Store {
        let refused = refused(ErrorCode::Invalid, refused_entries(report), None);
        return Some((StatusCode::BAD_REQUEST, refused));
    }
    let (message, limit) = exceeded(report)?;
    Some((StatusCode::FORBIDDEN, refused(ErrorCode::NotAllowed, message, limit)))
}

/// The bound that the file would exceed, and its setting if that can be named.
fn exceeded(report: &ImportReport) -> Option<(String, Option<&'static str>)> {
    let exceeds = report.exceeds.as_ref()?;
    let (message, limit) = match exceeds {
        ImportExceeds::ConnectionsMax { .. } => (messages::TOO_MANY_CONNECTIONS, None),
        ImportExceeds::MaterialBudget { .. } => {
            (messages::OVER_BUDGET, Some(names::CONNECTIONS_BUDGET))
        }
    };
    Some((format!("{message}: {exceeds}"), limit))
}

/// Names the first few; the report lists all.
fn refused_entries(report: &ImportReport) -> String {
    let count = report.refusals();
    let is = if count == 1 { "is" } else { "are" };
    let mut message =
        format!("{count} of {} entries {is} refused, and nothing was stored", report.entries.len());
    let refused = report.entries.iter().enumerate().filter_map(|(position, entry)| {
        let EntryOutcome::Refuse(faults) = &entry.outcome else { return None };
        Some((position, entry, faults))
    });
    for (n, (position, entry, faults)) in refused.take(NAMED).enumerate() {
        let separator = if n == 0 { ": " } else { "; " };
        let _ = write!(message, "{separator}connections[{position}]");
        if let Some(name) = entry.name.as_ref().or(entry.id.as_ref()) {
            let _ = write!(message, " ({name:?})");
        }
        for (n, fault) in faults.iter().enumerate() {
            let _ = write!(message, "{}{fault}", if n == 0 { ": " } else { ", " });
        }
    }
    if count > NAMED {
        let _ = write!(message, "; and {} more", count - NAMED);
    }
    message
}

/// Describes the body: by hand, because the reading is.
pub(crate) struct ImportInput;

impl PartialSchema for ImportInput {
    fn schema() -> RefOr<Schema> {
        schema::from_json(json!({
            "description": "config.json of the management center for Mosquitto, an export of haltere, or a list of connections. At most 96 MiB and 20,000 connections of at most 1 MiB each. Each connection is as in POST /api/connections; of it status is dropped.",
            "oneOf": [
                {
                    "type": "object",
                    "required": ["connections"],
                    "properties": {
                        "format": {"type": "string", "enum": ["haltere-connections"], "description": "Absent in files of the management center for Mosquitto."},
                        "formatVersion": {"type": "integer", "enum": [1]},
                        "connections": {"type": "array", "maxItems": 20_000, "items": {"type": "object"}}
                    },
                    "description": "Other properties (tools, plugins, themes …) are not imported."
                },
                {"type": "array", "maxItems": 20_000, "items": {"type": "object"}}
            ],
            "example": {
                "connections": [{"id": "press-4", "name": "Press 4", "url": "mqtt://press-4.plant.example:1883", "status": {"connected": false}}],
                "plugins": [], "tools": {}
            }
        }))
    }
}

impl ToSchema for ImportInput {
    fn name() -> std::borrow::Cow<'static, str> {
        "ImportInput".into()
    }
}
