//! Keeps what comes newest first until it can be passed on oldest first.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use anyhow::Context as _;

use super::entries::Visit;

/// Pages of lines, in a file without a name: a trail may be larger than memory.
pub(super) struct Pages {
    file: File,
    /// Where each page ends.
    ends: Vec<u64>,
}

impl Pages {
    pub(super) fn new() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir();
        let path = folder.join(format!("haltere-{:016x}", rand::random::<u64>()));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let file = options.open(&path).and_then(|file| fs::remove_file(&path).map(|()| file));
        let file = file
            .with_context(|| format!("failed to make a temporary file in {}", folder.display()))?;
        Ok(Self { file, ends: Vec::new() })
    }

    /// Adds a page of lines, newest first.
    pub(super) fn push<'a>(
        &mut self,
        lines: impl DoubleEndedIterator<Item = &'a str>,
    ) -> anyhow::Result<()> {
        let page: String = lines.rev().collect();
        let written = self.file.write_all(page.as_bytes());
        written.context("failed to write to a temporary file")?;
        let end = self.ends.last().copied().unwrap_or_default() + page.len() as u64;
        self.ends.push(end);
        Ok(())
    }

    /// Passes all lines to `visit`, oldest first.
    pub(super) fn visit_backwards(mut self, visit: Visit<'_>) -> anyhow::Result<()> {
        while let Some(end) = self.ends.pop() {
            let start = self.ends.last().copied().unwrap_or_default();
            let page = self.read(start, end).context("failed to read a temporary file")?;
            page.split_inclusive('\n').try_for_each(&mut *visit)?;
        }
        Ok(())
    }

    fn read(&mut self, start: u64, end: u64) -> io::Result<String> {
        self.file.seek(SeekFrom::Start(start))?;
        let mut page = String::new();
        (&self.file).take(end - start).read_to_string(&mut page)?;
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_newest_first_is_passed_on_oldest_first() {
        let mut pages = Pages::new().expect("a file");
        for page in [&["5\n", "4\n"][..], &[], &["3\n"], &["2\n", "1\n"]] {
            pages.push(page.iter().copied()).expect("kept");
        }
        let mut all = String::new();
        let mut visit = |line: &str| {
            all.push_str(line);
            Ok(())
        };
        pages.visit_backwards(&mut visit).expect("read");
        assert_eq!(all, "1\n2\n3\n4\n5\n");
    }
}
