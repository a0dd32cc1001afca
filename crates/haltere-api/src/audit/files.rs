//! Exports of the audit trail and checkpoints as files, for the command line.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haltere_app::audit_trail::{
    ChainHash, ChainHead, ChainName, ChainedEntry, Checkpoint, NumberedEntry, names_to_text,
};
use haltere_core::{
    AuditAction, AuditChange, AuditChanges, ChangedValues, Timestamp, Withheld, text,
};
use serde::{Deserialize, Serialize};

use super::entry::AuditEntryView;

const FORMAT: &str = "haltere-audit-checkpoint";
const FORMAT_VERSION: u32 = 1;

/// A file that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not JSON, or a field is missing or of the wrong type.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A field has no valid value.
    #[error("{0}: is invalid")]
    Field(&'static str),
}

/// An entry as a line of an export.
pub fn line_of(entry: &NumberedEntry) -> String {
    let json = serde_json::to_string(&AuditEntryView::from(entry))
        .expect("wire types have string keys and finite numbers");
    let mut line = harmless_json(json);
    line.push('\n');
    line
}

/// JSON with an escape (`\u202e`) for each character that would turn the direction of text or control a terminal. Such
/// characters are only in strings: JSON without spaces has none of its own.
pub fn harmless_json(json: String) -> String {
    if !json.contains(text::misleads) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if text::misleads(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing into a String can't fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// An entry as it is read from an export. Unknown fields are ignored: they are not part of the chain, and later
/// versions may have more.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'l> {
    sequence: i64,
    timestamp: i64,
    #[serde(borrow)]
    actor: Cow<'l, str>,
    #[serde(borrow)]
    address: Option<Cow<'l, str>>,
    #[serde(borrow)]
    request_id: Cow<'l, str>,
    #[serde(borrow)]
    action: Cow<'l, str>,
    #[serde(borrow)]
    object_kind: Option<Cow<'l, str>>,
    #[serde(borrow, default)]
    object: Cow<'l, str>,
    #[serde(borrow)]
    outcome: Cow<'l, str>,
    #[serde(borrow, default)]
    detail: Cow<'l, str>,
    times: Option<i64>,
    since: Option<i64>,
    #[serde(default)]
    changes: Vec<RecordedChange>,
    chain: Option<Chain>,
}

#[derive(Debug, Deserialize)]
struct RecordedChange {
    field: String,
    before: Option<String>,
    after: Option<String>,
    withheld: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Chain {
    writer: String,
    position: i64,
    hash: String,
    #[serde(default)]
    names: Vec<Name>,
}

#[derive(Debug, Deserialize)]
struct Name {
    kind: String,
    #[serde(flatten)]
    head: Head,
}

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    writer: String,
    position: i64,
    hash: String,
}

impl From<&ChainHead> for Head {
    fn from(ChainHead { writer, position, hash }: &ChainHead) -> Self {
        Self { writer: writer.clone(), position: *position, hash: hash.to_string() }
    }
}

impl TryFrom<Head> for ChainHead {
    type Error = FileError;

    fn try_from(Head { writer, position, hash }: Head) -> Result<Self, FileError> {
        let hash = ChainHash::parse(&hash).ok_or(FileError::Field("hash"))?;
        Ok(Self { writer, position, hash })
    }
}

/// Reads a line of an export.
pub fn read_line(line: &str) -> Result<ChainedEntry<'_>, FileError> {
    let line: Line<'_> = serde_json::from_str(line)?;
    // It is not part of the chain, but the action is. Later versions may have other actions.
    if let (Some(kind), Some(action)) = (&line.object_kind, AuditAction::parse(&line.action))
        && kind != action.object_kind().as_str()
    {
        return Err(FileError::Field("objectKind"));
    }
    let changes = line.changes.into_iter().map(change).collect::<Result<AuditChanges, _>>()?;
    let (mut writer, mut position, mut hash, mut names) = (String::new(), 0, None, None);
    if let Some(chain) = line.chain {
        (writer, position) = (chain.writer, chain.position);
        hash = Some(ChainHash::parse(&chain.hash).ok_or(FileError::Field("chain.hash"))?);
        let links = chain.names.into_iter().map(name).collect::<Result<Vec<_>, _>>()?;
        names = names_to_text(&links);
    }
    Ok(ChainedEntry {
        sequence: line.sequence,
        writer: Cow::Owned(writer),
        position,
        hash,
        at: line.timestamp,
        actor: line.actor,
        address: line.address,
        request_id: line.request_id,
        action: line.action,
        object: line.object,
        outcome: line.outcome,
        detail: line.detail,
        times: line.times.unwrap_or(1),
        since: line.since,
        changes: (!changes.is_empty()).then(|| Cow::Owned(changes.to_string())),
        names: names.map(Cow::Owned),
    })
}

fn change(change: RecordedChange) -> Result<AuditChange, FileError> {
    let RecordedChange { field, before, after, withheld } = change;
    let values = match withheld {
        None => ChangedValues::Shown { before, after },
        Some(name) => {
            let withheld = Withheld::ALL.into_iter().find(|it| it.as_str() == name);
            ChangedValues::Withheld(withheld.ok_or(FileError::Field("changes.withheld"))?)
        }
    };
    Ok(AuditChange { field, values })
}

fn name(Name { kind, head }: Name) -> Result<ChainName, FileError> {
    let head = head.try_into()?;
    match &*kind {
        "newest" => Ok(ChainName::Newest(head)),
        "removed" => Ok(ChainName::Removed(head)),
        _ => Err(FileError::Field("chain.names.kind")),
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireCheckpoint {
    format: String,
    format_version: u32,
    timestamp: i64,
    heads: Vec<Head>,
    public_key: String,
    signature: String,
}

/// A checkpoint as JSON.
pub fn write_checkpoint(checkpoint: &Checkpoint) -> String {
    let Checkpoint { at, heads, public_key, signature } = checkpoint;
    let wire = WireCheckpoint {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        timestamp: at.as_millisecond(),
        heads: heads.iter().map(Head::from).collect(),
        public_key: public_key_text(public_key),
        signature: STANDARD.encode(signature),
    };
    let text = serde_json::to_string_pretty(&wire);
    text.expect("wire types have string keys and finite numbers") + "\n"
}

/// Reads what [`write_checkpoint`] wrote.
pub fn read_checkpoint(text: &str) -> Result<Checkpoint, FileError> {
    let wire: WireCheckpoint = serde_json::from_str(text)?;
    if wire.format != FORMAT {
        return Err(FileError::Field("format"));
    }
    if wire.format_version != FORMAT_VERSION {
        return Err(FileError::Field("formatVersion"));
    }
    let at = Timestamp::from_millisecond(wire.timestamp);
    let signature = STANDARD.decode(wire.signature).ok().and_then(|it| it.try_into().ok());
    Ok(Checkpoint {
        at: at.map_err(|_| FileError::Field("timestamp"))?,
        heads: wire.heads.into_iter().map(Head::try_into).collect::<Result<_, _>>()?,
        public_key: parse_public_key(&wire.public_key).ok_or(FileError::Field("publicKey"))?,
        signature: signature.ok_or(FileError::Field("signature"))?,
    })
}

/// A public key as text: base64.
pub fn public_key_text(key: &[u8; 32]) -> String {
    STANDARD.encode(key)
}

/// Reads what [`public_key_text`] wrote.
pub fn parse_public_key(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use haltere_app::audit_trail::ChainVerifier;
    use haltere_core::{AuditEntry, AuditOutcome, Role};
    use serde_json::json;

    use super::*;
    use crate::test_support::{TestApi, closed_port, connection};

    #[tokio::test]
    async fn an_export_can_be_verified_from_the_first_to_the_last_line() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = closed_port();
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "ü \\ =!", "password": "hunter2"});
        body["labels"] = json!({"site": "graz"});
        assert_eq!(admin.post("/api/connections", body).await.status, 202);
        let patch =
            json!({"credentials": {"password": "hunter3"}, "labels": {"site": null, "line": ""}});
        assert_eq!(admin.patch("/api/connections/a", patch).await.status, 200);
        api.role(Role::Viewer).await.delete("/api/connections/a").await;
        let export = admin.get("/api/audit?format=ndjson").await.text;
        assert!(!export.contains("hunter"), "{export}");
        let verify = |lines: &[&str]| {
            let mut verifier = ChainVerifier::new();
            for line in lines.iter().rev() {
                verifier.entry(&read_line(line).expect("an entry"));
            }
            verifier.finish(None)
        };
        let lines: Vec<_> = export.lines().collect();
        let report = verify(&lines);
        assert_eq!((report.violations, report.entries), (vec![], lines.len() as u64));
        for (what, with) in
            [("graz", "linz"), ("\"changed\"", "\"set\""), ("\"denied\"", "\"success\"")]
        {
            let changed = export.replacen(what, with, 1);
            assert_ne!(changed, export);
            assert_eq!(verify(&changed.lines().collect::<Vec<_>>()).violation_count, 1, "{what}");
        }
    }

    /// It is not hashed, but follows from the action, which is.
    #[test]
    fn an_object_kind_that_is_not_the_actions_is_refused() {
        let line = |action: &str, kind: &str| {
            json!({
                "sequence": 1, "timestamp": 0, "actor": "a", "requestId": "", "action": action, "objectKind": kind,
                "outcome": "success",
            })
            .to_string()
        };
        for (action, kind) in
            [("user.delete", "user"), ("group.delete", "group"), ("later.action", "later kind")]
        {
            assert_eq!(read_line(&line(action, kind)).expect("an entry").action, action);
        }
        for kind in ["group", "nonsense", ""] {
            let error = read_line(&line("user.delete", kind)).expect_err(kind);
            assert_eq!(error.to_string(), "objectKind: is invalid");
        }
    }

    #[test]
    fn misleading_characters_are_escaped_and_read_back() {
        const HOSTILE: &str =
            "a\u{202e}b\u{9b}2Jc\u{7f}d\u{2066}e\u{e0041}f\u{feff}\"\\é👩\u{200d}🔧";
        let entry = NumberedEntry {
            sequence: 7,
            entry: AuditEntry {
                at: Timestamp::UNIX_EPOCH,
                actor: HOSTILE.to_owned(),
                address: None,
                request_id: "r".to_owned(),
                action: AuditAction::SessionLogin,
                object: String::new(),
                outcome: AuditOutcome::Denied,
                detail: String::new(),
                changes: AuditChanges::none(),
                repeats: None,
            },
            link: None,
        };
        let line = line_of(&entry);
        let escaped = r#""a\u202eb\u009b2Jc\u007fd\u2066e\udb40\udc41f\ufeff\"\\é"#;
        assert!(line.contains(escaped), "{line}");
        assert!(!line.trim_end().contains(text::misleads), "{line:?}");
        assert_eq!(read_line(&line).expect("an entry").actor, HOSTILE);
    }

    #[test]
    fn a_checkpoint_reads_back() {
        let head = |writer: &str| ChainHead {
            writer: writer.to_owned(),
            position: 7,
            hash: ChainHash([0xab; 32]),
        };
        let checkpoint = Checkpoint {
            at: Timestamp::from_millisecond(1_800_000_000_123).expect("a time"),
            heads: vec![head("a"), head("b")],
            public_key: [1; 32],
            signature: [2; 64],
        };
        let text = write_checkpoint(&checkpoint);
        assert_eq!(read_checkpoint(&text).expect("reads back"), checkpoint);
        let other = text.replace("haltere-audit-checkpoint", "other");
        assert_eq!(read_checkpoint(&other).expect_err("other").to_string(), "format: is invalid");
    }
}
