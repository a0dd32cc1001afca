//! A test of a connection as it happens, as server-sent events.
//!
//! The stream itself drives the test: when its reader goes away it is dropped, and the test with it.

use std::convert::Infallible;
use std::pin::Pin;

use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use haltere_app::Credential;
use haltere_app::connections::{PreparedTest, ProbeEvent, TestReport};
use tokio::sync::mpsc;

use super::report::{WireEvent, WireReport};
use crate::sse::{event, set_stream_headers};

/// A test has seven stages and goes through them three times at the most, each with two events.
const MAX_EVENTS: usize = 64;

/// Begins the test, and answers with what happens.
pub(super) fn response(test: PreparedTest, credential: Credential) -> Response {
    let mut response = Sse::new(Running::new(test, credential).into_stream()).into_response();
    set_stream_headers(&mut response);
    response
}

/// A test under way.
struct Running {
    events: mpsc::Receiver<ProbeEvent>,
    test: Pin<Box<dyn Future<Output = Option<TestReport>> + Send>>,
    /// It must not be polled again.
    done: bool,
    /// The result, until it is sent. `None` if haltere shut down meanwhile.
    report: Option<TestReport>,
    credential: Credential,
}

impl Running {
    fn new(test: PreparedTest, credential: Credential) -> Self {
        let (sender, events) = mpsc::channel(MAX_EVENTS);
        let test = Box::pin(test.run(move |event| {
            // The channel holds all of them, and the result has every stage anyway.
            let _ = sender.try_send(event);
        }));
        Self { events, test, done: false, report: None, credential }
    }

    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut running| async move {
            let event = running.next().await?;
            Some((Ok(event), running))
        })
    }

    /// The next stage, or the result behind the last one; `None` at the end, when the session has
    /// ended, and when haltere shuts down.
    async fn next(&mut self) -> Option<Event> {
        if !self.done {
            tokio::select! {
                biased;
                () = self.credential.ended() => return None,
                Some(stage) = self.events.recv() => return Some(event("stage", &WireEvent::from(&stage))),
                report = &mut self.test => {
                    self.report = report;
                    self.done = true;
                }
            }
        }
        // The channel may still hold the test's last events.
        if let Ok(stage) = self.events.try_recv() {
            return Some(event("stage", &WireEvent::from(&stage)));
        }
        let TestReport { probe, advice } = self.report.take()?;
        Some(event("result", &WireReport::new(&probe, &advice)))
    }
}
