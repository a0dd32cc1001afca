//! How much all connections may hold: certificates and keys, of which equal ones are stored once and count
//! once, and texts. What is of a fixed length is bounded by how many connections there may be.

use std::collections::HashSet;

use haltere_core::{Pem, Secret, Timestamp, TlsSettings};
use haltere_store::{
    ConnectionReads, ConnectionRecord, HeldBytes, Sealed, StoreError, Transactions,
};

use super::import::ImportExceeds;
use super::input::{NewConnection, assemble};
use super::record;
use crate::vault::Vault;

/// Whether `record`, just stored, is within the budget even if none of its files was stored before. `false` says nothing: the
/// files may be stored already.
pub(super) fn certainly_fits(held_before: HeldBytes, record: &ConnectionRecord, max: u64) -> bool {
    held_before.all().saturating_add(record.max_bytes()) <= max
}

/// Whether the changes in the transaction have made it more than `max`. Making less of too much is no fault, nor is
/// sharing what is there, nor a name that is longer by `renamed` bytes: a limit that was lowered prevents no rename.
pub(super) async fn has_gone_over(
    connections: &mut dyn ConnectionReads,
    store: &dyn Transactions,
    max: u64,
    renamed: u64,
) -> Result<bool, StoreError> {
    let after = connections.held_bytes().await?.all();
    if after <= max {
        return Ok(false);
    }
    // No other transaction has written since this one began.
    let before = store.read().await?.connections().held_bytes().await?.all();
    Ok(after > before.saturating_add(renamed))
}

/// Whether all of these are within the budget.
pub(super) async fn over_budget<'c>(
    connections: &mut dyn ConnectionReads,
    vault: &Vault,
    new: impl Iterator<Item = &'c NewConnection>,
    max: u64,
) -> Result<Option<ImportExceeds>, StoreError> {
    let (mut files, mut keys, mut texts): (HashSet<&Pem>, HashSet<&Pem>, u64) = Default::default();
    for connection in new {
        let TlsSettings { ca, cert, key, .. } = &connection.settings.tls;
        files.extend(ca);
        files.extend(cert);
        keys.extend(key.as_ref().map(Secret::expose));
        texts += text_bytes(vault, connection);
    }
    let sealed: Vec<Sealed> =
        keys.iter().map(|key| record::seal_key(vault, &Secret::new(Pem::clone(key)))).collect();
    let contents = files.iter().map(|file| file.bytes());
    let contents: Vec<&[u8]> = contents.chain(sealed.iter().map(|it| it.0.as_slice())).collect();
    let stored = connections.held_bytes().await?.all();
    let new = connections.missing_material_bytes(&contents).await?.saturating_add(texts);
    let all = stored.saturating_add(new);
    Ok((new > 0 && all > max).then_some(ImportExceeds::MaterialBudget { new, all, max }))
}

/// How much its texts will take: those of the row it becomes.
fn text_bytes(vault: &Vault, new: &NewConnection) -> u64 {
    let mut new = new.clone();
    let TlsSettings { ca, cert, key, .. } = &mut new.settings.tls;
    (*ca, *cert, *key) = (None, None, None);
    let connection = assemble(new, Timestamp::UNIX_EPOCH);
    record::seal(vault, &connection).text_bytes()
}

#[cfg(test)]
mod tests;
