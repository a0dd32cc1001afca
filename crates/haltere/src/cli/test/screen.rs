//! What a user at a terminal sees.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use haltere_core::{BrokerUrl, Stage};
use haltere_link::tls::{self, CertificateFacts};
use haltere_link::{Advice, ProbeEvent, ProbeReport, ProbeStage};

use super::paint::{BAD, FAINT, GOOD, Paint, STRONG};
use crate::cli::print;

/// How many of a certificate's names are shown.
const NAMES: usize = 6;

/// Text is broken before this column.
const WIDTH: usize = 96;

/// Prints a test as it goes on.
pub(super) struct Screen {
    paint: Paint,
    /// Standard output is a terminal: the stage under way is shown, too.
    live: bool,
    /// Nothing but the outcome is wanted.
    silent: bool,
}

impl Screen {
    pub(super) fn new(silent: bool) -> Self {
        let live = io::stdout().is_terminal();
        // https://no-color.org
        let colors = live && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { paint: Paint { colors }, live, silent }
    }

    pub(super) fn title(&self, url: &BrokerUrl) -> anyhow::Result<()> {
        if self.silent { Ok(()) } else { print(&format!("{}\n\n", self.paint.with(STRONG, url))) }
    }

    /// Called while the broker is dialled. A closed pipe does not stop the test.
    pub(super) fn show(&mut self, event: &ProbeEvent) {
        let line = match event {
            _ if self.silent => return,
            ProbeEvent::Started(stage) if self.live => under_way(*stage),
            ProbeEvent::Started(_) => return,
            ProbeEvent::Ended(stage) => self.ended(stage),
        };
        let _ = print(&line);
        let _ = io::stdout().flush();
    }

    fn ended(&self, ended: &ProbeStage) -> String {
        let ProbeStage { stage, ok, elapsed, detail } = ended;
        let (mark, style) = if *ok { ("✓", GOOD) } else { ("✗", BAD) };
        let millis = format!("{:>8.1} ms", elapsed.as_secs_f64() * 1_000.0);
        // The failure is reported in full below; this line is short.
        let detail = detail.as_deref().unwrap_or_default();
        let detail = if *ok { detail.to_owned() } else { wrapped(detail, 29) };
        let begin = if self.live { "\r\x1b[K" } else { "" };
        let line = format!(
            "{begin}  {} {:<10}{}  {detail}",
            self.paint.with(style, mark),
            stage.as_str(),
            self.paint.with(FAINT, millis)
        );
        format!("{}\n", line.trim_end())
    }

    /// What it all means, and what to do.
    pub(super) fn conclude(&self, report: &ProbeReport, advice: &[Advice]) -> anyhow::Result<()> {
        let mut text = String::from("\n");
        self.certificates(&mut text, &report.peer_chain);
        match &report.failure {
            None => {
                let message = match report.roundtrip {
                    Some(_) => "The broker accepts the connection and delivers messages.",
                    None => "The broker accepts the connection.",
                };
                line(&mut text, &self.paint.with(GOOD, message));
            }
            Some(failure) => {
                let code = self.paint.with(BAD, &failure.code);
                line(&mut text, &format!("Failed at {}: {code}", failure.stage));
            }
        }
        if !advice.is_empty() {
            let title = if report.failure.is_some() { "What to try" } else { "Could be better" };
            line(&mut text, &format!("\n{}", self.paint.with(STRONG, title)));
        }
        for sentence in advice {
            line(
                &mut text,
                &format!("  - {}", self.paint.commands(&wrapped(&sentence.to_string(), 4))),
            );
        }
        print(&text)
    }

    fn certificates(&self, text: &mut String, chain: &[CertificateFacts]) {
        if chain.is_empty() {
            return;
        }
        line(text, &self.paint.with(STRONG, "The broker presented"));
        for (number, certificate) in chain.iter().enumerate() {
            let CertificateFacts {
                subject,
                issuer,
                names,
                not_before,
                not_after,
                sha256_fingerprint,
                pem: _,
            } = certificate;
            let day = |at: &Option<_>| at.map_or_else(|| "?".to_owned(), tls::day);
            let mut shown =
                names.iter().take(NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
            if names.len() > NAMES {
                shown.push_str(", …");
            }
            line(text, &format!("  {} {subject}", number + 1));
            for (what, value) in [
                ("issuer", if issuer == subject { "itself" } else { issuer }),
                ("names", &shown),
                ("valid", &format!("{} to {}", day(not_before), day(not_after))),
                ("SHA-256", sha256_fingerprint),
            ] {
                if !value.is_empty() {
                    line(
                        text,
                        &format!("    {} {value}", self.paint.with(FAINT, format!("{what:<8}"))),
                    );
                }
            }
        }
        text.push('\n');
    }
}

fn under_way(stage: Stage) -> String {
    format!("  … {stage}")
}

fn line(text: &mut String, line: &str) {
    // Writing into a String can't fail.
    let _ = writeln!(text, "{line}");
}

/// Breaks a long text between words; further lines begin in column `indent`. Never inside a word or a
/// command in backticks, so that both can be copied.
fn wrapped(text: &str, indent: usize) -> String {
    let mut result = String::new();
    let mut column = indent;
    for word in words(text) {
        let width = word.chars().count();
        if column > indent && column + 1 + width > WIDTH {
            let _ = write!(result, "\n{:indent$}", "");
            column = indent;
        } else if column > indent {
            result.push(' ');
            column += 1;
        }
        result.push_str(&word);
        column += width;
    }
    result
}

/// The words of a text; a command in backticks is one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_command = false;
    for piece in text.split(' ') {
        match words.last_mut() {
            Some(command) if in_command => {
                command.push(' ');
                command.push_str(piece);
            }
            _ => words.push(piece.to_owned()),
        }
        in_command ^= piece.matches('`').count() % 2 == 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_broken_between_words_only() {
        let word = "x".repeat(60);
        assert_eq!(wrapped(&format!("{word} {word} end"), 4), format!("{word}\n    {word} end"));
        let endless = "y".repeat(200);
        assert_eq!(wrapped(&endless, 4), endless);
        assert_eq!(wrapped("a b", 4), "a b");
        let command = format!("`run {} now`", "z".repeat(80));
        assert_eq!(wrapped(&format!("do this {command}."), 4), format!("do this\n    {command}."));
    }

    #[test]
    fn nothing_is_painted_without_a_terminal() {
        let screen = Screen { paint: Paint { colors: false }, live: false, silent: false };
        let ended = ProbeStage {
            stage: Stage::Tcp,
            ok: true,
            elapsed: std::time::Duration::from_micros(1_234),
            detail: Some("127.0.0.1:1883".to_owned()),
        };
        assert_eq!(screen.paint.commands("try `this`"), "try `this`");
        let painted = Paint { colors: true }.commands("try `this` or `that`");
        assert_eq!(painted, "try \x1b[1mthis\x1b[0m or \x1b[1mthat\x1b[0m");
        assert_eq!(screen.ended(&ended), "  ✓ tcp            1.2 ms  127.0.0.1:1883\n");
        let failed = ProbeStage { ok: false, detail: None, ..ended };
        assert_eq!(screen.ended(&failed), "  ✗ tcp            1.2 ms\n");
    }
}
