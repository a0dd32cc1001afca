//! Judging entries by themselves and against the others of their file.

use std::collections::HashMap;
use std::mem;

use haltere_core::{Pem, Secret, TlsMaterial};
use sha2::{Digest as _, Sha256};
use tokio::task::spawn_blocking;

use super::super::check;
use super::file::{ImportEntry, ImportFile, Incoming};
use super::progress::{ImportStage, Reporter};
use crate::error::{Doing, Internal};

/// After how many entries progress is told.
const STRIDE: usize = 50;

/// Judges a file on a thread of its own: reading thousands of certificates and keys is work.
pub(in super::super) async fn judge_elsewhere(
    mut file: ImportFile,
    progress: Reporter,
) -> Result<ImportFile, Internal> {
    spawn_blocking(move || {
        judge(&mut file.entries, &progress);
        file
    })
    .await
    .doing("judge the entries of an import")
}

/// Replaces what is faulty by what is wrong with it.
fn judge(entries: &mut [ImportEntry], progress: &Reporter) {
    let total = entries.len();
    progress.tell(ImportStage::Checking, 0, total);
    for entry in entries.iter_mut() {
        check_credentials(entry);
    }
    let mut faults = duplicates(entries);
    let mut materials = Materials::default();
    for (position, (entry, faults)) in entries.iter_mut().zip(&mut faults).enumerate() {
        if let Ok(Incoming { connection, .. }) = &mut entry.content {
            match materials.tidied(&connection.tls) {
                Ok(tidied) => connection.tls = tidied,
                Err(fault) => faults.push(fault),
            }
        }
        if (position + 1).is_multiple_of(STRIDE) {
            progress.tell(ImportStage::Checking, position + 1, total);
        }
    }
    for (entry, more) in entries.iter_mut().zip(faults) {
        refuse(entry, more);
    }
    progress.tell(ImportStage::Checking, total, total);
}

fn check_credentials(entry: &mut ImportEntry) {
    let Ok(Incoming { connection, .. }) = &mut entry.content else { return };
    match check::credentials(mem::take(&mut connection.credentials)) {
        Ok(credentials) => connection.credentials = credentials,
        Err(invalid) => refuse(entry, vec![invalid.to_string()]),
    }
}

fn refuse(entry: &mut ImportEntry, more: Vec<String>) {
    if more.is_empty() {
        return;
    }
    match &mut entry.content {
        Ok(_) => entry.content = Err(more),
        Err(faults) => faults.extend(more),
    }
}

/// For each entry, which of its id and name an entry before it has already.
fn duplicates(entries: &[ImportEntry]) -> Vec<Vec<String>> {
    let (mut ids, mut names) = (HashMap::new(), HashMap::new());
    let mut faults = Vec::with_capacity(entries.len());
    for (position, entry) in entries.iter().enumerate() {
        let mut found = Vec::new();
        for (field, given, seen) in [("id", &entry.id, &mut ids), ("name", &entry.name, &mut names)]
        {
            let Some(text) = given.as_deref() else { continue };
            let first = *seen.entry(text).or_insert(position);
            if first != position {
                found.push(format!("{field}: is that of connections[{first}], too"));
            }
        }
        faults.push(found);
    }
    faults
}

/// The certificates and key of a connection, told apart from others by what is in them.
type Key = [u8; 32];

/// What becomes of certificates and keys. A fleet shares them, and each is looked at once.
#[derive(Default)]
struct Materials(HashMap<Key, Result<TlsMaterial, String>>);

impl Materials {
    fn tidied(&mut self, given: &TlsMaterial) -> Result<TlsMaterial, String> {
        let judged = self
            .0
            .entry(key(given))
            .or_insert_with(|| check::material(given).map_err(|invalid| invalid.to_string()));
        let TlsMaterial { ca, cert, key, .. } = judged.clone()?;
        Ok(TlsMaterial { ca, cert, key, ..given.clone() })
    }
}

fn key(given: &TlsMaterial) -> Key {
    let TlsMaterial { reject_unauthorized: _, ca, cert, key, alpn: _, server_name: _ } = given;
    let mut hash = Sha256::new();
    for part in [ca.as_ref(), cert.as_ref(), key.as_ref().map(Secret::expose)] {
        // With its length in front, so that no two look alike in a row.
        hash.update(part.map_or(u64::MAX, |part| part.bytes().len() as u64).to_be_bytes());
        hash.update(part.map_or(&[][..], Pem::bytes));
    }
    hash.finalize().into()
}
