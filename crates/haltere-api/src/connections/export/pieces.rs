//! The file, piece by piece: a reader that takes nothing costs one piece, however many connections there are.

use bytes::Bytes;
use haltere_app::connections::Export;
use zeroize::Zeroizing;

use super::file::{WireExport, exported};
use crate::response_memory::PIECE;

/// Where the connections go.
const EMPTY: &str = "\"connections\": []";

/// The pieces of the file, readable for people as well.
pub(crate) struct Pieces {
    export: Export,
    next: usize,
    head: Option<String>,
    tail: Option<String>,
}

impl Pieces {
    pub(crate) fn of(export: Export) -> Self {
        let frame = serde_json::to_string_pretty(&WireExport::without_connections(&export))
            .expect("wire types have string keys and finite numbers");
        let (before, after) = frame.split_once(EMPTY).expect("it has no connections yet");
        let head = format!("{before}\"connections\": [");
        let end = if export.connections.is_empty() { "]" } else { "\n  ]" };
        let tail = format!("{end}{after}\n");
        Self { export, next: 0, head: Some(head), tail: Some(tail) }
    }

    /// About what a reader makes us hold at most, in bytes.
    pub(super) fn cost(&self) -> usize {
        let Export { secrets, connections, .. } = &self.export;
        let largest = connections.iter().map(|it| it.settings.tls.pem_bytes(*secrets)).max();
        let frame = [&self.head, &self.tail].into_iter().flatten().map(String::len).sum::<usize>();
        let pointers = size_of_val(&**connections);
        PIECE + largest.unwrap_or_default() / 3 * 4 + pointers + frame
    }
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut piece = Zeroizing::new(Vec::new());
        piece.extend_from_slice(self.head.take().unwrap_or_default().as_bytes());
        while piece.len() < PIECE
            && let Some(connection) = self.export.connections.get(self.next)
        {
            piece.extend_from_slice(if self.next == 0 { b"\n    " } else { b",\n    " });
            let text = serde_json::to_vec_pretty(&exported(connection, self.export.secrets))
                .expect("wire types have string keys and finite numbers");
            let text = Zeroizing::new(text);
            // A text in JSON holds no end of a line: those there are begin a line of ours.
            for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
                if at > 0 {
                    piece.extend_from_slice(b"\n    ");
                }
                piece.extend_from_slice(line);
            }
            self.next += 1;
        }
        if self.next == self.export.connections.len() {
            piece.extend_from_slice(self.tail.take().unwrap_or_default().as_bytes());
        }
        (!piece.is_empty()).then(|| Bytes::from_owner(piece))
    }
}
