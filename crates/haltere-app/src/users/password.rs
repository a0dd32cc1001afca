//! Rules for passwords, and hashing them.
//!
//! Two keyboards may encode the same `é` in two ways, so a password is hashed in one
//! form, NFKC, in which full-width letters and the blanks of other scripts are the usual ones as well
//! (close to RFC 8265, `OpaqueString`, which stops at NFC). Hashes from before are of what was typed: that is
//! tried second, where it differs, and a password that matches in that form is hashed again.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use haltere_core::{Secret, UserName};
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};
use zeroize::Zeroizing;

use super::weak_password::{self, Weakness};
use crate::error::{FieldFault, Invalid};
use crate::sessions::PasswordHashing;

/// The shortest password, in characters (NIST SP 800-63B, 5.1.1.2).
pub const MIN_CHARS: usize = 8;
/// The longest password, in characters.
pub const MAX_CHARS: usize = 256;
/// The longest one that earlier versions took, in bytes. None of [`MAX_CHARS`] is longer.
pub(super) const MAX_BYTES: usize = 1024;
/// How much of what is typed is looked at, in bytes: it may be longer than its usual form.
const TYPED_MAX_BYTES: usize = 4 * MAX_BYTES;

/// The form in which `password` is hashed; `None` when that is the form it has.
fn usual_form(password: &str) -> Option<Zeroizing<String>> {
    if is_nfkc_quick(password.chars()) == IsNormalized::Yes {
        return None;
    }
    // Enough for the worst case (Unicode, UAX 15), so that it never moves and leaves nothing behind.
    let mut usual = Zeroizing::new(String::with_capacity(password.len() * 11));
    usual.extend(password.nfkc());
    (*usual != password).then_some(usual)
}

/// Whether `password` may be the password of `user`. The field is `password`.
pub(crate) fn check(user: &UserName, password: &Secret<String>) -> Result<(), Invalid> {
    let typed = password.expose();
    let usual = if typed.len() > TYPED_MAX_BYTES { None } else { usual_form(typed) };
    let text = usual.as_ref().map_or(typed.as_str(), |usual| usual.as_str());
    let fault = if text.chars().count() < MIN_CHARS {
        FieldFault::TooShort { min: MIN_CHARS }
    } else if text.chars().count() > MAX_CHARS {
        FieldFault::TooLong { max: MAX_CHARS }
    } else {
        match weak_password::find(text, user.as_str()) {
            Some(Weakness::Common) => FieldFault::CommonPassword,
            Some(Weakness::MadeOfNames) => FieldFault::MadeOfNames,
            None => return Ok(()),
        }
    };
    Err(Invalid::of("password", &fault))
}

/// Whether they are hashed in the same form.
pub(crate) fn is_same(one: &Secret<String>, other: &Secret<String>) -> bool {
    let usual = |password: &Secret<String>| {
        usual_form(password.expose()).unwrap_or_else(|| Zeroizing::new(password.expose().clone()))
    };
    usual(one) == usual(other)
}

/// Hashes the usual form of `typed` with a new salt.
pub(super) fn hash_typed(
    cost: PasswordHashing,
    typed: &str,
) -> Result<String, password_hash::Error> {
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params(cost)?);
    let usual = usual_form(typed);
    let text = usual.as_ref().map_or(typed, |usual| usual.as_str());
    let hash: PasswordHash = hasher.hash_password(text.as_bytes())?;
    Ok(hash.to_string())
}

/// What comes of a password.
#[derive(Debug, PartialEq)]
pub(crate) enum PasswordMatch {
    Wrong,
    Right,
    /// It is right, and time for a new hash of this usual form: the old one is of the form it was typed in, or costs
    /// less than hashes do now.
    RightButOutdated(Secret<String>),
}

/// Tries the usual form of `typed`, and what was typed where that differs: the same for every user, so
/// that the time it takes reveals only the form of what was typed. Hashes that cost less than `cost` are outdated.
pub(super) fn verify_typed(
    typed: &str,
    hash: &str,
    cost: PasswordHashing,
) -> Result<PasswordMatch, password_hash::Error> {
    let cut = &typed[..typed.floor_char_boundary(TYPED_MAX_BYTES)];
    let is_whole = cut.len() == typed.len();
    let usual = usual_form(cut);
    let first = usual.as_ref().map_or(cut, |usual| usual.as_str());
    if verify_cut(first, hash)? && is_whole {
        return Ok(if is_outdated(hash, cost)? {
            PasswordMatch::RightButOutdated(Secret::from(first))
        } else {
            PasswordMatch::Right
        });
    }
    if let Some(usual) = &usual
        && verify_cut(cut, hash)?
        && is_whole
    {
        return Ok(PasswordMatch::RightButOutdated(Secret::from(usual.as_str())));
    }
    Ok(PasswordMatch::Wrong)
}

/// No password is longer than the maximum; truncated, it takes no longer than others.
fn verify_cut(text: &str, hash: &str) -> Result<bool, password_hash::Error> {
    let cut = text.floor_char_boundary(MAX_BYTES);
    verify(&text[..cut], hash).map(|is_right| is_right && cut == text.len())
}

/// Whether `hash` is one of `password`.
fn verify(password: &str, hash: &str) -> Result<bool, password_hash::Error> {
    match Argon2::default().verify_password(password.as_bytes(), hash) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a hash costs less than `cost` in any respect, or is made otherwise.
fn is_outdated(hash: &str, cost: PasswordHashing) -> Result<bool, password_hash::Error> {
    let is_usual = hash.starts_with("$argon2id$");
    let found = Params::try_from(&PasswordHash::new(hash)?)?;
    let is_cheaper = found.m_cost() < cost.memory_kib
        || found.t_cost() < cost.iterations
        || found.p_cost() < cost.parallelism;
    Ok(!is_usual || is_cheaper)
}

fn params(cost: PasswordHashing) -> Result<Params, password_hash::Error> {
    let PasswordHashing { memory_kib, iterations, parallelism } = cost;
    Ok(Params::new(memory_kib, iterations, parallelism, None)?)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const CHEAP: PasswordHashing = PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1 };

    /// One password as keyboards type it: composed, decomposed, full-width, with another script's blank.
    const WAYS: [&str; 4] = [
        "Schl\u{fc}ssel 12",
        "Schlu\u{308}ssel 12",
        "Ｓｃｈｌ\u{fc}ｓｓｅｌ １２",
        "Schl\u{fc}ssel\u{3000}12",
    ];

    #[test]
    fn however_it_is_typed_it_is_one_password() {
        for set in WAYS {
            let hash = hash_typed(CHEAP, set).unwrap();
            for typed in WAYS {
                assert_eq!(
                    verify_typed(typed, &hash, CHEAP).unwrap(),
                    PasswordMatch::Right,
                    "{set:?} {typed:?}"
                );
            }
            for wrong in ["Schlussel 12", "schl\u{fc}ssel 12"] {
                assert_eq!(
                    verify_typed(wrong, &hash, CHEAP).unwrap(),
                    PasswordMatch::Wrong,
                    "{wrong:?}"
                );
            }
        }
    }

    #[test]
    fn a_hash_of_the_typed_form_matches_only_that_form() {
        let old = |typed: &str| {
            let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params(CHEAP).unwrap());
            let hash: PasswordHash = hasher.hash_password(typed.as_bytes()).unwrap();
            hash.to_string()
        };
        let hash = old(WAYS[1]);
        let usual = PasswordMatch::RightButOutdated(WAYS[0].into());
        assert_eq!(verify_typed(WAYS[1], &hash, CHEAP).unwrap(), usual);
        assert_eq!(verify_typed(WAYS[0], &hash, CHEAP).unwrap(), PasswordMatch::Wrong);
        assert_eq!(
            verify_typed("plain ascii", &old("plain ascii"), CHEAP).unwrap(),
            PasswordMatch::Right
        );
    }

    /// Of two ways to spend more, each is a reason for a new hash; less is none.
    #[test]
    fn a_hash_that_costs_less_is_outdated() {
        const COST: PasswordHashing =
            PasswordHashing { memory_kib: 16, iterations: 2, parallelism: 1 };
        let typed = WAYS[0];
        for (cost, is_outdated) in [
            (COST, false),
            (PasswordHashing { memory_kib: 8, ..COST }, true),
            (PasswordHashing { iterations: 1, ..COST }, true),
            (PasswordHashing { memory_kib: 32, iterations: 3, parallelism: 1 }, false),
        ] {
            let expected = if is_outdated {
                PasswordMatch::RightButOutdated(typed.into())
            } else {
                PasswordMatch::Right
            };
            let hash = hash_typed(cost, typed).unwrap();
            assert_eq!(verify_typed(typed, &hash, COST).unwrap(), expected, "{cost:?}");
            assert_eq!(verify_typed("wrong", &hash, COST).unwrap(), PasswordMatch::Wrong);
        }
    }

    /// Eight different letters, so that no part of it is a word.
    const PART: &str = "kq\u{fc}xzvjw";

    #[test]
    fn the_longest_is_the_longest_in_its_usual_form() {
        let user = UserName::parse("ann").unwrap();
        let decomposed = PART.replace('\u{fc}', "u\u{308}");
        let long = |part: &str, count| format!("{}-{}", part.repeat(count), PART.repeat(count));
        check(&user, &long(&decomposed, 15).into()).expect("241 characters in its usual form");
        check(&user, &long(&decomposed, 16).into()).expect_err("257");
        check(&user, &"\u{fdfa}".repeat(100).into()).expect_err("a ligature of 18 letters");
        check(&user, &"x".repeat(5_000).into()).expect_err("too long in any form");
    }

    #[test]
    fn rules_for_passwords() {
        let user = UserName::parse("ann").unwrap();
        // Different ones, so that it is no repetition.
        let words = |count| {
            let mut text = String::new();
            for n in 0..count {
                write!(text, "{n:03}q").unwrap();
            }
            text
        };
        for (bad, why) in [
            ("sho7q-k".to_owned(), "at least 8"),
            (words(64) + "q", "at most 256"),
            ("Passw0rd!".to_owned(), "many people"),
            ("ＰＡＳＳＷＯＲＤ".to_owned(), "many people"),
            ("ann-ann-2026".to_owned(), "user name"),
            ("ＡＮＮＡＮＮＡＮＮ".to_owned(), "user name"),
            ("Haltere#2026".to_owned(), "product"),
        ] {
            let error = check(&user, &Secret::new(bad)).unwrap_err();
            assert!(error.reason.contains(why), "{error}");
        }
        check(&user, &words(64).into()).expect("256 characters");
        check(&user, &"m\u{f6}wen-\u{fc}7".into()).expect("eight characters");
    }
}
