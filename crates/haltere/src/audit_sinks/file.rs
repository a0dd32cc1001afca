//! The audit trail as NDJSON in a file.
//!
//! A batch counts as delivered once it is on disk (`fdatasync`). What was written of a batch that failed is removed
//! before it comes again, so no line is torn or repeated. A file that would become too large is renamed to `.1`, the one
//! that has this name to `.2`, and so on.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::Context as _;
use haltere_api::audit_files;
use haltere_app::audit_sinks::{AuditSink, SinkAttempt};
use haltere_app::audit_trail::NumberedEntry;
use tokio::sync::{Mutex, oneshot};

use crate::{atomic_file, plain_file};

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
pub(super) struct FileSink {
    /// As one path for one file, whatever the working directory.
    target: String,
    /// Locked by the thread that writes. A write that hangs, such as on a file server that is gone, can't be ended: it
    /// keeps its thread, and later attempts wait for it without one.
    writer: Arc<Mutex<FileWriter>>,
}

/// A line, and the sequence number of its entry.
type Line = (i64, String);

#[derive(Debug)]
struct FileWriter {
    settings: FileSettings,
    /// `None` before the first attempt, and after a failed one.
    open: Option<OpenFile>,
    /// Where the good lines end in the file that could not be written.
    failed: Option<(FileId, u64)>,
    /// The last entry that is on disk. It comes again if its attempt was given up before it ended.
    written: i64,
}

/// Device and inode.
type FileId = (u64, u64);

#[derive(Debug)]
struct OpenFile {
    file: File,
    id: FileId,
    length: u64,
}

/// Lines that are written together.
#[derive(Debug, Default)]
struct Batch {
    bytes: Vec<u8>,
    /// The last entry.
    last: i64,
}

impl FileSink {
    pub(super) fn new(settings: FileSettings) -> Self {
        let path = path::absolute(&settings.path).unwrap_or_else(|_| settings.path.clone());
        let target = path.display().to_string();
        Self { target, writer: Arc::new(Mutex::new(FileWriter::new(settings))) }
    }

    /// Appends `lines` in a thread of its own, which goes on although the future may be dropped. The runtime does not wait
    /// for it when haltere ends.
    fn append(&self, lines: Vec<Line>) -> SinkAttempt<'_> {
        Box::pin(async move {
            let mut writer = Arc::clone(&self.writer).lock_owned().await;
            let (ended, outcome) = oneshot::channel();
            let write = move || {
                let outcome = writer.append(&lines);
                drop(writer);
                // Not awaited any more if the attempt was given up.
                let _ = ended.send(outcome);
            };
            thread::Builder::new().name("audit-file".to_owned()).spawn(write)?;
            Ok(outcome.await??)
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

    fn target(&self) -> String {
        self.target.clone()
    }

    fn open(&self) -> SinkAttempt<'_> {
        self.append(Vec::new())
    }

    fn deliver<'a>(&'a self, entries: &'a [NumberedEntry]) -> SinkAttempt<'a> {
        let line = |entry: &NumberedEntry| (entry.sequence, audit_files::line_of(entry));
        self.append(entries.iter().map(line).collect())
    }
}

impl FileWriter {
    fn new(settings: FileSettings) -> Self {
        Self { settings, open: None, failed: None, written: 0 }
    }

    fn append(&mut self, lines: &[Line]) -> anyhow::Result<()> {
        // Left empty by a failure.
        let mut current = match self.open.take() {
            Some(current) if current.is_unchanged_at(&self.settings.path) => current,
            Some(_) => {
                let path = self.settings.path.display();
                tracing::warn!(%path, "another program has renamed, removed or changed the audit file");
                self.open_file()?
            }
            None => self.open_file()?,
        };
        let mut batch = Batch::default();
        let written = self.written;
        for (sequence, line) in lines.iter().filter(|(sequence, _)| *sequence > written) {
            let length = current.length + batch.bytes.len() as u64;
            if length > 0 && length + line.len() as u64 > self.settings.max_bytes {
                self.write(&mut current, std::mem::take(&mut batch))?;
                self.rotate()?;
                current = self.open_file()?;
            }
            batch.bytes.extend_from_slice(line.as_bytes());
            batch.last = *sequence;
        }
        self.write(&mut current, batch)?;
        self.open = Some(current);
        Ok(())
    }

    fn write(
        &mut self,
        current: &mut OpenFile,
        Batch { bytes, last }: Batch,
    ) -> anyhow::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let written = current.file.write_all(&bytes).and_then(|()| current.file.sync_data());
        if written.is_err() {
            self.failed = Some((current.id, current.length));
            // At once, for readers of the file. If that fails, too, it is done when the file is opened again.
            let _ = current.file.set_len(current.length);
        }
        written.with_context(|| format!("failed to write {}", self.settings.path.display()))?;
        current.length += bytes.len() as u64;
        self.written = last;
        Ok(())
    }

    /// Opens the file, or makes it, and removes what a failed attempt has left, and a line that is not complete.
    fn open_file(&mut self) -> anyhow::Result<OpenFile> {
        let path = &self.settings.path;
        let failed = self.failed;
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
            let id = id_of(&facts);
            let good = match failed {
                Some((of, end)) if of == id => end.min(facts.len()),
                _ => facts.len(),
            };
            let length = end_of_last_line(&file, good)?;
            if length < facts.len() {
                check_is_line(&file, length)?;
                file.set_len(length)?;
            }
            if length == 0 {
                atomic_file::sync_folder_of(path)?;
            }
            io::Result::Ok(OpenFile { file, id, length })
        };
        let opened = open().with_context(|| format!("failed to open {}", path.display()))?;
        self.failed = None;
        Ok(opened)
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
            atomic_file::sync_folder_of(path)
        };
        rotate().with_context(|| format!("failed to rotate {}", path.display()))
    }
}

impl OpenFile {
    /// Whether the file still has this name and length: other programs may rename, remove, replace or cut it.
    fn is_unchanged_at(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|facts| id_of(&facts) == self.id && facts.len() == self.length)
    }
}

fn id_of(facts: &fs::Metadata) -> FileId {
    (facts.dev(), facts.ino())
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tempfile::TempDir;

    use super::*;

    fn sink(max_bytes: u64, keep: u32) -> (FileWriter, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.ndjson");
        (FileWriter::new(FileSettings { path, max_bytes, keep }), folder)
    }

    fn line(number: usize) -> String {
        format!("{{\"sequence\":{number:04}}}\n")
    }

    /// The first entry has the sequence number 1.
    fn lines(numbers: std::ops::Range<usize>) -> Vec<Line> {
        let sequence = |number: usize| i64::try_from(number).expect("few") + 1;
        numbers.map(|number| (sequence(number), line(number))).collect()
    }

    fn append(sink: &mut FileWriter, numbers: std::ops::Range<usize>) {
        sink.append(&lines(numbers)).expect("written");
    }

    fn all(numbers: std::ops::Range<usize>) -> String {
        numbers.map(line).collect()
    }

    fn read(folder: &TempDir, name: &str) -> String {
        fs::read_to_string(folder.path().join(name)).expect("there")
    }

    #[test]
    fn lines_are_appended_for_this_user_only() {
        let (mut sink, folder) = sink(1 << 20, 3);
        append(&mut sink, 0..0);
        let mode = fs::metadata(&sink.settings.path).expect("made").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        append(&mut sink, 0..3);
        append(&mut sink, 3..5);
        assert_eq!(read(&folder, "audit.ndjson"), all(0..5));
    }

    #[test]
    fn a_large_file_is_rotated_between_lines_and_the_oldest_one_goes() {
        let (mut sink, folder) = sink(2 * line(0).len() as u64, 2);
        append(&mut sink, 0..3);
        assert_eq!(read(&folder, "audit.ndjson"), all(2..3));
        assert_eq!(read(&folder, "audit.ndjson.1"), all(0..2));
        append(&mut sink, 3..9);
        assert_eq!(read(&folder, "audit.ndjson"), all(8..9));
        assert_eq!(read(&folder, "audit.ndjson.1"), all(6..8));
        assert_eq!(read(&folder, "audit.ndjson.2"), all(4..6));
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 3);
    }

    #[test]
    fn a_line_longer_than_the_limit_has_a_file_of_its_own() {
        let (mut sink, folder) = sink(4, 9);
        append(&mut sink, 0..3);
        assert_eq!(read(&folder, "audit.ndjson"), all(2..3));
        assert_eq!(read(&folder, "audit.ndjson.2"), all(0..1));
    }

    #[test]
    fn an_incomplete_line_is_removed_before_it_comes_again() {
        let (mut sink, folder) = sink(1 << 20, 3);
        let half = &line(2)[..5];
        fs::write(&sink.settings.path, all(0..2) + half).expect("written");
        append(&mut sink, 2..4);
        assert_eq!(read(&folder, "audit.ndjson"), all(0..4));

        let long = line(0).trim_end().to_owned() + &"x".repeat(2 * CHUNK + 7);
        for (before, after) in [(all(0..1) + &long, all(0..1)), (long, String::new())] {
            fs::write(&sink.settings.path, before).expect("written");
            sink.open = None;
            append(&mut sink, 0..0);
            assert_eq!(read(&folder, "audit.ndjson"), after);
        }
    }

    #[test]
    fn nothing_is_cut_off_a_file_of_another_program() {
        let (mut sink, folder) = sink(1 << 20, 3);
        for content in ["no line", "a line\nand half of one", &(all(0..1) + "something else")] {
            fs::write(&sink.settings.path, content).expect("written");
            sink.open = None;
            let refused = sink.append(&lines(1..2)).expect_err("another file");
            assert!(
                format!("{refused:#}").contains("not a line of the audit trail"),
                "{refused:#}"
            );
            assert_eq!(read(&folder, "audit.ndjson"), content);
        }
    }

    #[test]
    fn a_file_that_was_renamed_or_removed_is_made_again() {
        let (mut sink, folder) = sink(1 << 20, 3);
        append(&mut sink, 0..1);
        fs::rename(&sink.settings.path, folder.path().join("old")).expect("renamed");
        append(&mut sink, 1..2);
        assert_eq!((read(&folder, "old"), read(&folder, "audit.ndjson")), (all(0..1), all(1..2)));
        fs::remove_file(&sink.settings.path).expect("removed");
        append(&mut sink, 2..3);
        assert_eq!(read(&folder, "audit.ndjson"), all(2..3));
    }

    #[test]
    fn what_is_no_regular_file_or_not_there_is_refused_and_tried_again() {
        let (mut sink, folder) = sink(1 << 20, 3);
        fs::create_dir(&sink.settings.path).expect("made");
        let error = format!("{:#}", sink.append(&lines(0..1)).expect_err("a folder"));
        assert!(error.contains("audit.ndjson: it is a directory"), "{error}");
        fs::remove_dir(&sink.settings.path).expect("removed");
        append(&mut sink, 0..1);
        assert_eq!(read(&folder, "audit.ndjson"), all(0..1));
    }

    #[test]
    fn what_a_failed_attempt_has_left_is_removed_before_it_comes_again() {
        let (mut sink, folder) = sink(1 << 20, 3);
        append(&mut sink, 0..2);
        // As a full disk leaves it: the attempt wrote one line and a half, and could not remove them.
        let end = all(0..2).len() as u64;
        let id = id_of(&fs::metadata(&sink.settings.path).expect("there"));
        sink.open = None;
        sink.failed = Some((id, end));
        let left = all(0..3) + &line(3)[..5];
        fs::write(&sink.settings.path, left).expect("written");
        append(&mut sink, 2..5);
        assert_eq!(read(&folder, "audit.ndjson"), all(0..5));
    }

    #[test]
    fn a_failed_write_leaves_no_line_behind() {
        let (mut sink, folder) = sink(1 << 20, 3);
        append(&mut sink, 0..2);
        // It can't be written through this one.
        let open = sink.open.as_mut().expect("open");
        open.file = File::open(&sink.settings.path).expect("there");
        let refused = format!("{:#}", sink.append(&lines(2..4)).expect_err("only for reading"));
        assert!(refused.starts_with("failed to write "), "{refused}");
        append(&mut sink, 2..5);
        assert_eq!(read(&folder, "audit.ndjson"), all(0..5));
    }

    #[test]
    fn what_is_on_disk_already_is_not_repeated() {
        let (mut sink, folder) = sink(2 * line(0).len() as u64, 9);
        append(&mut sink, 0..3);
        // Its attempt was given up after the deadline, and ended later.
        append(&mut sink, 0..5);
        let files = [".2", ".1", ""].map(|end| read(&folder, &format!("audit.ndjson{end}")));
        assert_eq!(files.concat(), all(0..5));
    }

    #[test]
    fn a_file_that_was_cut_or_replaced_is_continued_where_it_ends() {
        let (mut sink, folder) = sink(3 * line(0).len() as u64, 3);
        append(&mut sink, 0..2);
        File::create(&sink.settings.path).expect("cut, as copytruncate does");
        append(&mut sink, 2..5);
        assert_eq!(read(&folder, "audit.ndjson"), all(2..5), "its length counts from the cut");
        fs::write(&sink.settings.path, line(2) + &line(3)[..5]).expect("cut within a line");
        append(&mut sink, 5..6);
        assert_eq!(read(&folder, "audit.ndjson"), line(2) + &line(5));
        fs::write(folder.path().join("other"), line(7)).expect("written");
        fs::rename(folder.path().join("other"), &sink.settings.path).expect("replaced");
        append(&mut sink, 8..9);
        assert_eq!(read(&folder, "audit.ndjson"), line(7) + &line(8));
    }

    #[tokio::test]
    async fn a_write_that_hangs_holds_one_thread_and_is_waited_for() {
        let (writer, folder) = sink(1 << 20, 3);
        let sink = FileSink::new(writer.settings);
        let hanging = Arc::clone(&sink.writer).lock_owned().await;
        let given_up = futures_util::FutureExt::now_or_never(sink.append(lines(0..1)));
        assert!(given_up.is_none(), "it waits");
        drop(hanging);
        sink.append(lines(0..1)).await.expect("written");
        assert_eq!(read(&folder, "audit.ndjson"), all(0..1));
        assert!(Path::new(&sink.target()).is_absolute(), "{}", sink.target());
    }
}
