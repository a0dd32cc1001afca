//! The entries of the audit trail, wherever they are.

/// Receives an entry as a line of an export, with the line break.
pub(super) type Visit<'a> = &'a mut (dyn FnMut(&str) -> anyhow::Result<()> + Send);

/// The audit trail of a haltere: in the data folder, or at the remote one.
pub(super) trait AuditEntries {
    /// The number of the newest entry; 0 if there is none.
    async fn newest(&self) -> anyhow::Result<i64>;

    /// Passes the newest `limit` entries, or all, to `visit`, oldest first.
    async fn visit(&self, limit: Option<u32>, visit: Visit<'_>) -> anyhow::Result<()>;

    /// Passes the entries after the one with this number to `visit`, oldest first.
    async fn visit_after(&self, sequence: i64, visit: Visit<'_>) -> anyhow::Result<()>;
}
