//! What a test logs.

use std::io;
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Level};

/// Another subscriber, which no thread uses. While a process has just one, `tracing` asks only the thread that
/// is the first to reach a log line whether the line is of interest: a test without a subscriber would turn the
/// line off for all tests in the same process.
static ANOTHER: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

/// What the current thread logs while this value lives.
#[derive(Debug)]
pub struct CapturedLog {
    written: Written,
    _default: DefaultGuard,
}

impl CapturedLog {
    /// Captures lines from `level` up.
    pub fn start(level: Level) -> Self {
        LazyLock::force(&ANOTHER);
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        Self { written, _default: tracing::subscriber::set_default(subscriber) }
    }

    /// Everything so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.written.0.lock()).into_owned()
    }

    /// How often `text` was logged.
    pub fn count(&self, text: &str) -> usize {
        self.text().matches(text).count()
    }
}

#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_something() {
        tracing::debug!("something");
    }

    #[test]
    fn a_thread_without_a_subscriber_turns_nothing_off() {
        let log = CapturedLog::start(Level::DEBUG);
        std::thread::spawn(log_something).join().expect("no panic");
        log_something();
        assert_eq!(log.count("something"), 1, "{}", log.text());
    }
}
