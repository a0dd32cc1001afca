//! What kind of response a client would like.

use http::HeaderMap;
use http::header::ACCEPT;

use crate::quality_values::quality;

/// Whether the client asks for server-sent events where there is another response, too.
pub(crate) fn wants_stream(headers: &HeaderMap) -> bool {
    preferred(headers, &["text/event-stream"]).is_some()
}

/// Which of `types` the client would like best: the one with the highest weight, and of those the first one. `None` if it
/// names none of them. Wildcards name none: a client that accepts anything gets what haltere prefers.
pub(crate) fn preferred<'t>(headers: &HeaderMap, types: &[&'t str]) -> Option<&'t str> {
    let weighted = types.iter().filter_map(|name| Some((*name, quality(headers, &ACCEPT, name)?)));
    let accepted = weighted.filter(|(_, weight)| *weight > 0.0);
    // The last of several maxima counts.
    accepted.rev().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn accepting(accept: &'static str) -> HeaderMap {
        [(ACCEPT, HeaderValue::from_static(accept))].into_iter().collect()
    }

    #[test]
    fn the_type_with_the_highest_weight_is_preferred() {
        for (accept, expected) in [
            ("text/csv", Some("text/csv")),
            ("TEXT/CSV; q=0.5, application/json;q=0.4", Some("text/csv")),
            ("text/csv, application/json", Some("application/json")),
            ("text/csv;q=0", None),
            ("text/csv;q=x", None),
            ("*/*", None),
            ("", None),
        ] {
            let types = ["application/json", "text/csv"];
            assert_eq!(preferred(&accepting(accept), &types), expected, "{accept}");
        }
    }

    #[test]
    fn a_stream_is_for_clients_that_name_it() {
        assert!(wants_stream(&accepting("application/json, Text/Event-Stream;q=0.5")));
        assert!(!wants_stream(&accepting("text/event-stream;q=0")));
        assert!(!wants_stream(&accepting("*/*")));
    }
}
