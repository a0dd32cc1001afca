//! How many imports may run: uploads at the same time, memory for their files, and one at work.

use std::sync::Arc;
use std::time::Duration;

use haltere_core::quota::{QuotaBounds, QuotaExceeded, QuotaHolder};
use haltere_core::{Quota, Reservation};
use http::StatusCode;
use http::header::RETRY_AFTER;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::file::MAX_BYTES;
use crate::error::{ApiError, ErrorCode};
use crate::limits::body_memory::{EXHAUSTED, WINDOW};

/// What a file of the largest size takes, in bytes, packed or not.
const LARGEST: usize = MAX_BYTES + WINDOW;

/// Memory for the files of imports, in bytes: a file of the largest size and some smaller ones.
const FILES: QuotaBounds =
    QuotaBounds { all: LARGEST + MAX_BYTES / 2, user: LARGEST, network: LARGEST };

/// How long an import waits for others. One of 10,000 connections takes a few seconds.
const WAIT_TIMEOUT: Duration = Duration::from_mins(1);

/// In seconds.
const RETRY: u16 = 10;

const BUSY: &str = "another import is under way; try again when it has ended";

pub(crate) struct ImportSlots {
    imports: Quota,
    files: Quota,
    working: Arc<Semaphore>,
}

impl ImportSlots {
    /// At most `imports` at a time. A user's quota is small, so that slow uploads don't block other users.
    pub(crate) fn new(imports: QuotaBounds) -> Self {
        Self {
            imports: Quota::new(imports),
            files: Quota::new(FILES),
            working: Arc::new(Semaphore::new(1)),
        }
    }

    /// Takes a slot, and a reservation that counts the bytes of the file.
    pub(super) fn take(&self, holder: QuotaHolder) -> Result<(Reservation, Reservation), ApiError> {
        let slot = self.imports.take(holder.clone(), 1).map_err(busy)?;
        let file = self.files.take(holder, 0).map_err(|reached| EXHAUSTED.refusal(reached))?;
        Ok((slot, file))
    }

    /// Waits until no other import is at work, so that the memory for the work is needed only once.
    pub(super) async fn wait_for_others(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let permit = timeout(WAIT_TIMEOUT, Arc::clone(&self.working).acquire_owned()).await;
        permit.ok().and_then(Result::ok).ok_or_else(|| busy(QuotaExceeded::All))
    }
}

fn busy(reached: QuotaExceeded) -> ApiError {
    let limit = match reached {
        QuotaExceeded::User => "limits.imports_per_user",
        QuotaExceeded::Network => "limits.imports_per_address",
        QuotaExceeded::All => "limits.imports",
    };
    ApiError::new(StatusCode::CONFLICT, ErrorCode::Conflict, BUSY)
        .with_limit(limit)
        .with_header(RETRY_AFTER, RETRY.into())
}
