//! Recovery codes: each logs in once, in place of a one-time password.

use data_encoding::BASE32_NOPAD;
use haltere_core::Secret;
use haltere_store::RecoveryCodeId;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How many there are.
const CODES: usize = 10;
/// 80 random bits: a fast hash of them can't be reversed.
const BYTES: usize = 10;
/// The length of a code, without hyphens.
pub(super) const CHARS: usize = 16;

/// New recovery codes, with what is not kept.
#[derive(Debug)]
pub(crate) struct RecoveryCodes {
    /// As people read them: `abcd-efgh-ijkl-mnop`.
    pub(crate) texts: Vec<Secret<String>>,
    pub(crate) ids: Vec<RecoveryCodeId>,
}

/// New recovery codes.
pub(crate) fn generate() -> RecoveryCodes {
    let code = || {
        let bytes = Zeroizing::new(rand::random::<[u8; BYTES]>());
        Zeroizing::new(BASE32_NOPAD.encode(&*bytes).to_ascii_lowercase())
    };
    let codes: Vec<_> = std::iter::repeat_with(code).take(CODES).collect();
    RecoveryCodes {
        texts: codes.iter().map(|code| grouped(code)).collect(),
        ids: codes.iter().map(|code| id_of(code)).collect(),
    }
}

/// The id of a code without hyphens, in lower case.
pub(super) fn id_of(code: &str) -> RecoveryCodeId {
    RecoveryCodeId(Sha256::digest(code.as_bytes()).into())
}

fn grouped(code: &str) -> Secret<String> {
    let mut text = String::new();
    for (index, letter) in code.chars().enumerate() {
        if index > 0 && index.is_multiple_of(4) {
            text.push('-');
        }
        text.push(letter);
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_differ_and_have_the_form_that_people_read() {
        let RecoveryCodes { texts, ids } = generate();
        assert_eq!((texts.len(), ids.len()), (CODES, CODES));
        let unique: HashSet<_> = texts.iter().map(|text| text.expose().clone()).collect();
        assert_eq!(unique.len(), CODES);
        for (text, id) in texts.iter().zip(ids) {
            let text = text.expose();
            assert!(text.split('-').all(|group| group.len() == 4), "{text}");
            let plain = text.replace('-', "");
            assert_eq!((plain.len(), id_of(&plain)), (CHARS, id));
        }
    }
}
