//! What the process printed, and what must not be in it.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::task::JoinHandle;

use crate::secrets;
use crate::wait::eventually;

/// The lines of a process's standard output and error, in the order they came.
#[derive(Clone, Default)]
pub struct Log {
    lines: Arc<Mutex<Vec<String>>>,
}

impl Log {
    /// Collects what `source` says until it is closed.
    pub fn collect(&self, source: impl AsyncRead + Unpin + Send + 'static) -> JoinHandle<()> {
        let log = self.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(source).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                log.lock().push(line);
            }
        })
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.lock().clone()
    }

    /// All lines so far, as one text.
    pub fn text(&self) -> String {
        self.lock().join("\n")
    }

    /// Waits until a line holds `text`, and returns the line.
    pub async fn until(&self, text: &str) -> String {
        eventually(&format!("the log says {text:?}"), async || {
            self.lines().into_iter().find(|line| line.contains(text))
        })
        .await
    }

    /// Fails when a line is a warning, an error or a panic that holds none of `expected`, and when
    /// any line holds a secret.
    pub fn assert_clean(&self, expected: &[String]) {
        for line in self.lines() {
            assert!(!secrets::contains_mark(line.as_bytes()), "the log contains a secret: {line}");
            let announced = expected.iter().any(|text| line.contains(text.as_str()));
            assert!(announced || !is_complaint(&line), "unexpected in the log: {line}");
        }
    }

    fn lock(&self) -> parking_lot::MutexGuard<'_, Vec<String>> {
        self.lines.lock()
    }
}

fn is_complaint(line: &str) -> bool {
    match serde_json::from_str::<Value>(line) {
        // A busy machine is slow, and haltere rightly says so.
        Ok(entry) => {
            let is_of_a_busy_machine =
                |it: &str| it.starts_with("slow statement") || it.ends_with("at shutdown");
            matches!(entry["level"].as_str(), Some("WARN" | "ERROR"))
                && !entry["message"].as_str().is_some_and(is_of_a_busy_machine)
        }
        // Not every line is a log entry: the first start prints a password, a panic its place.
        Err(_) => line.contains("panicked at") || line.contains("error:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_recognized() {
        assert!(!is_complaint(r#"{"level":"INFO","message":"an error: none"}"#));
        assert!(is_complaint(r#"{"level":"WARN","message":"odd"}"#));
        assert!(!is_complaint(r#"{"level":"WARN","message":"slow statement: execution time"}"#));
        assert!(is_complaint("thread 'main' panicked at src/main.rs:1:1:"));
        assert!(!is_complaint("password: abc"));
    }
}
