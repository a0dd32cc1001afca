//! The client ids that haltere generates for connections without one.

use sha2::{Digest, Sha256};

/// The beginning of every generated id, so that a broker can allow all of them by prefix.
const PREFIX: &str = "haltere";
/// How many characters of a hash follow. Each carries 5 bits, and 80 bits make collisions unlikely.
const HASHED: usize = 16;
/// Letters and digits that are not easily confused (RFC 4648, 6).
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Generates the MQTT client id of a connection: 23 letters and digits, which every broker has to accept
/// (MQTT 5, 3.1.3.1). It is always the same for a connection, and different in each instance.
///
/// Links, connection tests and `haltere test` all use it.
pub fn generated_client_id(instance: &str, connection: &str) -> String {
    // Hashing the length first keeps pairs apart whose concatenation is equal.
    let length = u64::try_from(instance.len()).unwrap_or(u64::MAX);
    let hash = Sha256::new()
        .chain_update(length.to_be_bytes())
        .chain_update(instance)
        .chain_update(connection)
        .finalize();
    let mut bits =
        hash.iter().take(HASHED * 5 / 8).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut id = PREFIX.to_owned();
    for _ in 0..HASHED {
        id.push(char::from(ALPHABET[usize::try_from(bits & 31).unwrap_or_default()]));
        bits >>= 5;
    }
    id
}

/// Whether `id` has the form of a [`generated_client_id`].
pub fn is_generated_client_id(id: &str) -> bool {
    let hashed = id.strip_prefix(PREFIX);
    hashed.is_some_and(|it| it.len() == HASHED && it.bytes().all(|byte| ALPHABET.contains(&byte)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn any_connection_gets_23_letters_and_digits() {
        let long = "x".repeat(128);
        for connection in ["mosquitto-dev", "a/b", "a+b", "ü", " ", &long] {
            let id = generated_client_id("0a1b2c3d", connection);
            assert_eq!(id.len(), 23, "{id}");
            assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
            assert!(id.starts_with("haltere"), "{id}");
            assert!(is_generated_client_id(&id), "{id}");
        }
        for other in ["", "haltere", "haltere2g3uusgi2c54zcn", "haltere2g3uusgi2c54zcn1"] {
            assert!(!is_generated_client_id(other), "{other}");
        }
    }

    #[test]
    fn an_id_is_stable() {
        // Brokers may grant rights by it, so a change here affects every instance.
        assert_eq!(generated_client_id("0a1b2c3d", "mosquitto-dev"), "haltere2g3uusgi2c54zcnr");
    }

    #[test]
    fn connections_and_instances_have_different_ids() {
        let pairs = [("i", "ab"), ("ia", "b"), ("", "iab"), ("i", "aB"), ("j", "ab"), ("i", "a/b")];
        let ids: HashSet<_> = pairs.iter().map(|(i, c)| generated_client_id(i, c)).collect();
        assert_eq!(ids.len(), pairs.len(), "{ids:?}");
    }
}
