//! Files that are there whole or not at all, and still there after a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::Path;

/// The user id of root.
const ROOT: u32 = 0;

/// Writes a file that only its owner can read, in the place of an earlier one if there is one.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension("new");
    // Left over from a time that was cut short.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    give_to_owner_of(folder_of(path), &file)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    rename(&draft, path)
}

/// Gives a file its name, in the place of an earlier one if there is one.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    File::open(folder_of(to))?.sync_all()
}

/// What root makes in another user's folder is made for that user: a server that can't read its own
/// files would not start again.
pub(crate) fn give_to_owner_of(folder: &Path, file: &File) -> io::Result<()> {
    let owner = fs::metadata(folder)?;
    if file.metadata()?.uid() == ROOT && owner.uid() != ROOT {
        fchown(file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}

/// The folder a path is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
