//! An entry of the audit trail as a syslog message (RFC 5424).
//!
//! The structured data has the fields that receivers select by; the message is the same JSON as a line of the export.

use std::fmt::{self, Write as _};

use haltere_api::audit_files;
use haltere_app::audit_trail::NumberedEntry;
use haltere_core::{AuditEntry, AuditOutcome, AuditRepeats, text};

/// RFC 5424, 6.2.1: normal but significant.
const NOTICE: u8 = 5;
const WARNING: u8 = 4;
/// The number after the `@` is the one that RFC 5612 reserves for examples: haltere has none of its own.
const ELEMENT: &str = "haltere@32473";
/// RFC 5424, 6.2.4.
const MAX_HOSTNAME: usize = 255;

/// What is the same in all messages.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    facility: u8,
    hostname: String,
    process: u32,
}

impl Header {
    /// With the name of this machine, or `-` if that can't be in a message.
    pub(crate) fn new(facility: u8, hostname: &str, process: u32) -> Self {
        let hostname = hostname.trim();
        let is_valid = (1..=MAX_HOSTNAME).contains(&hostname.len())
            && hostname.bytes().all(|byte| byte.is_ascii_graphic());
        let hostname = if is_valid { hostname } else { "-" }.to_owned();
        Self { facility, hostname, process }
    }

    /// The message about an entry.
    pub(super) fn message(&self, numbered: &NumberedEntry) -> String {
        let NumberedEntry { sequence, entry, link } = numbered;
        let AuditEntry {
            at,
            actor,
            address,
            request_id,
            action,
            object,
            outcome,
            detail,
            // Only in the JSON: there may be many.
            changes: _,
            repeats,
        } = entry;
        let severity = match outcome {
            AuditOutcome::Success => NOTICE,
            AuditOutcome::Denied => WARNING,
        };
        let priority = u16::from(self.facility) * 8 + u16::from(severity);
        let Self { hostname, process, .. } = self;
        let action = action.as_str();
        let mut message =
            format!("<{priority}>1 {at} {hostname} haltere {process} {action} [{ELEMENT}");
        let mut parameter = |name: &str, value: &dyn fmt::Display| {
            let _ = write!(message, " {name}=\"{}\"", escaped(&value.to_string()));
        };
        parameter("sequence", sequence);
        parameter("actor", actor);
        if let Some(address) = address {
            parameter("address", address);
        }
        parameter("requestId", request_id);
        parameter("action", &action);
        parameter("objectKind", &entry.action.object_kind().as_str());
        if !object.is_empty() {
            parameter("object", object);
        }
        parameter("outcome", &outcome.as_str());
        if !detail.is_empty() {
            parameter("detail", detail);
        }
        if let Some(AuditRepeats { times, since }) = repeats {
            parameter("times", times);
            parameter("since", since);
        }
        if let Some(link) = link {
            parameter("writer", &link.writer);
            parameter("position", &link.position);
            parameter("hash", &link.hash);
        }
        message.push_str("] ");
        message.push_str(audit_files::line_of(numbered).trim_end());
        message
    }
}

/// The value of a parameter (RFC 5424, 6.3.3), without characters that could look like the end of a message, or like
/// another message, to a receiver or on a terminal.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '"' | '\\' | ']' => escaped.extend(['\\', character]),
            _ if character.is_control() || text::misleads(character) => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use haltere_app::audit_trail::{ChainHash, ChainLink};
    use haltere_core::{AuditAction, AuditChanges, Timestamp};

    use super::*;

    fn entry(actor: &str) -> NumberedEntry {
        NumberedEntry {
            sequence: 7,
            entry: AuditEntry {
                at: Timestamp::from_millisecond(1_795_412_400_001).expect("a time"),
                actor: actor.to_owned(),
                address: Some([10, 0, 0, 5].into()),
                request_id: "r-1".to_owned(),
                action: AuditAction::ConnectionUpdate,
                object: "press-4".to_owned(),
                outcome: AuditOutcome::Success,
                detail: "url".to_owned(),
                changes: AuditChanges::none(),
                repeats: None,
            },
            link: Some(ChainLink {
                writer: "4f1d".to_owned(),
                position: 3,
                hash: ChainHash([0xab; 32]),
                names: Vec::new(),
            }),
        }
    }

    #[test]
    fn a_message_has_a_header_structured_data_and_the_line_of_the_export() {
        let entry = entry("ada");
        let message = Header::new(13, "mc1.example\n", 4_711).message(&entry);
        let (head, json) = message.split_once("] ").expect("two parts");
        let hash = "ab".repeat(32);
        assert_eq!(
            head,
            format!(
                "<109>1 2026-11-23T05:40:00.001Z mc1.example haltere 4711 connection.update \
                 [haltere@32473 sequence=\"7\" actor=\"ada\" address=\"10.0.0.5\" requestId=\"r-1\" \
                 action=\"connection.update\" objectKind=\"connection\" object=\"press-4\" \
                 outcome=\"success\" detail=\"url\" writer=\"4f1d\" position=\"3\" hash=\"{hash}\""
            )
        );
        assert_eq!(format!("{json}\n"), audit_files::line_of(&entry));
    }

    #[test]
    fn hostile_fields_stay_in_their_place() {
        let hostile = "a\"b]c\\d\n<0>1 - forged\u{1b}[2J\u{202e}\0é";
        let message = Header::new(13, "h", 1).message(&entry(hostile));
        let expected = "actor=\"a\\\"b\\]c\\\\d\u{fffd}<0>1 - forged\u{fffd}[2J\u{fffd}\u{fffd}é\"";
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains(text::misleads), "{message:?}");
        assert!(message.contains(r"forged\u001b[2J\u202e\u0000é"), "in the JSON: {message}");
    }

    #[test]
    fn a_refusal_is_a_warning_and_a_strange_host_name_is_left_out() {
        let mut entry = entry("ada");
        entry.entry.outcome = AuditOutcome::Denied;
        for hostname in ["", "two words", "müller", &"x".repeat(256)] {
            let message = Header::new(4, hostname, 1).message(&entry);
            assert!(
                message.starts_with("<36>1 2026-11-23T05:40:00.001Z - haltere 1 "),
                "{message}"
            );
        }
    }
}
