//! Keeps the C library's allocator from holding on to memory that was needed for a moment.
//!
//! glibc gives each thread an arena of its own, and raises, after the first large block was freed, the
//! size from which blocks go back to the system at once. Hashing a password takes 19 MiB for some
//! milliseconds: two logins on two threads, and 40 MiB would stay for good.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::http::{Count, Places};
use crate::lifecycle::Stop;

/// Blocks from this size on are returned when freed. Above the answers that are made all day long.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 4 << 20;

/// So much may lie free at the end of an arena before it is returned.
#[cfg(target_env = "gnu")]
const SLACK: libc::c_int = 2 << 20;

/// Few threads allocate at the same time here: more arenas would only be more holes.
#[cfg(target_env = "gnu")]
const ARENAS: libc::c_int = 2;

/// To be called before threads are started.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "the only door to these settings from inside the process")]
pub(crate) fn return_what_is_not_needed() {
    for (setting, value) in [
        (libc::M_MMAP_THRESHOLD, LARGE),
        (libc::M_TRIM_THRESHOLD, SLACK),
        (libc::M_ARENA_MAX, ARENAS),
    ] {
        // SAFETY: mallopt takes two numbers, touches no memory of ours, and no other thread runs yet.
        // It answers 0 to what it does not know, and then things are as they were.
        unsafe { libc::mallopt(setting, value) };
    }
}

/// How often is looked whether there is something to give back.
const EVERY: Duration = Duration::from_secs(5);

/// So many connections leave holes behind that are worth looking for.
const MANY: u64 = 200;

/// Gives back the memory that the start needed, and later, after many connections have ended, what they had.
/// Most of it lies in pieces between others that are still used, where the C library leaves it until it is
/// asked. After a start this is 2.6 MiB of 18.5.
pub(crate) async fn give_back(places: &Places, stop: &Stop) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = None;
    loop {
        tokio::select! {
            () = stop.soft.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let Count { ended, .. } = places.count();
        if last.is_none_or(|last| ended - last >= MANY) {
            last = Some(ended);
            // That it was done, or could not be, changes nothing.
            let _ = tokio::task::spawn_blocking(trim).await;
        }
    }
}

#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "the only door to this from inside the process")]
fn trim() {
    // SAFETY: malloc_trim takes a number, and takes the allocator's own locks.
    unsafe { libc::malloc_trim(0) };
}

/// Other C libraries do this by themselves.
#[cfg(not(target_env = "gnu"))]
fn trim() {}

/// Other C libraries do this by themselves.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn return_what_is_not_needed() {}
