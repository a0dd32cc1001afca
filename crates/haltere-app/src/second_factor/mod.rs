//! Second factors: one-time passwords that an app computes ([`totp`]), and recovery codes ([`recovery`]) for the day on which
//! the device is lost. The secret is sealed ([`sealed`]). See decision 55.

mod check;
mod due;
mod recovery;
mod sealed;
mod totp;

pub(crate) use check::{CodeCheck, CodeKind, check, one_time_password};
pub(crate) use due::{concerns, due_in_session, due_of_tokens, is_required};
pub(crate) use recovery::generate as generate_recovery_codes;
pub(crate) use sealed::{open, reseal, seal};
pub(crate) use totp::{find_step, generate_secret, secret_text, uri};

#[cfg(any(test, feature = "testing"))]
pub(crate) use totp::code_at;
