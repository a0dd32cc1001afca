//! Whether a code is the user's.

use haltere_core::{Secret, Timestamp, UserName};
use haltere_store::{RecoveryCodeId, SecondFactorRecord, WriteTx};
use zeroize::Zeroizing;

use super::{recovery, sealed, totp};
use crate::error::{ErrorContext, Internal};
use crate::vault::Vault;

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeCheck {
    /// The user has no second factor: there is no code to ask for.
    NotSetUp,
    /// There is one, and no code was given.
    Missing,
    Wrong,
    Right(CodeKind),
}

/// What a code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeKind {
    OneTimePassword,
    Recovery,
}

/// What somebody typed.
enum Typed {
    OneTimePassword(Zeroizing<String>),
    Recovery(RecoveryCodeId),
}

impl Typed {
    /// `None` if it is neither. Blanks and hyphens don't count.
    fn of(text: &Secret<String>) -> Option<Self> {
        let is_filler = |letter: &char| letter.is_whitespace() || *letter == '-';
        let letters = text.expose().chars().filter(|letter| !is_filler(letter));
        // No code is longer, whatever was sent.
        let letters = letters.map(|letter| letter.to_ascii_lowercase()).take(recovery::CHARS + 1);
        let plain = Zeroizing::new(letters.collect::<String>());
        if plain.len() == totp::DIGITS && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::OneTimePassword(plain));
        }
        (plain.len() == recovery::CHARS).then(|| Self::Recovery(recovery::id_of(&plain)))
    }
}

/// A one-time password without what doesn't count; `None` if it can't be one.
pub(crate) fn one_time_password(text: &Secret<String>) -> Option<Zeroizing<String>> {
    match Typed::of(text) {
        Some(Typed::OneTimePassword(digits)) => Some(digits),
        Some(Typed::Recovery(_)) | None => None,
    }
}

/// Checks a code of `user` and uses it up in `tx`: in no other transaction is it right again.
pub(crate) async fn check(
    tx: &mut dyn WriteTx,
    vault: &Vault,
    user: &UserName,
    code: Option<&Secret<String>>,
    now: Timestamp,
) -> Result<CodeCheck, Internal> {
    const OPERATION: &str = "check a code";
    let record = tx.second_factors().find(user).await.context(OPERATION)?;
    let Some(record) = record.filter(|record| record.confirmed_at.is_some()) else {
        return Ok(CodeCheck::NotSetUp);
    };
    let Some(code) = code.filter(|code| !code.expose().is_empty()) else {
        return Ok(CodeCheck::Missing);
    };
    let (is_right, kind) = match Typed::of(code) {
        Some(Typed::OneTimePassword(digits)) => {
            let is_right = accept(tx, vault, &record, &digits, now).await?;
            (is_right, CodeKind::OneTimePassword)
        }
        Some(Typed::Recovery(id)) => {
            let is_right = tx.second_factors().use_recovery_code(user, &id).await;
            (is_right.context(OPERATION)?, CodeKind::Recovery)
        }
        None => return Ok(CodeCheck::Wrong),
    };
    Ok(if is_right { CodeCheck::Right(kind) } else { CodeCheck::Wrong })
}

async fn accept(
    tx: &mut dyn WriteTx,
    vault: &Vault,
    record: &SecondFactorRecord,
    digits: &str,
    now: Timestamp,
) -> Result<bool, Internal> {
    const OPERATION: &str = "check a one-time password";
    let secret = sealed::open(vault, record).context(OPERATION)?;
    match totp::find_step(&secret, digits, now, record.last_step) {
        Some(step) => tx.second_factors().accept_step(&record.user, step).await.context(OPERATION),
        None => Ok(false),
    }
}
