//! Bodies that a client has packed (`Content-Encoding`, RFC 9110 §8.4): unpacked as they come, and never
//! further than their bound, however much a small body would grow to.

use std::io::{self, Write};

use flate2::write::{MultiGzDecoder, ZlibDecoder};
use haltere_core::quota::QuotaExceeded;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::budgeted_buffer::BudgetedBuffer;
use super::params::printable;
use crate::error::{ApiError, ErrorCode};
use crate::limits::body_memory::WINDOW;

/// What we decode; for the header Accept-Encoding of a refusal (RFC 7694).
const ACCEPTED: &str = "gzip, x-gzip, deflate, identity";

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    /// In zlib's envelope, as the RFC means it.
    Deflate,
}

impl Coding {
    /// How the body is packed, if it is; 415 when we don't unpack that.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, ApiError> {
        let mut found = None;
        for value in headers.get_all(CONTENT_ENCODING) {
            let text = String::from_utf8_lossy(value.as_bytes());
            for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                let coding = match name.to_ascii_lowercase().as_str() {
                    "identity" => continue,
                    "gzip" | "x-gzip" => Self::Gzip,
                    "deflate" => Self::Deflate,
                    _ => return Err(not_accepted(&format!("{} is", printable(name)))),
                };
                if found.replace(coding).is_some() {
                    return Err(not_accepted("more than one coding is"));
                }
            }
        }
        Ok(found)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }
}

fn not_accepted(what: &str) -> ApiError {
    let why = format!("Content-Encoding: {what} not accepted; what is: {ACCEPTED}");
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::Invalid, why)
        .with_header(ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED))
}

/// Why a body can't be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DecompressError {
    #[error("the body is larger than it may be")]
    TooLarge,
    #[error("there is no memory for the body")]
    OutOfMemory(QuotaExceeded),
    #[error("Content-Encoding: the body is not {0}, or is damaged")]
    Malformed(&'static str),
}

/// Takes a packed body piece by piece.
pub(super) struct Decompressor {
    coding: Coding,
    inflate: Inflate,
}

enum Inflate {
    Gzip(MultiGzDecoder<Bounded>),
    Deflate(ZlibDecoder<Bounded>),
}

impl Decompressor {
    /// One that makes at most `limit` bytes.
    pub(super) fn new(
        coding: Coding,
        limit: usize,
        mut buffer: BudgetedBuffer,
    ) -> Result<Self, DecompressError> {
        buffer.charge(WINDOW).map_err(DecompressError::OutOfMemory)?;
        let bounded = Bounded { bytes: Some(buffer), limit, fault: None };
        let inflate = match coding {
            Coding::Gzip => Inflate::Gzip(MultiGzDecoder::new(bounded)),
            Coding::Deflate => Inflate::Deflate(ZlibDecoder::new(bounded)),
        };
        Ok(Self { coding, inflate })
    }

    /// Unpacks the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), DecompressError> {
        let pushed = match &mut self.inflate {
            Inflate::Gzip(inflate) => inflate.write_all(piece),
            Inflate::Deflate(inflate) => inflate.write_all(piece),
        };
        pushed.map_err(|_| self.error())
    }

    /// All of it, when nothing is missing.
    pub(super) fn finish(mut self) -> Result<BudgetedBuffer, DecompressError> {
        let finished = match &mut self.inflate {
            Inflate::Gzip(inflate) => inflate.try_finish(),
            Inflate::Deflate(inflate) => inflate.try_finish(),
        };
        finished.map_err(|_| self.error())?;
        let bounded = match &mut self.inflate {
            Inflate::Gzip(inflate) => inflate.get_mut(),
            Inflate::Deflate(inflate) => inflate.get_mut(),
        };
        bounded.bytes.take().ok_or(DecompressError::Malformed(self.coding.name()))
    }

    fn error(&self) -> DecompressError {
        let bounded = match &self.inflate {
            Inflate::Gzip(inflate) => inflate.get_ref(),
            Inflate::Deflate(inflate) => inflate.get_ref(),
        };
        bounded.fault.unwrap_or(DecompressError::Malformed(self.coding.name()))
    }
}

/// Memory that takes no more than its limit.
struct Bounded {
    /// Taken out at the end.
    bytes: Option<BudgetedBuffer>,
    limit: usize,
    fault: Option<DecompressError>,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let Some(bytes) = &mut self.bytes else { return Ok(0) };
        let taken = if bytes.bytes().len() + more.len() > self.limit {
            Err(DecompressError::TooLarge)
        } else {
            bytes.extend(more).map_err(DecompressError::OutOfMemory)
        };
        taken.map(|()| more.len()).map_err(|fault| {
            self.fault = Some(fault);
            io::Error::other(fault)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use haltere_core::quota::QuotaHolder;
    use proptest::prelude::*;

    use super::*;
    use crate::limits::body_memory::budget;

    pub(crate) fn packed(coding: Coding, bytes: &[u8]) -> Vec<u8> {
        let done = match coding {
            Coding::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(bytes).and_then(|()| encoder.finish())
            }
            Coding::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(bytes).and_then(|()| encoder.finish())
            }
        };
        done.expect("memory takes everything")
    }

    fn counted() -> BudgetedBuffer {
        let reservation = budget(64 << 20).take(QuotaHolder::default(), 0);
        BudgetedBuffer::new(reservation.expect("nothing is held"), 0, usize::MAX)
    }

    fn unpacked(
        coding: Coding,
        limit: usize,
        pieces: &[&[u8]],
    ) -> Result<Vec<u8>, DecompressError> {
        let mut decompressor = Decompressor::new(coding, limit, counted())?;
        for piece in pieces {
            decompressor.push(piece)?;
        }
        decompressor.finish().map(|counted| counted.bytes().to_vec())
    }

    fn named(values: &[&'static str]) -> Result<Option<Coding>, ApiError> {
        let values = values.iter().map(|it| (CONTENT_ENCODING, HeaderValue::from_static(it)));
        Coding::of(&values.collect())
    }

    #[test]
    fn codings_are_recognized_by_name() {
        for (values, coding) in [
            (&[][..], None),
            (&[""], None),
            (&["identity"], None),
            (&["GZIP"], Some(Coding::Gzip)),
            (&["x-gzip"], Some(Coding::Gzip)),
            (&["identity, deflate"], Some(Coding::Deflate)),
            (&["identity", "gzip"], Some(Coding::Gzip)),
        ] {
            assert_eq!(named(values).expect("accepted"), coding, "{values:?}");
        }
        for values in [&["br"][..], &["zstd"], &["gzip, gzip"], &["gzip", "deflate"], &["gzip;q=1"]]
        {
            let error = named(values).expect_err("refused");
            assert_eq!(error.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{values:?}");
            assert!(error.to_string().contains("gzip, x-gzip, deflate"), "{error}");
        }
    }

    #[test]
    fn a_bomb_goes_no_further_than_the_bound() {
        let bomb = packed(Coding::Gzip, &vec![0; 64 * 1024 * 1024]);
        assert!(bomb.len() < 100_000);
        let mut decompressor =
            Decompressor::new(Coding::Gzip, 1_000_000, counted()).expect("within the budget");
        assert_eq!(decompressor.push(&bomb), Err(DecompressError::TooLarge));
        let Inflate::Gzip(inflate) = &decompressor.inflate else { panic!("gzip") };
        let taken = inflate.get_ref().bytes.as_ref().expect("there").bytes().len();
        assert!(taken <= 1_000_000, "{taken}");
        let exact = packed(Coding::Deflate, &[7; 1_000]);
        assert_eq!(unpacked(Coding::Deflate, 1_000, &[&exact]).map(|it| it.len()), Ok(1_000));
        assert_eq!(unpacked(Coding::Deflate, 999, &[&exact]), Err(DecompressError::TooLarge));
    }

    #[test]
    fn what_is_cut_or_something_else_is_refused() {
        for coding in [Coding::Gzip, Coding::Deflate] {
            let whole = packed(coding, b"a body that was packed");
            let malformed = Err(DecompressError::Malformed(coding.name()));
            for cut in 0..whole.len() {
                assert_eq!(
                    unpacked(coding, 1_000, &[&whole[..cut]]),
                    malformed,
                    "{coding:?} {cut}"
                );
            }
            assert_eq!(unpacked(coding, 1_000, &[b"{\"json\":true}"]), malformed);
            assert_eq!(unpacked(coding, 1_000, &[&whole, b"more"]), malformed, "{coding:?}");
        }
        // As gzip itself: one file after the other is one file.
        let (one, two) = (packed(Coding::Gzip, b"one "), packed(Coding::Gzip, b"two"));
        assert_eq!(unpacked(Coding::Gzip, 1_000, &[&one, &two]), Ok(b"one two".to_vec()));
    }

    proptest! {
        #[test]
        fn it_comes_back_however_it_is_cut(
            bytes in prop::collection::vec(any::<u8>(), 0..2_000),
            piece in 1_usize..50,
            is_gzip: bool,
        ) {
            let coding = if is_gzip { Coding::Gzip } else { Coding::Deflate };
            let packed = packed(coding, &bytes);
            let pieces: Vec<&[u8]> = packed.chunks(piece).collect();
            prop_assert_eq!(unpacked(coding, 2_000, &pieces), Ok(bytes));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), is_gzip: bool) {
            let coding = if is_gzip { Coding::Gzip } else { Coding::Deflate };
            let _ = unpacked(coding, 10_000, &[&bytes]);
        }
    }
}
