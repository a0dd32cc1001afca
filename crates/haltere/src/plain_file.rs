//! Reads small files that others provide: regular ones only, and only up to a bound.
//!
//! A named pipe would keep a start waiting for ever, a device may never end, and opening one can do things by
//! itself. So they are refused by name, before they are opened.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

/// All of the file at `path`, which has at most `max` bytes. Links are followed: that is how Kubernetes and
/// certbot exchange files.
pub(crate) fn read(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let (file, length) = open(path)?;
    if length > max {
        return Err(too_large(max));
    }
    // As large as it will get: a buffer that grows leaves copies of secrets behind.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
    file.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max { Err(too_large(max)) } else { Ok(bytes) }
}

/// The file at `path`, opened, and its length.
pub(crate) fn open(path: &Path) -> io::Result<(File, u64)> {
    check(&fs::metadata(path)?)?;
    // It may have been exchanged since: the opening must not wait, and what was opened is looked at once more.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let facts = file.metadata()?;
    check(&facts)?;
    Ok((file, facts.len()))
}

/// The file or named pipe at `path`, opened, for a command that a user waits for: like `cat`, it waits for a
/// writer.
pub(crate) fn open_or_wait(path: &Path) -> io::Result<(File, u64)> {
    let is_pipe = |facts: &Metadata| facts.file_type().is_fifo();
    if !is_pipe(&fs::metadata(path)?) {
        return open(path);
    }
    let file = File::open(path)?;
    let facts = file.metadata()?;
    // It may have been exchanged since.
    if !is_pipe(&facts) {
        check(&facts)?;
    }
    Ok((file, facts.len()))
}

/// What [`read`] gives, as text.
pub(crate) fn read_text(path: &Path, max: u64) -> io::Result<String> {
    text(read(path, max)?)
}

/// Bytes as text in UTF-8, without the byte order mark that some editors put before it.
pub(crate) fn text(mut bytes: Vec<u8>) -> io::Result<String> {
    let no_text = |why| io::Error::new(io::ErrorKind::InvalidData, why);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
        return Err(no_text("it is UTF-16, or no text; save it as UTF-8"));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|_| no_text("it is not UTF-8 text"))
}

/// Refuses what is no regular file.
pub(crate) fn check(facts: &Metadata) -> io::Result<()> {
    let kind = facts.file_type();
    if kind.is_file() {
        return Ok(());
    }
    let why = format!("it is {}, not a regular file", name(kind));
    Err(io::Error::new(io::ErrorKind::InvalidInput, why))
}

fn name(kind: FileType) -> &'static str {
    if kind.is_fifo() {
        "a named pipe (FIFO)"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else if kind.is_dir() {
        "a directory"
    } else if kind.is_symlink() {
        "a symbolic link"
    } else {
        "a special file"
    }
}

fn too_large(max: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {max} bytes"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn a_command_waits_for_the_writer_of_a_pipe() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).expect("made");
        let writer = std::thread::spawn({
            let path = path.clone();
            move || fs::write(path, "content")
        });
        let (mut file, _) = open_or_wait(&path).expect("opened");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("read");
        assert_eq!(text, "content");
        writer.join().expect("ended").expect("written");
        open_or_wait(root.path()).expect_err("a folder");
    }

    #[test]
    fn only_regular_files_within_the_bound_are_read() {
        let root = tempfile::tempdir().expect("a folder");
        let path = |name: &str| root.path().join(name);
        let refusal = |name: &str| read(&path(name), 4).expect_err("refused").to_string();
        fs::write(path("fits"), "four").expect("written");
        assert_eq!(read_text(&path("fits"), 4).expect("read"), "four");
        std::os::unix::fs::symlink("fits", path("link")).expect("made");
        assert_eq!(read_text(&path("link"), 4).expect("followed"), "four");

        fs::write(path("huge"), "fives").expect("written");
        assert!(refusal("huge").contains("larger than 4 bytes"), "{}", refusal("huge"));
        rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe"), rustix::fs::Mode::RUSR).expect("made");
        assert!(refusal("pipe").contains("named pipe"), "{}", refusal("pipe"));
        let _listener = UnixListener::bind(path("socket")).expect("bound");
        assert!(refusal("socket").contains("a socket"), "{}", refusal("socket"));
        fs::create_dir(path("dir")).expect("made");
        assert!(refusal("dir").contains("a directory"), "{}", refusal("dir"));
        let device = read(Path::new("/dev/zero"), 4).expect_err("refused").to_string();
        assert!(device.contains("a device"), "{device}");
        fs::write(path("latin1"), [0xe9]).expect("written");
        read_text(&path("latin1"), 4).expect_err("no text");
        fs::write(path("marked"), "\u{feff}x").expect("written");
        assert_eq!(read_text(&path("marked"), 4).expect("read"), "x");
        for utf16 in [b"\xff\xfex\0", b"\xfe\xff\0x", b"x\0y\0"] {
            fs::write(path("utf16"), utf16).expect("written");
            let refusal = read_text(&path("utf16"), 4).expect_err("UTF-16").to_string();
            assert!(refusal.contains("UTF-16"), "{refusal}");
        }
    }
}
