//! `GET /api/events`

use super::hub::{EventId, Subscriber};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::policy::Action;

impl App {
    /// Follows what changes from now on, or from `after`. The subscriber leaves out what the caller
    /// may not see.
    pub fn subscribe(&self, ctx: &Ctx, after: Option<EventId>) -> Result<Subscriber, NotAllowed> {
        ctx.authorize(Action::FollowEvents)?;
        Ok(self.0.hub.subscribe(ctx.caller.roles, after, self.stopping()))
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{ConnectionId, ConnectionName, MmcFields, Role, TlsMaterial};
    use haltere_testkit::Mosquitto;
    use haltere_testkit::builders::{id, url};
    use haltere_testkit::wait::{PATIENCE, until, within};

    use crate::connections::{NewConnection, Secrets};
    use crate::events::{Event, Subscriber};
    use crate::testing::TestApp;

    fn new(id: &ConnectionId, broker: &Mosquitto) -> NewConnection {
        NewConnection {
            id: Some(id.clone()),
            name: ConnectionName::parse(id.as_str()).unwrap(),
            url: url(&broker.url()),
            credentials: None,
            tls: TlsMaterial::default(),
            mmc: MmcFields::default(),
        }
    }

    /// Reads on until `event` comes by.
    async fn hear(subscriber: &mut Subscriber, event: Event) {
        let heard = async {
            loop {
                let batch = subscriber.next().await.expect("not shut down");
                assert_eq!(batch.gap, None);
                if batch.events.contains(&event) {
                    return;
                }
            }
        };
        within(&format!("{event:?}"), PATIENCE, heard).await;
    }

    #[tokio::test]
    async fn every_change_of_a_connection_is_published() {
        let (app, mut broker, a) = (TestApp::start().await, Mosquitto::plain().await, id("a"));
        let (admin, viewer) = (app.ctx(Role::Admin), app.ctx(Role::Viewer));
        let mut events = app.app.subscribe(&viewer, None).unwrap();
        let before = app.app.version();
        app.app.create_connection(&admin, new(&a, &broker), Secrets::Omit).await.unwrap();
        hear(&mut events, Event::ConnectionChanged(a.clone())).await;
        assert!(app.app.version() > before);

        let mut events = app.app.subscribe(&viewer, None).unwrap();
        broker.kill();
        until("the gap to be reported", PATIENCE, async || {
            hear(&mut events, Event::ConnectionChanged(a.clone())).await;
            let view = app.app.get_connection(&viewer, &a, Secrets::Omit).await.unwrap();
            view.status?.failure().is_some().then_some(())
        })
        .await;
        app.app.delete_connection(&admin, &a, Secrets::Omit).await.unwrap();
        hear(&mut events, Event::ConnectionRemoved(a)).await;
    }

    #[tokio::test]
    async fn changes_made_by_another_process_are_noticed_and_told() {
        let (app, broker, a) = (TestApp::start().await, Mosquitto::plain().await, id("a"));
        let (admin, viewer) = (app.ctx(Role::Admin), app.ctx(Role::Viewer));
        app.app.create_connection(&admin, new(&a, &broker), Secrets::Omit).await.unwrap();
        let other = app.another_store().await;
        let mut events = app.app.subscribe(&viewer, None).unwrap();

        let mut tx = other.write().await.unwrap();
        let mut row = tx.find_connection(&a).await.unwrap().unwrap();
        row.name = "Renamed".to_owned();
        row.revision = row.revision.next();
        tx.update_connection(&row).await.unwrap();
        tx.commit().await.unwrap();
        until("the new name", PATIENCE, async || {
            hear(&mut events, Event::ConnectionChanged(a.clone())).await;
            let view = app.app.get_connection(&viewer, &a, Secrets::Omit).await.unwrap();
            (view.entry.name() == "Renamed").then_some(())
        })
        .await;

        let mut tx = other.write().await.unwrap();
        assert!(tx.delete_connection(&a).await.unwrap());
        tx.commit().await.unwrap();
        hear(&mut events, Event::ConnectionRemoved(a)).await;
    }
}
