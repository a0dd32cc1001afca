//! Bodies that a client has packed (`Content-Encoding`, RFC 9110 §8.4): unpacked as they come, and never
//! further than their bound, however much a small body would grow to.

use std::io::{self, Write};

use flate2::write::{MultiGzDecoder, ZlibDecoder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::body::Wiped;
use super::params::printable;
use crate::error::{ApiError, ErrorCode};

/// What we unpack; for the header Accept-Encoding beside a refusal (RFC 7694).
const ACCEPTED: &str = "gzip, x-gzip, deflate, identity";

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
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
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum UnpackError {
    #[error("the body is larger than it may be")]
    TooLarge,
    #[error("Content-Encoding: the body is not {0}, or is damaged")]
    Malformed(&'static str),
}

/// Takes a packed body piece by piece.
pub(super) struct Unpacker {
    coding: Coding,
    inflate: Inflate,
}

enum Inflate {
    Gzip(MultiGzDecoder<Bounded>),
    Deflate(ZlibDecoder<Bounded>),
}

impl Unpacker {
    /// One that makes at most `limit` bytes.
    pub(super) fn new(coding: Coding, limit: usize) -> Self {
        let bounded = Bounded { bytes: Wiped::default(), limit, is_full: false };
        let inflate = match coding {
            Coding::Gzip => Inflate::Gzip(MultiGzDecoder::new(bounded)),
            Coding::Deflate => Inflate::Deflate(ZlibDecoder::new(bounded)),
        };
        Self { coding, inflate }
    }

    /// Unpacks the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), UnpackError> {
        let pushed = match &mut self.inflate {
            Inflate::Gzip(inflate) => inflate.write_all(piece),
            Inflate::Deflate(inflate) => inflate.write_all(piece),
        };
        pushed.map_err(|_| self.error())
    }

    /// All of it, when nothing is missing.
    pub(super) fn finish(mut self) -> Result<Wiped, UnpackError> {
        let finished = match &mut self.inflate {
            Inflate::Gzip(inflate) => inflate.try_finish(),
            Inflate::Deflate(inflate) => inflate.try_finish(),
        };
        finished.map_err(|_| self.error())?;
        let bounded = match &mut self.inflate {
            Inflate::Gzip(inflate) => inflate.get_mut(),
            Inflate::Deflate(inflate) => inflate.get_mut(),
        };
        Ok(std::mem::take(&mut bounded.bytes))
    }

    fn error(&self) -> UnpackError {
        let bounded = match &self.inflate {
            Inflate::Gzip(inflate) => inflate.get_ref(),
            Inflate::Deflate(inflate) => inflate.get_ref(),
        };
        if bounded.is_full {
            UnpackError::TooLarge
        } else {
            UnpackError::Malformed(self.coding.name())
        }
    }
}

/// Memory that takes no more than its limit.
struct Bounded {
    bytes: Wiped,
    limit: usize,
    is_full: bool,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.0.len() + more.len() > self.limit {
            self.is_full = true;
            return Err(io::Error::other(UnpackError::TooLarge));
        }
        self.bytes.extend(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    pub(in crate::extract) fn packed(coding: Coding, bytes: &[u8]) -> Vec<u8> {
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

    fn unpacked(coding: Coding, limit: usize, pieces: &[&[u8]]) -> Result<Vec<u8>, UnpackError> {
        let mut unpacker = Unpacker::new(coding, limit);
        for piece in pieces {
            unpacker.push(piece)?;
        }
        unpacker.finish().map(|Wiped(bytes)| bytes.to_vec())
    }

    fn named(values: &[&'static str]) -> Result<Option<Coding>, ApiError> {
        let values = values.iter().map(|it| (CONTENT_ENCODING, HeaderValue::from_static(it)));
        Coding::of(&values.collect())
    }

    #[test]
    fn codings_are_told_by_name() {
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
        let mut unpacker = Unpacker::new(Coding::Gzip, 1_000_000);
        assert_eq!(unpacker.push(&bomb), Err(UnpackError::TooLarge));
        let Inflate::Gzip(inflate) = &unpacker.inflate else { panic!("gzip") };
        assert!(inflate.get_ref().bytes.0.capacity() <= 2_000_000);
        let exact = packed(Coding::Deflate, &[7; 1_000]);
        assert_eq!(unpacked(Coding::Deflate, 1_000, &[&exact]).map(|it| it.len()), Ok(1_000));
        assert_eq!(unpacked(Coding::Deflate, 999, &[&exact]), Err(UnpackError::TooLarge));
    }

    #[test]
    fn what_is_cut_or_something_else_is_refused() {
        for coding in [Coding::Gzip, Coding::Deflate] {
            let whole = packed(coding, b"a body that was packed");
            let malformed = Err(UnpackError::Malformed(coding.name()));
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
