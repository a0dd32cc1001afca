//! Reads the write-ahead log as SQLite does after a crash: how much of it counts.
//!
//! The format: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>. A frame counts when it carries the
//! salts of the header, its checksum continues that of the frame before, and a frame that ends a transaction follows
//! or is it.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt as _;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The last bit is the byte order of the checksums.
const MAGIC: u32 = 0x377f_0682;

/// A position in a log that has been read from its beginning.
#[derive(Debug, Clone)]
pub(crate) struct WalPosition {
    header: [u8; HEADER],
    page_size: usize,
    big_endian: bool,
    /// Up to the end of the last whole transaction.
    frames: u32,
    /// The checksum up to there.
    sum: Sum,
    /// The checksum up to the last frame before it.
    before: Sum,
}

type Sum = (u32, u32);

impl WalPosition {
    /// The beginning of a log; `None` when it has no valid header.
    pub(crate) fn start(log: &File) -> io::Result<Option<Self>> {
        let mut header = [0; HEADER];
        if !read_at(log, &mut header, 0)? {
            return Ok(None);
        }
        let magic = number(&header, 0);
        let page_size = number(&header, 8) as usize;
        let big_endian = magic & 1 == 1;
        let sum = checksum((0, 0), &header[..24], big_endian);
        let is_valid = magic & !1 == MAGIC
            && (512..=65_536).contains(&page_size)
            && page_size.is_power_of_two()
            && sum == (number(&header, 24), number(&header, 28));
        let position = Self { header, page_size, big_endian, frames: 0, sum, before: sum };
        Ok(is_valid.then_some(position))
    }

    /// How many frames count.
    pub(crate) fn frames(&self) -> u32 {
        self.frames
    }

    /// Whether the log still begins and goes up to here as it did. What lies in between is not read again: a log that
    /// is cut loses its end.
    pub(crate) fn still_holds(&self, log: &File) -> io::Result<bool> {
        let mut header = [0; HEADER];
        if !read_at(log, &mut header, 0)? || header != self.header {
            return Ok(false);
        }
        let Some(last) = self.frames.checked_sub(1) else { return Ok(true) };
        let mut frame = self.empty_frame();
        Ok(read_frame(log, last, &mut frame)? && self.sum_of(self.before, &frame) == Some(self.sum))
    }

    /// Whether everything up to here is still in the log. Reads it from its beginning.
    pub(crate) fn is_whole(&self, log: &File) -> io::Result<bool> {
        let Some(mut position) = Self::start(log)? else { return Ok(false) };
        position.read_on(log, |_, _| {})?;
        Ok((position.frames, position.sum) == (self.frames, self.sum))
    }

    /// Reads on to the end of the last whole transaction. Calls `seen` with the number, from 1, and the page of each
    /// frame.
    pub(crate) fn read_on(&mut self, log: &File, mut seen: impl FnMut(u32, u32)) -> io::Result<()> {
        let mut frame = self.empty_frame();
        let (mut at, mut sum) = (self.frames, self.sum);
        while read_frame(log, at, &mut frame)? {
            let Some(next) = self.sum_of(sum, &frame) else { break };
            at += 1;
            seen(at, number(&frame, 0));
            if number(&frame, 4) > 0 {
                (self.frames, self.before, self.sum) = (at, sum, next);
            }
            sum = next;
        }
        Ok(())
    }

    fn empty_frame(&self) -> Vec<u8> {
        vec![0; FRAME_HEADER + self.page_size]
    }

    /// The checksum up to the end of a frame; `None` when the frame does not count.
    fn sum_of(&self, before: Sum, frame: &[u8]) -> Option<Sum> {
        let sum = checksum(before, &frame[..8], self.big_endian);
        let sum = checksum(sum, &frame[FRAME_HEADER..], self.big_endian);
        let counts = number(frame, 0) > 0
            && frame[8..16] == self.header[16..24]
            && sum == (number(frame, 16), number(frame, 20));
        counts.then_some(sum)
    }
}

/// Reads the frame that fills `frame`; whether the log was long enough.
fn read_frame(log: &File, index: u32, frame: &mut [u8]) -> io::Result<bool> {
    read_at(log, frame, HEADER as u64 + u64::from(index) * frame.len() as u64)
}

/// Whether the log was long enough.
fn read_at(log: &File, bytes: &mut [u8], at: u64) -> io::Result<bool> {
    match log.read_exact_at(bytes, at) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn checksum(mut sum: Sum, bytes: &[u8], big_endian: bool) -> Sum {
    let word = |bytes: [u8; 4]| {
        if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    };
    let (pairs, _) = bytes.as_chunks::<8>();
    for &[a, b, c, d, e, f, g, h] in pairs {
        sum.0 = sum.0.wrapping_add(word([a, b, c, d])).wrapping_add(sum.1);
        sum.1 = sum.1.wrapping_add(word([e, f, g, h])).wrapping_add(sum.0);
    }
    sum
}

/// A number in a header, most significant byte first.
fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..].first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}
