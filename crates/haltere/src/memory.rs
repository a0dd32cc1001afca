//! Returns memory that was needed only for a moment to the system.
//!
//! glibc gives each thread an arena of its own. After the first large block was freed, it also raises the size from
//! which blocks go back to the system at once. Hashing a password takes 19 MiB for some milliseconds: without these
//! settings, two logins on two threads would keep 40 MiB for good.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use haltere_app::{App, Internal, Schedule};
use tokio::task::spawn_blocking;

use crate::http::SlotPool;

/// Blocks of at least this size are returned when freed. Larger than the usual responses.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 4 << 20;

/// Free bytes at the end of an arena above which they are returned.
#[cfg(target_env = "gnu")]
const SLACK: libc::c_int = 2 << 20;

/// Few threads allocate at the same time; more arenas would only mean more fragmentation.
#[cfg(target_env = "gnu")]
const ARENAS: libc::c_int = 2;

/// Configures the allocator. Call it before threads are started.
#[cfg(target_env = "gnu")]
#[expect(
    unsafe_code,
    reason = "mallopt is the only interface to these settings inside the process"
)]
pub(crate) fn configure_allocator() {
    for (setting, value) in [
        (libc::M_MMAP_THRESHOLD, LARGE),
        (libc::M_TRIM_THRESHOLD, SLACK),
        (libc::M_ARENA_MAX, ARENAS),
    ] {
        // SAFETY: mallopt takes two numbers, touches no memory of ours, and no other thread runs yet.
        // For an unknown setting it returns 0 and changes nothing.
        unsafe { libc::mallopt(setting, value) };
    }
}

/// How often to check whether a trim is worthwhile.
const PERIOD: Duration = Duration::from_secs(5);

/// Trims after so many connections of clients have closed and statuses of links have changed, in sum.
const EVENTS_PER_TRIM: u64 = 200;

/// Returns, in the background, the memory that the start and the attempts of links needed, and later that of closed
/// connections. Most of it is fragmented, and the C library keeps it until asked. After a start this is 2.6 MiB of
/// 18.5, and 3 KiB of 9 per link.
pub(crate) fn start_trims(app: &App, slots: SlotPool) {
    let next = Arc::new(AtomicU64::new(0));
    let for_runs = app.clone();
    app.background().spawn("memory-trim", Schedule::every(PERIOD), pending, move || {
        let events = slots.stats().closed + for_runs.metrics().status_changes;
        let next = Arc::clone(&next);
        async move {
            if events < next.load(Ordering::Relaxed) {
                return Ok(());
            }
            next.store(events + EVENTS_PER_TRIM, Ordering::Relaxed);
            spawn_blocking(trim).await.map_err(|error| Internal::new("return memory", error))
        }
    });
}

#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "malloc_trim is the only interface to this inside the process")]
fn trim() {
    // SAFETY: malloc_trim takes a number, and takes the allocator's own locks.
    unsafe { libc::malloc_trim(0) };
}

/// Other C libraries return memory by themselves.
#[cfg(not(target_env = "gnu"))]
fn trim() {}

/// Other C libraries return memory by themselves.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn configure_allocator() {}
