//! Validates each entry, and compares it with the others of its file.

use std::collections::HashMap;

use haltere_core::{Pem, TlsSettings};
use tokio::task::spawn_blocking;

use super::super::check;
use super::file::{ImportEntry, ImportFile, Incoming};
use super::progress::{ImportStage, Reporter};
use super::sentences::{EntryPosition, ImportFault};
use crate::error::{ErrorContext, Internal, Invalid};

/// The number of entries between progress reports.
const STRIDE: usize = 50;

/// Validates a file on a blocking thread, because parsing thousands of certificates and keys takes long.
pub(super) async fn validate_blocking(
    mut file: ImportFile,
    progress: Reporter,
) -> Result<ImportFile, Internal> {
    spawn_blocking(move || {
        validate(&mut file.entries, &progress);
        file
    })
    .await
    .context("validate the entries of an import")
}

/// Replaces each invalid entry by its faults.
fn validate(entries: &mut [ImportEntry], progress: &Reporter) {
    let total = entries.len();
    progress.report(ImportStage::Checking, 0, total);
    let mut faults = duplicates(entries);
    let mut checks = MaterialChecks::default();
    for (position, (entry, faults)) in entries.iter_mut().zip(&mut faults).enumerate() {
        if let Ok(Incoming { connection, .. }) = &mut entry.content {
            match checks.checked(&connection.settings.tls) {
                Ok(checked) => connection.settings.tls = checked,
                Err(fault) => faults.push(fault),
            }
        }
        if (position + 1).is_multiple_of(STRIDE) {
            progress.report(ImportStage::Checking, position + 1, total);
        }
    }
    for (entry, more) in entries.iter_mut().zip(faults) {
        refuse(entry, more);
    }
    progress.report(ImportStage::Checking, total, total);
}

fn refuse(entry: &mut ImportEntry, more: Vec<Invalid>) {
    if more.is_empty() {
        return;
    }
    match &mut entry.content {
        Ok(_) => entry.content = Err(more),
        Err(faults) => faults.extend(more),
    }
}

/// For each entry, the faults of an id or name that an earlier entry has.
fn duplicates(entries: &[ImportEntry]) -> Vec<Vec<Invalid>> {
    let (mut ids, mut names) = (HashMap::new(), HashMap::new());
    let mut faults = Vec::with_capacity(entries.len());
    for (position, entry) in entries.iter().enumerate() {
        let mut found = Vec::new();
        for (field, given, seen) in [("id", &entry.id, &mut ids), ("name", &entry.name, &mut names)]
        {
            let Some(text) = given.as_deref() else { continue };
            let first = *seen.entry(text).or_insert(position);
            if first != position {
                let fault = ImportFault::SameAsEntry { entry: EntryPosition(first) };
                found.push(Invalid::of(field, &fault));
            }
        }
        faults.push(found);
    }
    faults
}

/// The certificates and the key of a connection.
type Key = [Option<Pem>; 3];

/// The results for certificates and keys. Connections share them, so each is validated once.
#[derive(Default)]
struct MaterialChecks(HashMap<Key, Result<TlsSettings, Invalid>>);

impl MaterialChecks {
    fn checked(&mut self, given: &TlsSettings) -> Result<TlsSettings, Invalid> {
        let validated = self.0.entry(key(given)).or_insert_with(|| check::tls_settings(given));
        let TlsSettings { ca, cert, key, .. } = validated.clone()?;
        Ok(TlsSettings { ca, cert, key, ..given.clone() })
    }
}

fn key(given: &TlsSettings) -> Key {
    let TlsSettings { reject_unauthorized: _, ca, cert, key, alpn: _, server_name: _ } = given;
    [ca.clone(), cert.clone(), key.as_ref().map(|key| key.expose().clone())]
}
