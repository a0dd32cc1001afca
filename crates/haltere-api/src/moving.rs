//! Files with connections, as they are read and written: for whoever has a file and no server.

use haltere_app::connections::{Export, ImportFile};
use zeroize::Zeroizing;

use crate::{connection_export, connection_import};

pub use connection_import::FileError;

/// The largest file that is read, in bytes: an export of 10,000 connections with usual certificates of
/// their own fits.
pub const MAX_FILE_BYTES: usize = connection_import::MAX_BYTES;

/// Takes a file apart: `config.json` of the management center for Mosquitto, an export of haltere, or a bare
/// list of connections. What is wrong with an entry stands in the entry.
pub fn read(bytes: &[u8]) -> Result<ImportFile, FileError> {
    connection_import::read(bytes)
}

/// The file that [`read`] takes back.
pub fn write(export: &Export) -> Zeroizing<Vec<u8>> {
    connection_export::render(export)
}
