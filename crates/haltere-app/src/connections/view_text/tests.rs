use std::cell::Cell;

use haltere_core::Role;
use haltere_testkit::builders::login;

use super::super::fixture::{broken, id, new};
use super::super::view::{ConnectionView, Secrets};
use super::*;
use crate::testing::TestApp;

/// An application with one connection that has a password, and how an administrator sees it.
async fn with_a_secret() -> (TestApp, ConnectionView) {
    let (app, port) = (TestApp::start().await, broken());
    let admin = app.ctx(Role::Admin);
    let mut new = new("a", port.url());
    new.settings.credentials = login("user", "hunter2");
    app.app.connections().create(&admin, new, Secrets::Omit).await.expect("new");
    app.app.connections().disconnect(&admin, &id("a"), Secrets::Omit).await.expect("there");
    let view = app.app.connections().get(&admin, &id("a"), Secrets::Include).await.expect("there");
    (app, view)
}

#[tokio::test]
async fn a_text_is_written_once_per_status_and_fields() {
    let (app, view) = with_a_secret().await;
    let writes = Cell::new(0);
    let text = |view: &ConnectionView| {
        let written = app.app.connections().view_text(view, |view| {
            writes.set(writes.get() + 1);
            format!("{} {}", view.secrets, view.certificates).into_bytes()
        });
        (String::from_utf8(written.to_vec()).expect("UTF-8"), written.is_secret())
    };
    assert_eq!((text(&view), writes.get()), (("true true".to_owned(), true), 1));
    assert_eq!((text(&view), writes.get()), (("true true".to_owned(), true), 1));
    let bare = ConnectionView { secrets: false, certificates: false, ..view.clone() };
    for _ in 0..2 {
        assert_eq!((text(&bare), writes.get()), (("false false".to_owned(), false), 2));
        assert_eq!((text(&view), writes.get()), (("true true".to_owned(), true), 2));
    }
    let status = view.status.as_deref().cloned().map(Arc::new);
    let later = ConnectionView { status, ..view.clone() };
    text(&later);
    text(&later);
    assert_eq!(writes.get(), 3, "the status was replaced");
}

#[tokio::test]
async fn texts_are_counted_until_they_are_dropped_and_bounded() {
    let (_app, view) = with_a_secret().await;
    let memory = Arc::new(TextMemory::new(3 * (100 + OVERHEAD)));
    let texts: Vec<_> = (0..5)
        .map(|_| ViewText::new(view.status.clone(), true, vec![b'x'; 100], &memory))
        .collect();
    assert!(texts.iter().all(|text| text.len() == 100));
    assert_eq!((memory.held.load(Ordering::Relaxed), memory.refused()), (memory.limit, 2));
    drop(texts);
    assert_eq!(memory.held.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_text_beyond_the_limit_is_written_each_time() {
    let (_app, view) = with_a_secret().await;
    let memory = Arc::new(TextMemory::new(0));
    let text = view
        .entry
        .texts()
        .keep(view.fields(), ViewText::new(view.status.clone(), true, vec![b'x'; 100], &memory));
    assert_eq!(
        (text.len(), view.entry.texts().get(view.fields(), view.status.as_ref()).is_none()),
        (100, true)
    );
}

#[tokio::test]
async fn no_text_outlives_its_connection() {
    let (app, view) = with_a_secret().await;
    app.app.connections().view_text(&view, |_| b"hunter2".to_vec());
    let held = || app.app.0.connections.text_memory.held.load(Ordering::Relaxed);
    assert!(held() > 0);
    drop(view);
    assert!(held() > 0, "it is kept with the connection");
    app.app
        .connections()
        .delete(&app.ctx(Role::Admin), &id("a"), Secrets::Omit)
        .await
        .expect("there");
    assert_eq!(held(), 0);
}
