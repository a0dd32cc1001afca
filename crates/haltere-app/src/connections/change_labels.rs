//! `POST /api/connection-labels`

use std::collections::BTreeSet;
use std::sync::Arc;

use haltere_core::{AuditAction, AuditChanges, AuditEntry, ConnectionId, LabelChanges, Labels};
use haltere_store::ConnectionRecord;

use super::budget::has_gone_over;
use super::entry::Entry;
use super::error::UpdateError;
use super::{Connections, check, record};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, FieldFault, Invalid};
use crate::policy::{Action, Resource};
use crate::tasks::to_completion;

const OPERATION: &str = "change the labels of connections";

/// How many connections a change of labels was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelsChanged {
    pub changed: usize,
    /// They had these labels already.
    pub unchanged: usize,
}

impl Connections {
    /// Changes the labels of many connections: of all or, if one of them does not exist or would have too many, of none.
    /// Links are not affected.
    pub async fn change_labels(
        &self,
        ctx: &Ctx,
        ids: Vec<ConnectionId>,
        changes: LabelChanges,
    ) -> Result<LabelsChanged, UpdateError> {
        self.authorizer.authorize(ctx, Action::UpdateConnection, Resource::Instance).await?;
        let (connections, ctx) = (self.clone(), ctx.clone());
        // Each once, as a second change of a connection would find it changed.
        let ids: BTreeSet<ConnectionId> = ids.into_iter().collect();
        let job = async move { connections.store_labels(&ctx, &ids, &changes).await };
        to_completion(&self.tasks, job).await
    }

    async fn store_labels(
        &self,
        ctx: &Ctx,
        ids: &BTreeSet<ConnectionId>,
        changes: &LabelChanges,
    ) -> Result<LabelsChanged, UpdateError> {
        let mut change = self.write_lock.begin().await?;
        let (mut entries, mut audited): (Vec<Arc<Entry>>, Vec<_>) = Default::default();
        for id in ids {
            let row = change.tx.connections().find(id).await.context(OPERATION)?;
            let row = row.filter(|_| ctx.visibility().covers(id.as_str()));
            let row = row.ok_or_else(|| unknown(id))?;
            ctx.authorize_on(Action::UpdateConnection, Resource::Connection(id.as_str()))?;
            let Some((former, labels)) = changed_labels(id, &row, changes)? else { continue };
            ctx.visibility().check_stored(id.as_str(), &labels)?;
            let row = ConnectionRecord {
                labels: record::labels_text(&labels),
                revision: row.revision.next(),
                updated_at: change.now,
                ..row
            };
            change.tx.connections().update(&row).await.context(OPERATION)?;
            let action = AuditAction::ConnectionUpdate;
            let entry = audit::done(change.now, ctx, action, id.as_str(), "labels");
            let mut audit_changes = AuditChanges::none();
            audit_changes.add_labels(&former, &labels);
            audited.push(AuditEntry { changes: audit_changes, ..entry });
            entries.push(Arc::new(self.fleet.entry_relabeled(row)));
        }
        let done = LabelsChanged { changed: entries.len(), unchanged: ids.len() - entries.len() };
        if entries.is_empty() {
            return Ok(done);
        }
        let (store, max) = (&*self.store, self.limits.bytes);
        let is_over = has_gone_over(change.tx.connections(), store, max, 0).await;
        if is_over.context(OPERATION)? {
            return Err(UpdateError::BudgetReached);
        }
        self.audit.count_change(ctx)?;
        change.tx.audit().append_many(&audited).await.context(OPERATION)?;
        change.commit(OPERATION).await?.put_all(&entries);
        Ok(done)
    }
}

fn unknown(id: &ConnectionId) -> Invalid {
    let fault = FieldFault::UnknownConnection { id: id.as_str().to_owned() };
    Invalid::of("connections", &fault)
}

/// The labels before and after `changes`; `None` if they are the same.
fn changed_labels(
    id: &ConnectionId,
    row: &ConnectionRecord,
    changes: &LabelChanges,
) -> Result<Option<(Labels, Labels)>, Invalid> {
    let old = record::labels(row).ok();
    let former = old.clone().unwrap_or_default();
    let new = former.clone().changed(changes.clone());
    if old.as_ref() == Some(&new) {
        return Ok(None);
    }
    check::labels(&new).map_err(|fault| {
        let reason =
            format!("{}, and the connection {:?} would have more", fault.reason, id.as_str());
        Invalid { reason, ..fault }
    })?;
    Ok(Some((former, new)))
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;

    use super::super::fixture::{broken, id, new};
    use super::super::{ListQuery, Secrets};
    use super::*;
    use crate::policy::Visibility;
    use crate::testing::TestApp;

    fn changes(text: &str) -> LabelChanges {
        let labels = Labels::parse(text).expect("labels");
        let changes = labels.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
        LabelChanges { replaces_all: false, changes: changes.collect() }
    }

    /// The labels of each connection.
    async fn labels(app: &TestApp) -> Vec<String> {
        let admin = app.ctx(Role::Admin);
        let all = app.app.connections().list(&admin, &ListQuery::default(), Secrets::Omit).await;
        all.expect("allowed").entries.iter().map(|entry| entry.labels().to_string()).collect()
    }

    #[tokio::test]
    async fn all_change_or_none_and_a_repetition_changes_nothing() {
        let (app, port) = (TestApp::start().await, broken());
        let admin = app.ctx(Role::Admin);
        let connections = app.app.connections();
        for id in ["a", "b", "c"] {
            connections.create(&admin, new(id, port.url()), Secrets::Omit).await.expect("new");
        }
        let ids = |ids: &[&str]| ids.iter().map(|it| id(it)).collect::<Vec<_>>();
        let change = async |ctx: &Ctx, these: &[&str], text: &str| {
            connections.change_labels(ctx, ids(these), changes(text)).await
        };
        let done = change(&admin, &["a", "c", "a"], "site=graz").await.expect("done");
        assert_eq!(done, LabelsChanged { changed: 2, unchanged: 0 });
        let done = change(&admin, &["a", "b"], "site=graz").await.expect("done");
        assert_eq!(done, LabelsChanged { changed: 1, unchanged: 1 });
        assert_eq!(labels(&app).await, ["site=graz"; 3]);
        let trail = app.audit().await;
        assert_eq!(trail.iter().filter(|line| line.contains("update")).count(), 3, "{trail:?}");

        let many = (0..16).map(|n| format!("k{n}=")).collect::<Vec<_>>().join(",");
        let refused = change(&admin, &["b"], &many).await.expect_err("17").to_string();
        let why = "labels: must be at most 16 labels, and the connection \"b\" would have more";
        assert_eq!(refused, why);
        let refused = change(&admin, &["a", "x"], "line=2").await.expect_err("unknown");
        assert_eq!(refused.to_string(), "connections: there is none with the id \"x\"");
        let half = admin.clone().seeing(Visibility::of(["a"]));
        let refused = change(&half, &["a", "b"], "line=2").await.expect_err("hidden");
        assert_eq!(refused.to_string(), "connections: there is none with the id \"b\"");
        let viewer = change(&app.ctx(Role::Viewer), &["a"], "line=2").await;
        assert!(matches!(viewer, Err(UpdateError::NotAllowed(_))), "{viewer:?}");
        assert_eq!(labels(&app).await, ["site=graz"; 3]);

        let all_gone = LabelChanges { replaces_all: true, ..LabelChanges::default() };
        connections.change_labels(&admin, ids(&["a", "b"]), all_gone).await.expect("done");
        assert_eq!(labels(&app).await, ["", "", "site=graz"]);
        let app = app.restart().await;
        assert_eq!(labels(&app).await, ["", "", "site=graz"], "stored");
    }
}
