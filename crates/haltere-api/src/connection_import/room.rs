//! Room for imports: for the files that are on their way, and for the work on one of them.

use std::sync::Arc;
use std::time::Duration;

use haltere_core::shares::{Bounds, Holder, Reached};
use haltere_core::{Share, Shares};
use http::StatusCode;
use http::header::RETRY_AFTER;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::MAX_BYTES;
use crate::error::{ApiError, ErrorCode};
use crate::extract::body::crowded;
use crate::extract::coding::WINDOW;

/// What a file of the largest size takes, in bytes, packed or not.
const LARGEST: usize = MAX_BYTES + WINDOW;

/// Memory for the files of imports, in bytes: a file of the largest size, and others beside it.
const FILES: Bounds = Bounds { all: LARGEST + MAX_BYTES / 2, user: LARGEST, network: LARGEST };

/// How long an import waits for its turn. One of 10,000 connections takes a few seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// In seconds.
const RETRY: u16 = 10;

const BUSY: &str = "another import is under way; try again when it has ended";

pub(crate) struct Room {
    imports: Shares,
    files: Shares,
    turn: Arc<Semaphore>,
}

impl Room {
    /// Room for `imports` at a time. A user's share is small, so that slow uploads don't block other users.
    pub(crate) fn new(imports: Bounds) -> Self {
        Self {
            imports: Shares::new(imports),
            files: Shares::new(FILES),
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// Takes a place among the imports, and counts its file from now on.
    pub(super) fn enter(&self, holder: Holder) -> Result<(Share, Share), ApiError> {
        let place = self.imports.take(holder.clone(), 1).map_err(busy)?;
        let file = self.files.take(holder, 0).map_err(crowded)?;
        Ok((place, file))
    }

    /// Waits for the turn to be worked on: what that needs in memory is needed once.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let turn = timeout(PATIENCE, Arc::clone(&self.turn).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or_else(|| busy(Reached::All))
    }
}

fn busy(reached: Reached) -> ApiError {
    let limit = match reached {
        Reached::User => "limits.imports_per_user",
        Reached::Network => "limits.imports_per_address",
        Reached::All => "limits.imports",
    };
    ApiError::new(StatusCode::CONFLICT, ErrorCode::Conflict, BUSY)
        .with_limit(limit)
        .with_header(RETRY_AFTER, RETRY.into())
}
