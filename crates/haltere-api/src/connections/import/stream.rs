//! An import as it goes: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream};
use haltere_app::connections::{
    ImportError, ImportFile, ImportMode, ImportProgress, ImportReport, LinkStateCounts, Reporter,
};
use haltere_app::{Ctx, NotAllowed};
use haltere_core::ConnectionId;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::report::{self, WireReport};
use crate::error::{ACTIONS_LIMIT, ApiError, ErrorBody, ErrorCode, messages};
use crate::middleware::failures::log_internal;
use crate::sse::{event, set_stream_headers};
use crate::state::ApiState;

/// How often the links are counted.
const COUNT_INTERVAL: Duration = Duration::from_millis(250);

/// How long links are counted at most: ten times what 10,000 dials take by default.
const COUNT_TIMEOUT: Duration = Duration::from_mins(10);

/// An import that streams its progress. If the client disconnects, it is cancelled, unless it has begun to
/// store.
struct ImportStream {
    state: ApiState,
    context: Ctx,
    mode: ImportMode,
    phase: Phase,
}

enum Phase {
    Importing {
        import: BoxFuture<'static, Result<ImportReport, ImportError>>,
        progress: watch::Receiver<ImportProgress>,
    },
    Dialling {
        ids: Vec<ConnectionId>,
        ticks: Interval,
        end: Instant,
        last: Option<LinkStateCounts>,
    },
    Ended,
}

pub(super) fn respond(
    state: ApiState,
    context: Ctx,
    file: ImportFile,
    mode: ImportMode,
    reporter: Reporter,
    progress: watch::Receiver<ImportProgress>,
) -> Response {
    let (transfer, ctx) = (state.app.transfer().clone(), context.clone());
    let import = async move { transfer.import(&ctx, file, mode, reporter).await };
    let importing = Phase::Importing { import: Box::pin(import), progress };
    let stream = ImportStream { state, context, mode, phase: importing };
    let keep_alive = KeepAlive::new().text("");
    let mut response = Sse::new(stream.into_stream()).keep_alive(keep_alive).into_response();
    set_stream_headers(&mut response);
    response
}

impl ImportStream {
    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut stages| async move {
            let event = stages.next().await?;
            Some((Ok(event), stages))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        match &mut self.phase {
            Phase::Importing { import, progress } => {
                let ended = tokio::select! {
                    biased;
                    () = self.context.credential.ended() => return None,
                    report = import => report,
                    Ok(()) = progress.changed() => {
                        return Some(progress_event(*progress.borrow_and_update()));
                    }
                };
                Some(self.imported(ended))
            }
            Phase::Dialling { .. } => self.dialling().await,
            Phase::Ended => None,
        }
    }

    /// The report, and what is to be watched after it.
    fn imported(&mut self, ended: Result<ImportReport, ImportError>) -> Event {
        let report = match ended {
            Ok(report) => report,
            Err(error) => {
                self.phase = Phase::Ended;
                return failed(&error);
            }
        };
        let ids: Vec<_> = created(&report).collect();
        self.phase = if ids.is_empty() { Phase::Ended } else { dialling(ids) };
        match report::refusal(&report, self.mode) {
            Some((_, refused)) => event("error", &refused),
            None => event("report", &WireReport::from(&report)),
        }
    }

    /// Waits until something has changed about the links, or all have had their first outcome.
    async fn dialling(&mut self) -> Option<Event> {
        let Self { state, context, phase, .. } = self;
        let Phase::Dialling { ids, ticks, end, last } = phase else { return None };
        let stopping = state.app.stopping();
        loop {
            tokio::select! {
                biased;
                () = context.credential.ended() => return None,
                () = stopping.cancelled() => return None,
                _ = ticks.tick() => {}
            }
            let counts = state.app.connections().link_state_counts(context, ids).ok()?;
            let is_over = counts.pending == 0 || Instant::now() >= *end;
            if is_over || *last != Some(counts) {
                *last = Some(counts);
                if is_over {
                    self.phase = Phase::Ended;
                }
                return Some(links_event(counts));
            }
        }
    }
}

fn dialling(ids: Vec<ConnectionId>) -> Phase {
    let mut ticks = interval(COUNT_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Phase::Dialling { ids, ticks, end: Instant::now() + COUNT_TIMEOUT, last: None }
}

fn created(report: &ImportReport) -> impl Iterator<Item = ConnectionId> {
    report.created_ids().filter_map(|id| ConnectionId::parse(id).ok())
}

fn progress_event(ImportProgress { stage, done, total }: ImportProgress) -> Event {
    event("progress", &json!({"stage": stage.as_str(), "done": done, "total": total}))
}

fn links_event(counts: LinkStateCounts) -> Event {
    let LinkStateCounts { connected, failed, disconnected, pending } = counts;
    let links = json!({"connected": connected, "failed": failed, "disconnected": disconnected, "pending": pending});
    event("links", &links)
}

/// The stream has begun, so that there is no status to say it with.
fn failed(error: &ImportError) -> Event {
    let code = ErrorCode::NotAllowed;
    let body = match error {
        ImportError::NotAllowed(NotAllowed::TooMany { .. }) => ErrorBody {
            code: ErrorCode::TooManyRequests,
            message: messages::TOO_MANY_ACTIONS.into(),
            reason: None,
            limit: Some(ACTIONS_LIMIT),
            fault: None,
            long_error: None,
            last_change: None,
            data: None,
        },
        ImportError::NotAllowed(NotAllowed::NotAuditable(gap)) => ApiError::from(*gap).body(),
        ImportError::NotAllowed(_) => ErrorBody {
            code,
            message: messages::NOT_ALLOWED.into(),
            reason: None,
            limit: None,
            fault: None,
            long_error: None,
            last_change: None,
            data: None,
        },
        ImportError::Internal(cause) => log_internal(cause, code),
    };
    event("error", &body)
}
