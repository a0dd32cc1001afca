//! `GET /api/events`

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::Events;
use super::feed::{Batch, ChangeReader, Gap};
use super::log::{Change, ChangeKind};
use super::position::Position;
use crate::connections::Fleet;
use crate::credential::Credential;
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::policy::{Action, Principal, Resource, decide};

impl Events {
    /// Follows what changes from now on, or from `after`. The subscriber leaves out what the caller
    /// may not see.
    pub fn subscribe(&self, ctx: &Ctx, after: Option<Position>) -> Result<Subscriber, NotAllowed> {
        ctx.authorize(Action::FollowEvents)?;
        let Ctx { mut principal, credential, .. } = ctx.clone();
        let mut reader = self.fleet.feed.reader(after);
        // After the reader, which misses no change from then on.
        self.fleet.follow_groups(&mut principal);
        let visibility = principal.visibility().fingerprint();
        let visibility_changed = after.is_some_and(|it| it.visibility != visibility);
        if visibility_changed {
            // The client gets everything as it is now.
            reader = self.fleet.feed.reader(None);
            self.fleet.follow_groups(&mut principal);
        }
        Ok(Subscriber {
            reader,
            visibility_changed,
            fleet: Arc::clone(&self.fleet),
            principal,
            credential,
            stopping: self.stopping.clone(),
        })
    }
}

/// Reads, at its own pace, the changes that one caller may see.
pub struct Subscriber {
    reader: ChangeReader,
    /// Whether the position that it begins at was issued when the caller saw other connections.
    visibility_changed: bool,
    fleet: Arc<Fleet>,
    principal: Principal,
    credential: Credential,
    stopping: CancellationToken,
}

impl Subscriber {
    /// Its position.
    pub fn position(&self) -> Position {
        self.of_caller(self.reader.position())
    }

    /// The caller, and what they may see as of the last batch.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Waits for changes; `None` once haltere shuts down or the caller's credential has ended. Cancel-safe.
    pub async fn next(&mut self) -> Option<Batch> {
        if std::mem::take(&mut self.visibility_changed) {
            return Some(self.gap(self.reader.position()));
        }
        loop {
            let Self { reader, principal, credential, stopping, .. } = self;
            let mut batch = tokio::select! {
                biased;
                () = stopping.cancelled() => return None,
                () = credential.ended() => return None,
                batch = reader.next(|kind| may_see_kind(principal, kind)) => batch,
            };
            let before = self.principal.visibility().clone();
            self.fleet.follow_groups(&mut self.principal);
            if *self.principal.visibility() != before {
                return Some(self.gap(batch.position));
            }
            batch.position = self.of_caller(batch.position);
            batch.changes.retain(|change| may_see(&self.principal, change));
            if batch.gap.is_some() || !batch.changes.is_empty() {
                return Some(batch);
            }
        }
    }

    fn gap(&self, position: Position) -> Batch {
        let position = self.of_caller(position);
        Batch { gap: Some(Gap::Visibility), changes: Vec::new(), position }
    }

    fn of_caller(&self, position: Position) -> Position {
        Position { visibility: self.principal.visibility().fingerprint(), ..position }
    }

    /// Waits until haltere shuts down or the caller's credential has ended.
    pub async fn ended(&self) {
        tokio::select! {
            () = self.stopping.cancelled() => {}
            () = self.credential.ended() => {}
        }
    }

    /// Whether there is nothing more to wait for.
    pub fn has_ended(&self) -> bool {
        self.stopping.is_cancelled() || self.credential.has_ended()
    }
}

fn may_see_kind(principal: &Principal, kind: ChangeKind) -> bool {
    let action = match kind {
        ChangeKind::Connections => Action::ListConnections,
        ChangeKind::Plugins => Action::ListPlugins,
        ChangeKind::Groups => return true,
    };
    decide(principal, action, Resource::Instance).is_allowed()
}

fn may_see(principal: &Principal, change: &Change) -> bool {
    match change {
        Change::Connection(id) => {
            // One that was covered until now is gone for the subscriber, which has to learn that.
            may_see_kind(principal, ChangeKind::Connections)
                && principal.visibility().may_have_covered(id.as_str())
        }
        Change::Plugins => may_see_kind(principal, ChangeKind::Plugins),
        Change::Groups => false,
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{ConnectionId, ConnectionName, ConnectionSettings, Role};
    use haltere_testkit::Mosquitto;
    use haltere_testkit::builders::{id, url};
    use haltere_testkit::wait::{DEADLINE, until, within};

    use crate::connections::ConnectionError;
    use crate::connections::{NewConnection, Secrets};
    use crate::events::{Change, Subscriber};
    use crate::testing::TestApp;

    fn new(id: &ConnectionId, broker: &Mosquitto) -> NewConnection {
        let name = ConnectionName::parse(id.as_str()).unwrap();
        NewConnection {
            id: Some(id.clone()),
            settings: ConnectionSettings::new(name, url(&broker.url())),
        }
    }

    /// Reads on until `change` comes by.
    async fn until_change(subscriber: &mut Subscriber, change: Change) {
        let read = async {
            loop {
                let batch = subscriber.next().await.expect("not shut down");
                assert_eq!(batch.gap, None);
                if batch.changes.contains(&change) {
                    return;
                }
            }
        };
        within(&format!("{change:?}"), DEADLINE, read).await;
    }

    #[tokio::test]
    async fn every_change_of_a_connection_is_published() {
        let (app, mut broker, a) = (TestApp::start().await, Mosquitto::plain().await, id("a"));
        let (admin, viewer) = (app.ctx(Role::Admin), app.ctx(Role::Viewer));
        let mut events = app.app.events().subscribe(&viewer, None).unwrap();
        let before = app.app.connections().version();
        app.app.connections().create(&admin, new(&a, &broker), Secrets::Omit).await.unwrap();
        until_change(&mut events, Change::Connection(a.clone())).await;
        assert_ne!(app.app.connections().version(), before);

        let mut events = app.app.events().subscribe(&viewer, None).unwrap();
        broker.kill();
        until("the gap to be reported", DEADLINE, async || {
            until_change(&mut events, Change::Connection(a.clone())).await;
            let view = app.app.connections().get(&viewer, &a, Secrets::Omit).await.unwrap();
            view.status?.failure().is_some().then_some(())
        })
        .await;
        app.app.connections().delete(&admin, &a, Secrets::Omit).await.unwrap();
        until_change(&mut events, Change::Connection(a.clone())).await;
        let gone = app.app.connections().get(&viewer, &a, Secrets::Omit).await;
        assert!(matches!(gone, Err(ConnectionError::NotFound)));
    }

    #[tokio::test]
    async fn changes_made_by_another_process_are_published() {
        let (app, broker, a) = (TestApp::start().await, Mosquitto::plain().await, id("a"));
        let (admin, viewer) = (app.ctx(Role::Admin), app.ctx(Role::Viewer));
        app.app.connections().create(&admin, new(&a, &broker), Secrets::Omit).await.unwrap();
        let other = app.another_store().await;
        let mut events = app.app.events().subscribe(&viewer, None).unwrap();

        let mut tx = other.write().await.unwrap();
        let mut row = tx.connections().find(&a).await.unwrap().unwrap();
        row.name = "Renamed".to_owned();
        row.revision = row.revision.next();
        tx.connections().update(&row).await.unwrap();
        tx.commit().await.unwrap();
        until("the new name", DEADLINE, async || {
            until_change(&mut events, Change::Connection(a.clone())).await;
            let view = app.app.connections().get(&viewer, &a, Secrets::Omit).await.unwrap();
            (view.entry.name() == "Renamed").then_some(())
        })
        .await;

        let mut tx = other.write().await.unwrap();
        assert!(tx.connections().delete(&a).await.unwrap());
        tx.commit().await.unwrap();
        until_change(&mut events, Change::Connection(a.clone())).await;
        let gone = app.app.connections().get(&viewer, &a, Secrets::Omit).await;
        assert!(matches!(gone, Err(ConnectionError::NotFound)));
    }

    #[tokio::test]
    async fn a_subscriber_receives_only_what_it_may_see() {
        let app = TestApp::start().await;
        let mut of = [Role::Viewer, Role::MonitoringViewer, Role::Admin]
            .map(|role| app.app.events().subscribe(&app.ctx(role), None).unwrap());
        let connection = Change::Connection(id("a"));
        app.app.0.shared.fleet.feed.extend([Change::Plugins, connection.clone()]);
        let both = vec![Change::Plugins, connection.clone()];
        let expected = [Some(vec![connection]), None, Some(both)];
        for (subscriber, expected) in of.iter_mut().zip(expected) {
            let changes = tokio::select! {
                biased;
                batch = subscriber.next() => Some(batch.expect("not shut down").changes),
                () = std::future::ready(()) => None,
            };
            assert_eq!(changes, expected);
        }
    }

    #[tokio::test]
    async fn a_subscriber_ends_with_its_credential() {
        let app = TestApp::start().await;
        let viewer = app.ctx(Role::Viewer);
        let mut subscriber = app.app.events().subscribe(&viewer, None).unwrap();
        viewer.credential.end();
        assert_eq!(within("the end", DEADLINE, subscriber.next()).await, None);
        assert!(subscriber.has_ended());
    }

    #[tokio::test]
    async fn a_subscriber_ends_with_haltere() {
        let app = TestApp::start().await;
        let mut subscriber = app.app.events().subscribe(&app.ctx(Role::Viewer), None).unwrap();
        let waiting = tokio::spawn(async move { subscriber.next().await });
        app.app.begin_shutdown();
        let end = within("the end", DEADLINE, waiting).await.expect("no panic");
        assert_eq!(end, None);
    }
}
