//! What kind of response a client would like.

use http::HeaderMap;
use http::header::ACCEPT;

/// Whether the client asks for server-sent events where there is another response, too.
pub(crate) fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = accepted.flat_map(|list| list.split(','));
    ranges.any(|range| {
        let essence = range.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("text/event-stream")
    })
}

/// Which of `types` the client would like best: the one with the highest weight, and of those the one it names first.
/// `None` if it names none of them.
pub(crate) fn preferred<'t>(headers: &HeaderMap, types: &[&'t str]) -> Option<&'t str> {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut best: Option<(&str, f32)> = None;
    for range in accepted.flat_map(|list| list.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let Some(named) = types.iter().find(|name| name.eq_ignore_ascii_case(essence)) else {
            continue;
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let weight = weight.map_or(Ok(1.0), str::parse::<f32>).unwrap_or_default();
        if weight > best.map_or(0.0, |(_, best)| best) {
            best = Some((named, weight));
        }
    }
    best.map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_type_with_the_highest_weight_is_preferred() {
        for (accept, expected) in [
            ("text/csv", Some("text/csv")),
            ("TEXT/CSV; q=0.5, application/json;q=0.4", Some("text/csv")),
            ("application/json, text/csv", Some("application/json")),
            ("text/csv;q=0", None),
            ("text/csv;q=x", None),
            ("*/*", None),
            ("", None),
        ] {
            let headers = [(ACCEPT, HeaderValue::from_static(accept))].into_iter().collect();
            assert_eq!(
                preferred(&headers, &["application/json", "text/csv"]),
                expected,
                "{accept}"
            );
        }
    }
}
