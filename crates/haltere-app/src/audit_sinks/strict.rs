//! Refuses changes that could not be audited everywhere they have to be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use haltere_store::Store;

use super::Delivery;
use crate::error::AuditGap;
use crate::policy::Action;

/// Refuses changes while the audit trail can't be written, or a required sink takes no entries or is too far behind.
#[derive(Clone)]
pub(crate) struct StrictAudit(Arc<Strict>);

struct Strict {
    /// How many entries a required sink may be behind; `None` if nothing is refused.
    max_behind: Option<u64>,
    store: Arc<dyn Store>,
    required: Vec<Arc<Delivery>>,
    /// Whether the last change was refused, for the log.
    is_refusing: AtomicBool,
}

impl StrictAudit {
    /// For the required ones of `deliveries`.
    pub(crate) fn new(
        max_behind: Option<u64>,
        store: Arc<dyn Store>,
        deliveries: &[Arc<Delivery>],
    ) -> Self {
        let required = deliveries.iter().filter(|it| it.is_required).cloned().collect();
        Self(Arc::new(Strict { max_behind, store, required, is_refusing: AtomicBool::new(false) }))
    }

    /// Refuses `action` if it is a change.
    pub(crate) fn check(&self, action: Action) -> Result<(), AuditGap> {
        if action.is_refused_without_audit() { self.check_change() } else { Ok(()) }
    }

    /// Refuses a change.
    pub(crate) fn check_change(&self) -> Result<(), AuditGap> {
        let gap = self.gap();
        if self.0.is_refusing.swap(gap.is_some(), Ordering::Relaxed) != gap.is_some() {
            match gap {
                Some(AuditGap::Trail) => {
                    tracing::warn!("changes are refused: the audit trail can't be written");
                }
                Some(AuditGap::Sink(sink)) => {
                    tracing::warn!(
                        sink,
                        "changes are refused: a required audit sink takes no entries, or is too far behind"
                    );
                }
                None => tracing::info!("changes are no longer refused: all of them can be audited"),
            }
        }
        gap.map_or(Ok(()), Err)
    }

    fn gap(&self) -> Option<AuditGap> {
        let Strict { max_behind, store, required, .. } = &*self.0;
        let max_behind = (*max_behind)?;
        if store.trouble().is_some() {
            return Some(AuditGap::Trail);
        }
        let is_gap = |delivery: &&Arc<Delivery>| {
            let state = delivery.state();
            state.is_working != Some(true) || state.behind > max_behind
        };
        required.iter().find(is_gap).map(|delivery| AuditGap::Sink(delivery.name()))
    }
}
