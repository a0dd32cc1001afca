//! `[audit]`

use confique::Config;

use super::units::Size;

/// How long the audit trail is kept. The oldest entries go first, and what is left can still be verified
/// (haltere audit verify).
#[derive(Debug, Config)]
pub(crate) struct Audit {
    /// How many days an entry is kept.
    #[config(env = "HALTERE_AUDIT_RETENTION_DAYS", default = 400, validate(*retention_days > 0 && *retention_days <= 36_500, "must be from 1 to 36500"))]
    pub retention_days: u32,

    /// How much all entries may take, about. Beyond it, the oldest are removed although they are not old enough, but none
    /// of the last 30 days.
    #[config(env = "HALTERE_AUDIT_MAX_SIZE", default = "1 GiB", validate(max_size.bytes() >= 1 << 20, "must be at least 1 MiB"))]
    pub max_size: Size,
}
