//! The forms a file can be sent in, and which of them a client takes (RFC 9110 §12.5.3).

use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

use crate::quality_values::quality;

/// A compressed form that the build has made in addition to the file itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coding {
    /// As headers name it.
    pub(super) name: &'static str,
    /// What the name of the file ends with.
    pub(super) ending: &'static str,
}

/// The smallest first.
const CODINGS: [Coding; 2] =
    [Coding { name: "br", ending: ".br" }, Coding { name: "gzip", ending: ".gz" }];

/// The codings that a client accepts, the best first. The plain file, which comes after them all, is sent even to
/// a client that refuses it: that is better than a response without a file.
pub(super) fn accepted(headers: &HeaderMap) -> Vec<Coding> {
    let quality = |name| quality(headers, &ACCEPT_ENCODING, name);
    let any = quality("*").unwrap_or(0.0);
    let mut taken = CODINGS.map(|coding| (quality(coding.name).unwrap_or(any), coding)).to_vec();
    taken.retain(|(quality, _)| *quality > 0.0);
    // A stable sort: what the client likes equally stays in our order.
    taken.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    taken.into_iter().map(|(_, coding)| coding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_decides_and_then_the_size() {
        for (header, expected) in [
            ("gzip, deflate, br, zstd", &["br", "gzip"][..]),
            ("gzip", &["gzip"]),
            ("br;q=0.5, gzip;q=0.8", &["gzip", "br"]),
            ("br;q=0, *", &["gzip"]),
            ("*;q=0.1", &["br", "gzip"]),
            ("*;q=0, gzip", &["gzip"]),
            ("identity", &[]),
            ("gzip;q=much, brr", &[]),
            ("", &[]),
        ] {
            let headers = [(ACCEPT_ENCODING, header.parse().expect("good"))];
            let taken = accepted(&headers.into_iter().collect());
            assert_eq!(taken.iter().map(|coding| coding.name).collect::<Vec<_>>(), expected);
        }
        assert_eq!(
            accepted(&HeaderMap::new()),
            [],
            "a client that does not say may not decompress"
        );
    }
}
