//! Cuts a stream of bytes into MQTT packets.
//!
//! Limits the memory of a link before the MQTT library sees a packet: a message over the limit is
//! discarded as it comes in, and the link stays up. Memory grows with the bytes received, never with the
//! length that a header declares.

use haltere_core::ProtocolViolation;

/// MQTT 5, 2.1.4: a remaining length has at most four bytes.
const LONGEST_HEADER: usize = 5;
/// How much of the buffer is reused for the next packet.
const MAX_KEPT: usize = 4 * 1024;
/// The packet type PUBLISH in the first four bits (MQTT 5, 2.1.2).
const PUBLISH: u8 = 3;

/// A part of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// One whole packet, header included.
    Packet(&'a [u8]),
    /// A PUBLISH was over the limit; its body is discarded.
    Skipped,
}

/// Why the stream can't be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameError {
    /// The remaining length has more than four bytes.
    #[error("a packet's length has more than four bytes")]
    Length,
    /// A packet other than PUBLISH is over the limit.
    #[error("a packet of type {kind} has {size} bytes, more than the limit")]
    TooLarge {
        /// The MQTT packet type, 0 to 15.
        kind: u8,
        /// Its size in bytes, without the header.
        size: usize,
    },
}

impl From<FrameError> for ProtocolViolation {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Length => Self::LengthOfPacket,
            FrameError::TooLarge { kind, size } => {
                let bytes = u64::try_from(size).unwrap_or(u64::MAX);
                Self::PacketTooLarge { number: kind.into(), bytes }
            }
        }
    }
}

/// The position in the stream.
#[derive(Debug)]
enum Position {
    /// Between packets, or inside a header.
    Header,
    /// After a packet that was assembled in `partial` and returned by reference.
    Lent,
    /// Inside a packet whose size is known; `missing` bytes have not come yet.
    Body { missing: usize },
    /// Inside a packet that is discarded.
    Discard { missing: usize },
}

/// Cuts a stream of bytes into packets. Between packets it holds at most [`MAX_KEPT`]
/// bytes of memory.
#[derive(Debug)]
pub(super) struct Framer {
    position: Position,
    /// The part of the current packet that came in with earlier chunks.
    partial: Vec<u8>,
    max_packet: usize,
}

impl Framer {
    /// Creates a framer at the start of a stream. `max_packet` does not include the header.
    pub(super) fn new(max_packet: usize) -> Self {
        Self { position: Position::Header, partial: Vec::new(), max_packet }
    }

    /// Removes the next frame from the front of `input`. Returns `None` if more bytes are needed; then
    /// `input` is empty. After an error, the stream can't be used any more.
    pub(super) fn next<'f, 'i: 'f>(
        &'f mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<'f>>, FrameError> {
        if let Position::Lent = self.position {
            // Reused for the next packet, until `release_buffer`.
            self.partial.clear();
            self.partial.shrink_to(MAX_KEPT);
            self.position = Position::Header;
        }
        loop {
            match self.position {
                Position::Header | Position::Lent => {
                    if self.partial.is_empty()
                        && let Some(packet) = self.whole_packet(input)?
                    {
                        return Ok(Some(Frame::Packet(packet)));
                    }
                    let Some((&byte, rest)) = input.split_first() else { return Ok(None) };
                    *input = rest;
                    self.partial.push(byte);
                    let Some(header) = Header::read(&self.partial)? else { continue };
                    if self.must_skip(header)? {
                        self.partial = Vec::new();
                        self.position = Position::Discard { missing: header.body };
                        return Ok(Some(Frame::Skipped));
                    }
                    self.position = Position::Body { missing: header.body };
                }
                Position::Body { missing } => {
                    let here = take(input, missing);
                    self.partial.extend_from_slice(here);
                    if here.len() < missing {
                        self.position = Position::Body { missing: missing - here.len() };
                        return Ok(None);
                    }
                    self.position = Position::Lent;
                    return Ok(Some(Frame::Packet(&self.partial)));
                }
                Position::Discard { missing } => {
                    let here = take(input, missing).len();
                    if here < missing {
                        self.position = Position::Discard { missing: missing - here };
                        return Ok(None);
                    }
                    self.position = Position::Header;
                }
            }
        }
    }

    /// The usual case: the whole packet is in the input and needs no copy.
    fn whole_packet<'i>(&self, input: &mut &'i [u8]) -> Result<Option<&'i [u8]>, FrameError> {
        let Some(header) = Header::read(input)? else { return Ok(None) };
        let size = header.size + header.body;
        let here = header.body <= self.max_packet && size <= input.len();
        Ok(here.then(|| take(input, size)))
    }

    /// Frees the buffer if it is empty. Called now and then, because most links are idle most of the time.
    pub(super) fn release_buffer(&mut self) {
        if self.partial.is_empty() {
            self.partial = Vec::new();
        }
    }

    /// How many bytes its buffer holds.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn buffered_bytes(&self) -> usize {
        self.partial.capacity()
    }

    fn must_skip(&self, header: Header) -> Result<bool, FrameError> {
        if header.body <= self.max_packet {
            Ok(false)
        } else if header.kind == PUBLISH {
            Ok(true)
        } else {
            Err(FrameError::TooLarge { kind: header.kind, size: header.body })
        }
    }
}

/// Removes up to `size` bytes from the front of `input`.
fn take<'i>(input: &mut &'i [u8], size: usize) -> &'i [u8] {
    let (front, rest) = input.split_at(size.min(input.len()));
    *input = rest;
    front
}

/// The fixed header of a packet (MQTT 5, 2.1.1).
#[derive(Debug, Clone, Copy)]
struct Header {
    kind: u8,
    /// The size of the header itself.
    size: usize,
    /// The size of what follows.
    body: usize,
}

impl Header {
    /// Reads the header at the front of `bytes`; `None` if it is incomplete.
    fn read(bytes: &[u8]) -> Result<Option<Self>, FrameError> {
        let Some((first, length)) = bytes.split_first() else { return Ok(None) };
        let mut body = 0;
        for (index, byte) in length.iter().take(LONGEST_HEADER - 1).enumerate() {
            body |= usize::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok(Some(Self { kind: first >> 4, size: index + 2, body }));
            }
        }
        if bytes.len() >= LONGEST_HEADER { Err(FrameError::Length) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq)]
    enum OwnedFrame {
        Packet(Vec<u8>),
        Skipped,
    }

    fn cut(framer: &mut Framer, chunk: &[u8]) -> Result<Vec<OwnedFrame>, FrameError> {
        let mut found = Vec::new();
        let mut input = chunk;
        while let Some(frame) = framer.next(&mut input)? {
            found.push(match frame {
                Frame::Packet(packet) => OwnedFrame::Packet(packet.to_vec()),
                Frame::Skipped => OwnedFrame::Skipped,
            });
        }
        assert!(input.is_empty(), "all input is taken");
        Ok(found)
    }

    fn packet(kind: u8, body: usize) -> Vec<u8> {
        let mut bytes = vec![kind << 4];
        let mut length = body;
        loop {
            let byte = u8::try_from(length & 0x7f).expect("seven bits");
            length >>= 7;
            bytes.push(if length > 0 { byte | 0x80 } else { byte });
            if length == 0 {
                break;
            }
        }
        bytes.extend((0..body).map(|index| u8::try_from(index % 251).expect("small")));
        bytes
    }

    #[test]
    fn a_declared_length_of_256_mb_uses_no_memory_and_the_link_stays_up() {
        let mut framer = Framer::new(1024);
        // The largest possible length: 268,435,455 bytes.
        assert_eq!(
            cut(&mut framer, &[0x30, 0xff, 0xff, 0xff, 0x7f]),
            Ok(vec![OwnedFrame::Skipped])
        );
        let chunk = vec![0; 1 << 16];
        let mut missing = 268_435_455_usize;
        while missing > 0 {
            let here = missing.min(chunk.len());
            assert_eq!(cut(&mut framer, &chunk[..here]), Ok(vec![]));
            assert_eq!(framer.buffered_bytes(), 0);
            missing -= here;
        }
        assert_eq!(cut(&mut framer, &[0xd0, 0]), Ok(vec![OwnedFrame::Packet(vec![0xd0, 0])]));
    }

    #[test]
    fn a_packet_within_the_limit_uses_the_memory_of_its_received_bytes() {
        let mut framer = Framer::new(8 << 20);
        // Declares 2 MB and sends 3 bytes of it.
        assert_eq!(cut(&mut framer, &[0x30, 0xff, 0xff, 0x7f, 1, 2, 3]), Ok(vec![]));
        assert!(framer.buffered_bytes() < 64);
    }

    #[test]
    fn errors_that_end_the_link() {
        let cut = |bytes: &[u8]| cut(&mut Framer::new(100), bytes);
        assert_eq!(cut(&[0x30, 0x80, 0x80, 0x80, 0x80]), Err(FrameError::Length));
        assert_eq!(cut(&packet(9, 101)), Err(FrameError::TooLarge { kind: 9, size: 101 }));
        assert_eq!(cut(&packet(9, 100)), Ok(vec![OwnedFrame::Packet(packet(9, 100))]));
        assert_eq!(cut(&packet(PUBLISH, 101)), Ok(vec![OwnedFrame::Skipped]));
    }

    #[test]
    fn an_idle_framer_has_no_buffer() {
        let mut framer = Framer::new(1 << 20);
        for (body, kept) in [(200, 200..=400), (100_000, MAX_KEPT..=MAX_KEPT)] {
            let bytes = packet(PUBLISH, body);
            cut(&mut framer, &bytes[..50]).expect("valid");
            framer.release_buffer();
            assert!(framer.buffered_bytes() >= 50, "a packet is incomplete");
            cut(&mut framer, &bytes[50..]).expect("valid");
            assert!(kept.contains(&framer.buffered_bytes()), "{}", framer.buffered_bytes());
            framer.release_buffer();
            assert_eq!(framer.buffered_bytes(), 0);
        }
    }

    proptest! {
        #[test]
        fn the_size_of_the_chunks_makes_no_difference(
            packets in prop::collection::vec((1_u8..16, 0_usize..400), 0..12),
            cuts in prop::collection::vec(1_usize..300, 0..40),
        ) {
            let limit = 200;
            let mut stream = Vec::new();
            let mut expected = Vec::new();
            for (kind, body) in packets {
                let kind = if body > limit { PUBLISH } else { kind };
                stream.extend(packet(kind, body));
                expected.push(if body > limit {
                    OwnedFrame::Skipped
                } else {
                    OwnedFrame::Packet(packet(kind, body))
                });
            }
            let mut framer = Framer::new(limit);
            let mut found = Vec::new();
            let mut rest = &stream[..];
            for size in cuts.into_iter().chain([usize::MAX]) {
                let (chunk, after) = rest.split_at(size.min(rest.len()));
                rest = after;
                found.extend(cut(&mut framer, chunk).expect("valid"));
            }
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn any_bytes_are_handled(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let mut framer = Framer::new(64);
            for chunk in bytes.chunks(7) {
                if cut(&mut framer, chunk).is_err() {
                    break;
                }
                prop_assert!(framer.partial.len() <= 64 + LONGEST_HEADER);
            }
        }
    }
}
