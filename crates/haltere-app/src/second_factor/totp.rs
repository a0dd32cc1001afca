//! Time-based one-time passwords: RFC 6238 with HMAC-SHA-1, six digits and steps of 30 seconds, which is what every app for
//! them understands. Pure: the time is a parameter.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use haltere_core::{Secret, Timestamp, UserName};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// The length of a code.
pub(super) const DIGITS: usize = 6;
/// In seconds.
const STEP: i64 = 30;
/// How far the clock of a device may be off, in steps.
const OFF_BY: i64 = 1;
/// As long as the output of the hash (RFC 4226, 4).
const SECRET_BYTES: usize = 20;
/// What apps show next to the code.
const ISSUER: &str = "haltere";

/// A new secret.
pub(crate) fn generate_secret() -> Secret<Vec<u8>> {
    let bytes = Zeroizing::new(rand::random::<[u8; SECRET_BYTES]>());
    Secret::new(bytes.to_vec())
}

/// A secret as people type it into an app.
pub(crate) fn secret_text(secret: &Secret<Vec<u8>>) -> Secret<String> {
    Secret::new(BASE32_NOPAD.encode(secret.expose()))
}

/// What a QR code for an app contains.
pub(crate) fn uri(user: &UserName, secret: &Secret<String>) -> Secret<String> {
    let user = utf8_percent_encode(user.as_str(), NON_ALPHANUMERIC);
    Secret::new(format!(
        "otpauth://totp/{ISSUER}:{user}?secret={}&issuer={ISSUER}",
        secret.expose()
    ))
}

/// The step whose code `typed` is: one that is not far from now, and later than `last`.
pub(crate) fn find_step(
    secret: &Secret<Vec<u8>>,
    typed: &str,
    now: Timestamp,
    last: i64,
) -> Option<i64> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose());
    let now = step_at(now);
    // All of them are compared, and the latest one counts: no earlier one is accepted after it.
    (now - OFF_BY..=now + OFF_BY)
        .filter(|step| {
            let code = Zeroizing::new(format!("{:0DIGITS$}", number(&key, *step) % 1_000_000));
            verify_slices_are_equal(code.as_bytes(), typed.as_bytes()).is_ok()
        })
        .filter(|step| *step > last)
        .max()
}

fn step_at(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP)
}

/// What the digits are of (RFC 4226, 5.3).
fn number(key: &hmac::Key, step: i64) -> u32 {
    let tag = hmac::sign(key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or_default() & 0x0f);
    let (_, bytes) = tag.split_at(offset);
    let bytes = bytes.first_chunk().expect("the tag has 20 bytes, and the offset is at most 15");
    u32::from_be_bytes(*bytes) & 0x7fff_ffff
}

/// The code at a time.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn code_at(secret: &Secret<Vec<u8>>, at: Timestamp) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose());
    format!("{:06}", number(&key, step_at(at)) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret<Vec<u8>> {
        Secret::new(b"12345678901234567890".to_vec())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// RFC 6238, appendix B, as far as it is about SHA-1.
    const VECTORS: [(i64, u32); 6] = [
        (59, 94_287_082),
        (1_111_111_109, 7_081_804),
        (1_111_111_111, 14_050_471),
        (1_234_567_890, 89_005_924),
        (2_000_000_000, 69_279_037),
        (20_000_000_000, 65_353_130),
    ];

    #[test]
    fn the_vectors_of_the_rfc() {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret().expose());
        for (second, digits) in VECTORS {
            assert_eq!(number(&key, second / STEP) % 100_000_000, digits, "{second}");
            let typed = format!("{:06}", digits % 1_000_000);
            assert_eq!(code_at(&secret(), at(second)), typed);
            assert_eq!(find_step(&secret(), &typed, at(second), 0), Some(second / STEP));
        }
    }

    #[test]
    fn a_code_is_accepted_around_its_time_and_once() {
        let now = 1_800_000_015;
        let step = now / STEP;
        let code = code_at(&secret(), at(now));
        let find = |second, last| find_step(&secret(), &code, at(second), last);
        assert_eq!(find(now - 30, 0), Some(step), "the clock of the device is ahead");
        assert_eq!(find(now + 30, 0), Some(step), "the clock of the device is behind");
        assert_eq!(find(now + 60, 0), None);
        assert_eq!(find(now - 60, 0), None);
        assert_eq!(find(now, step - 1), Some(step));
        assert_eq!(find(now, step), None, "it was used");
        assert_eq!(find(now, step + 1), None, "a later one was used");
    }

    #[test]
    fn only_six_digits_are_a_code() {
        let now = at(59);
        for wrong in ["", "28708", "2870820", "287083", " 287082", "２８７０８２"] {
            assert_eq!(find_step(&secret(), wrong, now, 0), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_uri_is_what_apps_read() {
        let text = secret_text(&secret());
        assert_eq!(text.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let user = UserName::parse("René & co").unwrap();
        assert_eq!(
            uri(&user, &text).expose(),
            "otpauth://totp/haltere:Ren%C3%A9%20%26%20co?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=haltere"
        );
        assert_eq!(generate_secret().expose().len(), SECRET_BYTES);
    }
}
