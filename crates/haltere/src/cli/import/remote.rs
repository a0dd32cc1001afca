//! An import at a remote haltere.

use haltere_app::connections::ImportMode;
use haltere_core::Secret;
use serde::Deserialize;

use super::report::{Entry, Exceeds, Outcome, Report};
use crate::cli::remote::{Method, Remote, RemoteError, Request, TRANSFER};

/// A report on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireReport {
    done: bool,
    entries: Vec<WireEntry>,
    exceeds: Option<String>,
    exceeds_key: Option<Key>,
    not_taken_over: Vec<String>,
}

#[derive(Deserialize)]
struct WireEntry {
    id: Option<String>,
    name: Option<String>,
    outcome: WireOutcome,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    faults: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireOutcome {
    Create,
    Skip,
    Refuse,
}

/// The key of a sentence.
#[derive(Deserialize)]
struct Key {
    key: String,
}

/// The answer if nothing is imported: a refusal with the report.
#[derive(Deserialize)]
struct Refused {
    report: WireReport,
}

/// Sends a file as it is, to be imported there.
pub(super) async fn import(
    remote: &Remote,
    file: Secret<Vec<u8>>,
    mode: ImportMode,
) -> Result<Report, RemoteError> {
    let (dry_run, only_good) = (mode == ImportMode::DryRun, mode == ImportMode::StoreGood);
    let path = format!("/api/connection-import?dryRun={dry_run}&onlyGood={only_good}");
    let request = Request::new(Method::POST, path).with_body(file);
    match remote.call_within(TRANSFER, request).await {
        Ok(answer) => Ok(answer.json::<WireReport>()?.into()),
        Err(error) => match error.body::<Refused>() {
            Some(Refused { report }) => Ok(report.into()),
            None => Err(error),
        },
    }
}

impl From<WireReport> for Report {
    fn from(report: WireReport) -> Self {
        let WireReport { done, entries, exceeds, exceeds_key, not_taken_over } = report;
        let is_count = exceeds_key.is_some_and(|it| it.key == "connectionsMax");
        let exceeds = exceeds.map(|words| Exceeds {
            // The sentence before it is one that clients of the management center for Mosquitto know.
            words: words.split_once(": ").map_or(&*words, |(_, why)| why).to_owned(),
            is_count,
        });
        Self {
            done,
            entries: entries.into_iter().map(Entry::from).collect(),
            exceeds,
            not_taken_over,
        }
    }
}

impl From<WireEntry> for Entry {
    fn from(entry: WireEntry) -> Self {
        let WireEntry { id, name, outcome, reason, faults, notes } = entry;
        let outcome = match outcome {
            WireOutcome::Create => Outcome::Create,
            WireOutcome::Skip => Outcome::Skip(reason),
            WireOutcome::Refuse => Outcome::Refuse(faults),
        };
        Self { id, name, outcome, notes }
    }
}
