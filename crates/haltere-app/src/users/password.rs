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
use tokio::task::spawn_blocking;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};
use zeroize::Zeroizing;

use crate::error::{ErrorContext, FieldFault, Internal, Invalid};
use crate::sessions::PasswordHashing;

/// The shortest password, in characters (NIST SP 800-63B, 5.1.1.2).
pub const MIN_CHARS: usize = 8;
/// The longest password, in bytes.
pub const MAX_BYTES: usize = 1024;
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
    } else if text.len() > MAX_BYTES {
        FieldFault::TooManyBytes { max: MAX_BYTES }
    } else if text.eq_ignore_ascii_case(user.as_str()) {
        FieldFault::IsUserName
    } else {
        return Ok(());
    };
    Err(Invalid::of("password", &fault))
}

/// Hashes a password with a new salt.
pub(crate) async fn hash(
    cost: PasswordHashing,
    password: Secret<String>,
) -> Result<String, Internal> {
    let hashed = spawn_blocking(move || {
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params(cost)?);
        let typed = password.expose();
        let usual = usual_form(typed);
        let text = usual.as_ref().map_or(typed.as_str(), |usual| usual.as_str());
        let hash: PasswordHash = hasher.hash_password(text.as_bytes())?;
        Ok::<_, password_hash::Error>(hash.to_string())
    });
    hashed.await.context("hash a password")?.context("hash a password")
}

/// What comes of a password.
#[derive(Debug, PartialEq)]
pub(crate) enum PasswordMatch {
    Wrong,
    Right,
    /// It is right, and the hash is of the form it was typed in: time for one of its usual form.
    RightAsTyped(Secret<String>),
}

/// Tries the usual form of `typed`, and what was typed where that differs: the same for every user, so
/// that the time it takes reveals only the form of what was typed.
pub(super) fn verify_typed(typed: &str, hash: &str) -> Result<PasswordMatch, password_hash::Error> {
    let cut = &typed[..typed.floor_char_boundary(TYPED_MAX_BYTES)];
    let is_whole = cut.len() == typed.len();
    let usual = usual_form(cut);
    let first = usual.as_ref().map_or(cut, |usual| usual.as_str());
    if verify_cut(first, hash)? && is_whole {
        return Ok(PasswordMatch::Right);
    }
    if let Some(usual) = &usual
        && verify_cut(cut, hash)?
        && is_whole
    {
        return Ok(PasswordMatch::RightAsTyped(Secret::from(usual.as_str())));
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

fn params(cost: PasswordHashing) -> Result<Params, password_hash::Error> {
    let PasswordHashing { memory_kib, iterations, parallelism } = cost;
    Ok(Params::new(memory_kib, iterations, parallelism, None)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordHashing = PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1 };

    /// One password as keyboards type it: composed, decomposed, full-width, with another script's blank.
    const WAYS: [&str; 4] = [
        "Schl\u{fc}ssel 12",
        "Schlu\u{308}ssel 12",
        "Ｓｃｈｌ\u{fc}ｓｓｅｌ １２",
        "Schl\u{fc}ssel\u{3000}12",
    ];

    #[tokio::test]
    async fn however_it_is_typed_it_is_one_password() {
        for set in WAYS {
            let hash = hash(CHEAP, set.into()).await.unwrap();
            for typed in WAYS {
                assert_eq!(
                    verify_typed(typed, &hash).unwrap(),
                    PasswordMatch::Right,
                    "{set:?} {typed:?}"
                );
            }
            for wrong in ["Schlussel 12", "schl\u{fc}ssel 12"] {
                assert_eq!(verify_typed(wrong, &hash).unwrap(), PasswordMatch::Wrong, "{wrong:?}");
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
        let usual = PasswordMatch::RightAsTyped(WAYS[0].into());
        assert_eq!(verify_typed(WAYS[1], &hash).unwrap(), usual);
        assert_eq!(verify_typed(WAYS[0], &hash).unwrap(), PasswordMatch::Wrong);
        assert_eq!(verify_typed("plain ascii", &old("plain ascii")).unwrap(), PasswordMatch::Right);
    }

    #[test]
    fn the_longest_is_the_longest_in_its_usual_form() {
        let user = UserName::parse("ann").unwrap();
        check(&user, &"u\u{308}".repeat(512).into()).expect("1024 bytes in its usual form");
        check(&user, &"u\u{308}".repeat(513).into()).expect_err("more than that");
        check(&user, &"\u{fdfa}".repeat(100).into()).expect_err("a ligature of 18 letters");
        check(&user, &"x".repeat(5_000).into()).expect_err("too long in any form");
        check(&user, &"ＡＮＮＡＮＮＡＮＮ".into()).expect("nine letters");
        let user = UserName::parse("annannann").unwrap();
        check(&user, &"ＡＮＮＡＮＮＡＮＮ".into()).expect_err("the user name");
    }

    #[test]
    fn rules_for_passwords() {
        let user = UserName::parse("administrator").unwrap();
        for (bad, why) in [
            ("short12".to_owned(), "at least 8"),
            ("x".repeat(1025), "at most 1024"),
            ("Administrator".to_owned(), "user name"),
        ] {
            let error = check(&user, &Secret::new(bad)).unwrap_err();
            assert!(error.reason.contains(why), "{error}");
        }
        check(&user, &"üüüüüüüü".into()).expect("eight characters");
    }
}
