//! Small disks that fill up and break, inside [`netns::run`]: mounting takes
//! rights that a test has only there.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::netns;

/// What fills a disk.
const BALLAST: &str = "ballast";

/// A file system of its own, mounted over a folder.
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// A file system in memory of so many KiB.
    pub fn in_memory(folder: &Path, kib: u32) -> Self {
        mount(&["-t", "tmpfs", "-o", &format!("size={kib}k"), "haltere-test"], folder);
        Self { folder: folder.to_owned() }
    }

    /// An ext4 in the file `image`, which is made: what [`Disk::abort`] works on. `None` where there
    /// are no loop devices, or not for us: they take root, and not only that of a namespace. Then stderr
    /// says that `test` was skipped, unless `TESTS_REQUIRE_LOOP` is set: it fails.
    pub fn ext4(image: &Path, folder: &Path, test: &str) -> Option<Self> {
        let file = File::create(image).expect("the image can be made");
        file.set_len(32 << 20).expect("the image can be made");
        run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(image)).expect("mkfs.ext4 works");
        let mounted = run(Command::new("mount").args(["-o", "loop"]).arg(image).arg(folder));
        if let Err(why) = mounted {
            let why = format!("no loop devices here, or not for us: {why}");
            netns::skipped(test, &why, "TESTS_REQUIRE_LOOP");
            return None;
        }
        Some(Self { folder: folder.to_owned() })
    }

    /// Fills it. Can be repeated when some has become free.
    pub fn fill(&self) {
        let path = self.folder.join(BALLAST);
        let mut file = File::options().append(true).create(true).open(path).expect("writable");
        // Smaller and smaller, for the last bytes too.
        for size in [64 << 10, 1 << 10, 1] {
            let bytes = vec![0; size];
            loop {
                match file.write(&bytes) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("the disk can't be filled: {error}"),
                }
            }
        }
    }

    /// Gives it back.
    pub fn free(&self) {
        fs::remove_file(self.folder.join(BALLAST)).expect("there is ballast");
    }

    /// Makes it read-only from one moment to the next, as the kernel does when ext4 meets an error.
    /// Only mounting again undoes it.
    pub fn abort(&self) {
        run(Command::new("mount").args(["-o", "remount,abort"]).arg(&self.folder))
            .expect("ext4 can be aborted");
    }

    /// Makes it read-only, where nothing is open for writing.
    pub fn make_read_only(&self) {
        run(Command::new("mount").args(["-o", "remount,ro"]).arg(&self.folder))
            .expect("the disk can be made read-only");
    }

    /// Takes it away. What is under it is seen again.
    pub fn unmount(self) {
        run(Command::new("umount").arg(&self.folder)).expect("the disk can be unmounted");
    }

    /// Mounts an image that is there already, which repairs it.
    pub fn mount_again(image: &Path, folder: &Path) -> Self {
        run(Command::new("mount").args(["-o", "loop"]).arg(image).arg(folder))
            .expect("the image can be mounted");
        Self { folder: folder.to_owned() }
    }
}

fn mount(arguments: &[&str], folder: &Path) {
    run(Command::new("mount").args(arguments).arg(folder)).expect("a disk can be mounted");
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {said}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_takes_nothing_until_there_is_space() {
        netns::run(async {
            let folder = tempfile::tempdir().expect("a folder");
            let disk = Disk::in_memory(folder.path(), 256);
            disk.fill();
            let refused = fs::write(folder.path().join("a"), "a").expect_err("no space");
            assert_eq!(refused.kind(), ErrorKind::StorageFull);
            disk.free();
            fs::write(folder.path().join("a"), "a").expect("space");
            disk.make_read_only();
            let refused = fs::write(folder.path().join("a"), "b").expect_err("read-only");
            assert_eq!(refused.kind(), ErrorKind::ReadOnlyFilesystem);
        });
    }
}
