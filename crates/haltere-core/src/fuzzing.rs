//! Where the fuzzers in `fuzz/` come in. The tests go the same way with what the fuzzers have found.
//!
//! Each takes any bytes, and panics when something that has to hold does not.

use crate::broker_url::BrokerUrl;

/// Reads a broker's URL; one that is accepted is printed and read back the same.
pub fn url(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let url = match BrokerUrl::parse(text) {
        Ok(url) => url,
        Err(why) => {
            let why = why.to_string();
            assert!(why.len() <= 100, "a refusal quotes without a limit: {why}");
            return;
        }
    };
    assert!(url.port() > 0 && url.path().starts_with('/'), "{url:?}");
    assert!(url.as_str().len() <= BrokerUrl::MAX_BYTES + "mqtts".len(), "{url:?}");
    let host = url.host().to_string();
    assert!(!host.is_empty() && host.is_ascii(), "{url:?}");
    assert!(!host.chars().any(|c| c.is_ascii_uppercase() || c.is_control()), "{url:?}");
    assert_eq!(BrokerUrl::parse(url.as_str()).as_ref(), Ok(&url), "it reads back the same");
}

#[cfg(test)]
mod tests {
    use haltere_testkit::corpus;

    #[test]
    fn urls() {
        corpus::replay("url", super::url);
    }
}
