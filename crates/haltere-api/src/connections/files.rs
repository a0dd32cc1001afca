//! Files of connections without a server: the command line imports and exports them.

use haltere_app::Invalid;
use haltere_app::connections::{Export, ImportFile};
use zeroize::Zeroizing;

use super::export::pieces::Pieces;
use super::import::file;

/// The largest file that an import reads, in bytes.
pub const MAX_FILE_BYTES: usize = file::MAX_BYTES;

/// Parses `config.json` of the management center for Mosquitto, an export of haltere, or a bare list of
/// connections. An invalid entry carries its faults.
pub fn read(bytes: &[u8]) -> Result<ImportFile, Invalid> {
    file::read(bytes)
}

/// The file that [`read`] parses, indented.
pub fn write(export: &Export) -> Zeroizing<Vec<u8>> {
    /// About what a connection without certificates takes.
    const EXPORTED_BYTES: usize = 512;
    let mut text =
        Zeroizing::new(Vec::with_capacity(256 + export.connections.len() * EXPORTED_BYTES));
    for piece in Pieces::of(export.clone()) {
        text.extend_from_slice(&piece);
    }
    text
}
