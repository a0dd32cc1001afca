//! What haltere calls itself to brokers.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The longest part of a connection's id that is used as it is.
const MAX_CHARS: usize = 64;

/// `haltere-<instance>-<connection>`, stable per connection.
///
/// Ids that are long, or hold characters brokers are known to trip over (Mosquitto refuses clients
/// with `+`, `#` or `/` in their id where pattern ACLs are in use), are cut and told apart by a hash.
pub(super) fn client_id(instance: &str, connection: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if connection.len() <= MAX_CHARS && connection.chars().all(plain) {
        return format!("haltere-{instance}-{connection}");
    }
    let readable: String =
        connection.chars().take(MAX_CHARS / 2).map(|c| if plain(c) { c } else { '_' }).collect();
    let mut id = format!("haltere-{instance}-{readable}-");
    for byte in &Sha256::digest(connection.as_bytes())[..8] {
        write!(id, "{byte:02x}").expect("a String takes everything");
    }
    id
}

#[cfg(test)]
mod tests {
    use super::client_id;

    #[test]
    fn plain_ids_are_used_as_they_are() {
        assert_eq!(client_id("0a1b", "mosquitto-dev"), "haltere-0a1b-mosquitto-dev");
    }

    #[test]
    fn other_ids_become_harmless_and_stay_apart() {
        let long = ["x".repeat(100), "x".repeat(101), "a/b".into(), "a+b".into(), "ü".into()];
        let ids: std::collections::HashSet<_> = long.iter().map(|id| client_id("i", id)).collect();
        assert_eq!(ids.len(), long.len(), "{ids:?}");
        for id in ids {
            assert!(id.len() < 64 && id.is_ascii() && !id.contains(['/', '+', '#']), "{id}");
        }
    }
}
