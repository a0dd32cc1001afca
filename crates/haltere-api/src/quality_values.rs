//! How much a client likes something, in headers like `Accept` (RFC 9110 §12.4.2).
//!
//! Not left to a library: `headers` has neither `Accept` nor `Accept-Encoding`, and `headers-accept` has only the former.

use http::{HeaderMap, HeaderName};

/// The weight that `header` gives to `name`: from 0, which means "not this", to 1. `None` when it is
/// not named, or not in a way that can be understood.
pub(crate) fn quality(headers: &HeaderMap, header: &HeaderName, name: &str) -> Option<f32> {
    let values = headers.get_all(header).into_iter().filter_map(|value| value.to_str().ok());
    let mut items = values.flat_map(|value| value.split(','));
    items.find_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(name) {
            return None;
        }
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality = quality.map_or(Ok(1.0), str::parse::<f32>).ok()?;
        (0.0..=1.0).contains(&quality).then_some(quality)
    })
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT_ENCODING;

    use super::*;

    fn quality_of(name: &str, values: &[&'static str]) -> Option<f32> {
        let headers = values.iter().map(|value| (ACCEPT_ENCODING, value.parse().expect("good")));
        quality(&headers.collect(), &ACCEPT_ENCODING, name)
    }

    #[test]
    fn weights_are_read() {
        for (values, expected) in [
            (&["br"][..], Some(1.0)),
            (&["gzip, BR ; q=0.5"], Some(0.5)),
            (&["gzip", "deflate, br;level=4;Q=0.25"], Some(0.25)),
            (&["br;q=0"], Some(0.0)),
            (&["brotli, gzip;q=1"], None),
            (&["br;q=2"], None),
            (&["br;q=NaN"], None),
            (&["br;q="], None),
            (&["", ",;,=,br"], Some(1.0)),
            (&[], None),
        ] {
            assert_eq!(quality_of("br", values), expected, "{values:?}");
        }
    }
}
