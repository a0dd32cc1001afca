//! How much all certificates and keys may weigh. Equal ones are stored once, and count once.

use std::collections::HashSet;

use haltere_core::{Connection, Pem, Secret, TlsMaterial};
use haltere_store::{ReadTx, Sealed, StoreError, WriteTx};

use super::record;
use crate::vault::Vault;

/// There would be more than the configuration allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{new} bytes more would make {}, and connections.material_budget is {max}",
    stored.saturating_add(*new)
)]
pub struct OverBudget {
    /// How many bytes are stored.
    pub stored: u64,
    /// How many there are to add.
    pub new: u64,
    /// The limit.
    pub max: u64,
}

/// How much was stored before a change.
pub(super) struct Before(Option<u64>);

impl Before {
    /// Looks, if the connection has any certificates or keys.
    pub(super) async fn look(
        tx: &mut dyn WriteTx,
        connection: &Connection,
    ) -> Result<Self, StoreError> {
        let TlsMaterial { ca, cert, key, .. } = &connection.tls;
        let has_any = ca.is_some() || cert.is_some() || key.is_some();
        Ok(Self(if has_any { Some(tx.material_bytes().await?) } else { None }))
    }

    /// Whether the change has made it more than `max`. Making less of too much is no fault, nor is sharing
    /// what is there.
    pub(super) async fn has_gone_over(
        &self,
        tx: &mut dyn WriteTx,
        max: u64,
    ) -> Result<bool, StoreError> {
        let Some(before) = self.0 else { return Ok(false) };
        let after = tx.material_bytes().await?;
        Ok(after > before && after > max)
    }
}

/// Whether there is room for the certificates and keys of all these.
pub(super) async fn over_budget<'c>(
    tx: &mut (dyn ReadTx + '_),
    vault: &Vault,
    new: impl Iterator<Item = &'c TlsMaterial>,
    max: u64,
) -> Result<Option<OverBudget>, StoreError> {
    let (mut files, mut keys): (HashSet<&Pem>, HashSet<&Pem>) = Default::default();
    for TlsMaterial { ca, cert, key, .. } in new {
        files.extend(ca);
        files.extend(cert);
        keys.extend(key.as_ref().map(Secret::expose));
    }
    let sealed: Vec<Sealed> =
        keys.iter().map(|key| record::seal_key(vault, &Secret::new(Pem::clone(key)))).collect();
    let contents = files.iter().map(|file| file.bytes());
    let contents: Vec<&[u8]> = contents.chain(sealed.iter().map(|it| it.0.as_slice())).collect();
    if contents.is_empty() {
        return Ok(None);
    }
    let (stored, new) = (tx.material_bytes().await?, tx.missing_material_bytes(&contents).await?);
    Ok((new > 0 && stored.saturating_add(new) > max).then_some(OverBudget { stored, new, max }))
}

#[cfg(test)]
mod tests;
