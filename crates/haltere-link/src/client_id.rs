//! What haltere calls itself to brokers, where nobody has chosen a client id.

use sha2::{Digest, Sha256};

/// With this every made-up id begins, so that a broker can let in all of them by their beginning.
const PREFIX: &str = "haltere";
/// How many characters of a hash follow. Five bits each: eighty keep apart all connections there are.
const HASHED: usize = 16;
/// Letters and digits that no broker and no person mixes up (RFC 4648, 6).
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Makes up the MQTT client id of a connection: 23 letters and digits, which each broker has to take
/// (MQTT 5, 3.1.3.1), always the same for a connection and another one in each installation.
///
/// Links, tests of connections and `haltere test` all go by this one rule.
pub fn made_up_client_id(installation: &str, connection: &str) -> String {
    // The length in front, so that no two pairs run together into the same text.
    let length = u64::try_from(installation.len()).unwrap_or(u64::MAX);
    let hash = Sha256::new()
        .chain_update(length.to_be_bytes())
        .chain_update(installation)
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

/// Whether [`made_up_client_id`] could have made this one.
pub fn is_made_up_client_id(id: &str) -> bool {
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
            let id = made_up_client_id("0a1b2c3d", connection);
            assert_eq!(id.len(), 23, "{id}");
            assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
            assert!(id.starts_with("haltere"), "{id}");
            assert!(is_made_up_client_id(&id), "{id}");
        }
        for other in ["", "haltere", "haltere2g3uusgi2c54zcn", "haltere2g3uusgi2c54zcn1"] {
            assert!(!is_made_up_client_id(other), "{other}");
        }
    }

    #[test]
    fn it_is_stable() {
        // Brokers may grant rights by it: a change of this line is a change for every installation.
        assert_eq!(made_up_client_id("0a1b2c3d", "mosquitto-dev"), "haltere2g3uusgi2c54zcnr");
    }

    #[test]
    fn connections_and_installations_stay_apart() {
        let pairs = [("i", "ab"), ("ia", "b"), ("", "iab"), ("i", "aB"), ("j", "ab"), ("i", "a/b")];
        let ids: HashSet<_> = pairs.iter().map(|(i, c)| made_up_client_id(i, c)).collect();
        assert_eq!(ids.len(), pairs.len(), "{ids:?}");
    }
}
