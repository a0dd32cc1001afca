//! The audit trail as NDJSON in a file.
//!
//! A batch counts as delivered once it is on disk (`fdatasync`). After a failure the file is opened again, and what was
//! written of a line that is not complete is removed: the line comes again. A file that would become too large is
//! renamed to `.1`, the one that has this name to `.2`, and so on.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use haltere_api::audit_files;
use haltere_app::audit_sinks::{AuditSink, SinkAttempt};
use haltere_app::audit_trail::NumberedEntry;
use parking_lot::Mutex;
use tokio::task::spawn_blocking;

use crate::plain_file;

/// For haltere's user only.
const MODE: u32 = 0o600;
/// How much is read at a time in search of the last line.
const CHUNK: usize = 64 << 10;

/// Where, and how much.
#[derive(Debug, Clone)]
pub(super) struct FileSettings {
    pub(super) path: PathBuf,
    /// A larger file is rotated.
    pub(super) max_bytes: u64,
    /// How many rotated files are kept.
    pub(super) keep: u32,
}

/// Appends entries to a file.
#[derive(Debug)]
pub(super) struct FileSink(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: FileSettings,
    /// `None` before the first attempt, and after a failed one.
    open: Mutex<Option<OpenFile>>,
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    length: u64,
}

impl FileSink {
    pub(super) fn new(settings: FileSettings) -> Self {
        Self(Arc::new(Shared { settings, open: Mutex::default() }))
    }

    /// Does blocking work. It is completed although the future may be dropped.
    fn attempt(
        &self,
        work: impl FnOnce(&Shared) -> anyhow::Result<()> + Send + 'static,
    ) -> SinkAttempt<'_> {
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            let outcome = spawn_blocking(move || work(&shared)).await;
            outcome?.map_err(Into::into)
        })
    }
}

impl AuditSink for FileSink {
    fn name(&self) -> &'static str {
        "file"
    }

    fn task(&self) -> &'static str {
        "audit-file"
    }

    fn open(&self) -> SinkAttempt<'_> {
        self.attempt(|shared| shared.append(&[]))
    }

    fn deliver<'a>(&'a self, entries: &'a [NumberedEntry]) -> SinkAttempt<'a> {
        let lines: Vec<String> = entries.iter().map(audit_files::line_of).collect();
        self.attempt(move |shared| shared.append(&lines))
    }
}

impl Shared {
    fn append(&self, lines: &[String]) -> anyhow::Result<()> {
        let mut open = self.open.lock();
        // Left empty by a failure.
        let mut current = match open.take() {
            Some(current) if current.is_at(&self.settings.path) => current,
            _ => self.open_file()?,
        };
        let mut batch = Vec::new();
        for line in lines {
            let length = current.length + batch.len() as u64;
            if length > 0 && length + line.len() as u64 > self.settings.max_bytes {
                self.write(&mut current, &batch)?;
                batch.clear();
                self.rotate()?;
                current = self.open_file()?;
            }
            batch.extend_from_slice(line.as_bytes());
        }
        self.write(&mut current, &batch)?;
        *open = Some(current);
        Ok(())
    }

    fn write(&self, current: &mut OpenFile, batch: &[u8]) -> anyhow::Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let written = current.file.write_all(batch).and_then(|()| current.file.sync_data());
        written.with_context(|| format!("failed to write {}", self.settings.path.display()))?;
        current.length += batch.len() as u64;
        Ok(())
    }

    /// Opens the file, or makes it, and removes a line that is not complete.
    fn open_file(&self) -> anyhow::Result<OpenFile> {
        let path = &self.settings.path;
        let open = || {
            match fs::metadata(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                facts => plain_file::check(&facts?)?,
            }
            let file = OpenOptions::new()
                .read(true)
                .append(true)
                .create(true)
                .mode(MODE)
                .custom_flags(libc::O_NONBLOCK)
                .open(path)?;
            let facts = file.metadata()?;
            plain_file::check(&facts)?;
            let length = end_of_last_line(&file, facts.len())?;
            if length < facts.len() {
                check_is_line(&file, length)?;
                file.set_len(length)?;
            }
            if length == 0 {
                sync_folder(path)?;
            }
            io::Result::Ok(OpenFile { file, length })
        };
        open().with_context(|| format!("failed to open {}", path.display()))
    }

    /// Renames the file to `.1`, and each rotated one to the next number. The last one goes.
    fn rotate(&self) -> anyhow::Result<()> {
        let FileSettings { path, keep, .. } = &self.settings;
        let rotate = || {
            if *keep == 0 {
                return if_there(fs::remove_file(path));
            }
            for number in (1..*keep).rev() {
                if_there(fs::rename(numbered(path, number), numbered(path, number + 1)))?;
            }
            if_there(fs::rename(path, numbered(path, 1)))?;
            sync_folder(path)
        };
        rotate().with_context(|| format!("failed to rotate {}", path.display()))
    }
}

impl OpenFile {
    /// Whether the file still has this name: other programs may rename or remove it.
    fn is_at(&self, path: &Path) -> bool {
        let identity = |facts: fs::Metadata| (facts.dev(), facts.ino());
        let open = self.file.metadata().map(identity);
        open.is_ok_and(|open| fs::metadata(path).is_ok_and(|named| identity(named) == open))
    }
}

/// Checks that what begins here is a line of the audit trail: nothing is cut off a file that somebody else has written.
fn check_is_line(file: &File, start: u64) -> io::Result<()> {
    const BEGINNING: &[u8] = br#"{"sequence":"#;
    let mut found = [0; BEGINNING.len()];
    let read = file.read_at(&mut found, start)?;
    let found = &found[..read];
    if BEGINNING.starts_with(found) {
        return Ok(());
    }
    Err(io::Error::other(
        "its end is not a line of the audit trail; haltere changes no file of another program",
    ))
}

/// The length of the complete lines at the beginning of a file.
fn end_of_last_line(file: &File, length: u64) -> io::Result<u64> {
    let mut end = length;
    let mut buffer = vec![0; CHUNK];
    while end > 0 {
        let start = end.saturating_sub(CHUNK as u64);
        let chunk = &mut buffer[..usize::try_from(end - start).unwrap_or(CHUNK)];
        file.read_exact_at(chunk, start)?;
        if let Some(at) = chunk.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// The name of a rotated file.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

fn if_there(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

/// Makes the names in the folder of `path` durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tempfile::TempDir;

    use super::*;

    fn sink(max_bytes: u64, keep: u32) -> (Shared, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.ndjson");
        let settings = FileSettings { path, max_bytes, keep };
        (Shared { settings, open: Mutex::default() }, folder)
    }

    fn line(number: usize) -> String {
        format!("{{\"sequence\":{number:04}}}\n")
    }

    fn append(sink: &Shared, numbers: std::ops::Range<usize>) {
        sink.append(&numbers.map(line).collect::<Vec<_>>()).expect("written");
    }

    fn all(numbers: std::ops::Range<usize>) -> String {
        numbers.map(line).collect()
    }

    fn read(folder: &TempDir, name: &str) -> String {
        fs::read_to_string(folder.path().join(name)).expect("there")
    }

    #[test]
    fn lines_are_appended_for_this_user_only() {
        let (sink, folder) = sink(1 << 20, 3);
        append(&sink, 0..0);
        let mode = fs::metadata(&sink.settings.path).expect("made").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        append(&sink, 0..3);
        append(&sink, 3..5);
        assert_eq!(read(&folder, "audit.ndjson"), all(0..5));
    }

    #[test]
    fn a_large_file_is_rotated_between_lines_and_the_oldest_one_goes() {
        let (sink, folder) = sink(2 * line(0).len() as u64, 2);
        append(&sink, 0..3);
        assert_eq!(read(&folder, "audit.ndjson"), all(2..3));
        assert_eq!(read(&folder, "audit.ndjson.1"), all(0..2));
        append(&sink, 3..9);
        assert_eq!(read(&folder, "audit.ndjson"), all(8..9));
        assert_eq!(read(&folder, "audit.ndjson.1"), all(6..8));
        assert_eq!(read(&folder, "audit.ndjson.2"), all(4..6));
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 3);
    }

    #[test]
    fn a_line_longer_than_the_limit_has_a_file_of_its_own() {
        let (sink, folder) = sink(4, 9);
        append(&sink, 0..3);
        assert_eq!(read(&folder, "audit.ndjson"), all(2..3));
        assert_eq!(read(&folder, "audit.ndjson.2"), all(0..1));
    }

    #[test]
    fn an_incomplete_line_is_removed_before_it_comes_again() {
        let (sink, folder) = sink(1 << 20, 3);
        let half = &line(2)[..5];
        fs::write(&sink.settings.path, all(0..2) + half).expect("written");
        append(&sink, 2..4);
        assert_eq!(read(&folder, "audit.ndjson"), all(0..4));

        let long = line(0).trim_end().to_owned() + &"x".repeat(2 * CHUNK + 7);
        for (before, after) in [(all(0..1) + &long, all(0..1)), (long, String::new())] {
            fs::write(&sink.settings.path, before).expect("written");
            *sink.open.lock() = None;
            append(&sink, 0..0);
            assert_eq!(read(&folder, "audit.ndjson"), after);
        }
    }

    #[test]
    fn nothing_is_cut_off_a_file_of_another_program() {
        let (sink, folder) = sink(1 << 20, 3);
        for content in ["no line", "a line\nand half of one", &(all(0..1) + "something else")] {
            fs::write(&sink.settings.path, content).expect("written");
            *sink.open.lock() = None;
            let refused = sink.append(&[line(1)]).expect_err("another file");
            assert!(
                format!("{refused:#}").contains("not a line of the audit trail"),
                "{refused:#}"
            );
            assert_eq!(read(&folder, "audit.ndjson"), content);
        }
    }

    #[test]
    fn a_file_that_was_renamed_or_removed_is_made_again() {
        let (sink, folder) = sink(1 << 20, 3);
        append(&sink, 0..1);
        fs::rename(&sink.settings.path, folder.path().join("old")).expect("renamed");
        append(&sink, 1..2);
        assert_eq!((read(&folder, "old"), read(&folder, "audit.ndjson")), (all(0..1), all(1..2)));
        fs::remove_file(&sink.settings.path).expect("removed");
        append(&sink, 2..3);
        assert_eq!(read(&folder, "audit.ndjson"), all(2..3));
    }

    #[test]
    fn what_is_no_regular_file_or_not_there_is_refused_and_tried_again() {
        let (sink, folder) = sink(1 << 20, 3);
        fs::create_dir(&sink.settings.path).expect("made");
        let error = format!("{:#}", sink.append(&[line(0)]).expect_err("a folder"));
        assert!(error.contains("audit.ndjson: it is a directory"), "{error}");
        fs::remove_dir(&sink.settings.path).expect("removed");
        append(&sink, 0..1);
        assert_eq!(read(&folder, "audit.ndjson"), all(0..1));
    }
}
