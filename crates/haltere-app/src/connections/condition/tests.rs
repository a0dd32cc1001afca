use haltere_core::Role;

use super::super::fixture::{broken, id, name, new};
use super::super::{ConnectionError, ConnectionPatch, UpdateError};
use super::*;
use crate::testing::TestApp;

fn renaming(text: &str) -> ConnectionPatch {
    ConnectionPatch { name: Some(name(text)), ..ConnectionPatch::default() }
}

fn only(tag: &VersionTag) -> ChangeOptions {
    let condition = Condition::OneOf(vec!["other".to_owned(), tag.as_str().to_owned()]);
    ChangeOptions { secrets: Secrets::Omit, condition }
}

async fn tag(app: &TestApp) -> VersionTag {
    let ctx = app.ctx(Role::Viewer);
    app.app.connections().get(&ctx, &id("a"), Secrets::Omit).await.expect("there").entry.tag()
}

#[tokio::test]
async fn a_change_is_made_to_the_version_it_is_meant_for() {
    let (app, port) = (TestApp::start().await, broken());
    let ctx = app.ctx(Role::ConnectionManager);
    app.app.connections().create(&ctx, new("a", port.url()), Secrets::Omit).await.unwrap();
    let first = tag(&app).await;
    let patch = async |text: &str, options| {
        app.app.connections().patch(&ctx, &id("a"), renaming(text), options).await
    };
    let changed = patch("B", only(&first)).await.expect("the version that is stored");
    let second = changed.entry.tag();
    assert_ne!(first, second);
    assert_eq!(tag(&app).await, second);

    let before = app.audit().await;
    let refused = patch("C", only(&first)).await;
    let Err(UpdateError::Outdated(Outdated { last_change: Some(last) })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (&*last.actor, last.fields),
        (Role::ConnectionManager.as_str(), vec!["name".to_owned()])
    );
    for outcome in [
        app.app.connections().connect(&ctx, &id("a"), only(&first)).await.map(drop),
        app.app.connections().disconnect(&ctx, &id("a"), only(&first)).await.map(drop),
        app.app.connections().delete(&ctx, &id("a"), only(&first)).await.map(drop),
    ] {
        assert!(matches!(outcome, Err(ConnectionError::Outdated(_))), "{outcome:?}");
    }
    assert_eq!((app.audit().await, tag(&app).await), (before, second.clone()), "nothing changed");

    // Nothing of what is no change.
    let same = patch("B", only(&second)).await.expect("the version that is stored");
    assert_eq!(same.entry.tag(), second);
    let down = app.app.connections().disconnect(&ctx, &id("a"), only(&second)).await.unwrap();
    let third = down.entry.tag();
    assert_ne!(second, third, "what should be is part of what is stored");
    let app = app.restart().await;
    assert_eq!(tag(&app).await, third);
    let ctx = app.ctx(Role::ConnectionManager);
    app.app.connections().delete(&ctx, &id("a"), only(&third)).await.expect("deleted");
    let gone = app.app.connections().delete(&ctx, &id("a"), only(&third)).await;
    assert!(matches!(gone, Err(ConnectionError::NotFound)));
    app.app.connections().create(&ctx, new("a", port.url()), Secrets::Omit).await.unwrap();
    assert_ne!(tag(&app).await, first, "another one of the same id");
}

#[tokio::test]
async fn of_two_editors_the_second_gets_an_error() {
    let (app, port) = (TestApp::start().await, broken());
    let ctx = app.ctx(Role::ConnectionManager);
    app.app.connections().create(&ctx, new("a", port.url()), Secrets::Omit).await.unwrap();
    let seen = tag(&app).await;
    let a = id("a");
    let edits =
        ["B", "C"].map(|text| app.app.connections().patch(&ctx, &a, renaming(text), only(&seen)));
    let [one, other] = edits;
    let (one, other) = tokio::join!(one, other);
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
}
