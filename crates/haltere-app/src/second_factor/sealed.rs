//! The secret of a second factor, sealed for its row.

use haltere_core::{Secret, UserName};
use haltere_store::{Sealed, SecondFactorRecord};

use crate::vault::{SealContext, Vault, VaultError};

fn context(user: &UserName) -> SealContext<'_> {
    SealContext { table: "second_factors", column: "secret", row: user.as_str() }
}

/// Seals the secret of a user.
pub(crate) fn seal(vault: &Vault, user: &UserName, secret: &Secret<Vec<u8>>) -> Sealed {
    vault.seal(&context(user), secret.expose())
}

/// Opens the secret of a user.
pub(crate) fn open(
    vault: &Vault,
    record: &SecondFactorRecord,
) -> Result<Secret<Vec<u8>>, VaultError> {
    vault.unseal(&context(&record.user), &record.secret)
}

/// The row with its secret opened by one vault and sealed by the other.
pub(crate) fn reseal(
    from: &Vault,
    to: &Vault,
    record: &SecondFactorRecord,
) -> Result<SecondFactorRecord, VaultError> {
    let secret = seal(to, &record.user, &open(from, record)?);
    Ok(SecondFactorRecord { secret, ..record.clone() })
}
