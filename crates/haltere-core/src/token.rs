//! Application tokens: secrets by which programs authenticate, and names for them.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::connection::ConnectionId;
use crate::labels::LabelSelector;
use crate::network::Network;
use crate::secret::Secret;
use crate::text::{self, TextError};

/// What every token begins with, so that scanners for leaked secrets recognize it.
const PREFIX: &str = "hlt_";
/// 256 bits take 43 digits to the base of 62.
const RANDOM_DIGITS: usize = 43;
/// 32 bits take 6.
const CHECKSUM_DIGITS: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The secret of a token: `hlt_`, 256 random bits, and the CRC-32 of all that precedes it, both in base 62:
/// `hlt_[0-9A-Za-z]{49}`.
///
/// The checksum tells a token from other text without a look at what is stored. It makes nothing safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSecret(Secret<String>);

impl TokenSecret {
    /// The length of each token, in characters.
    pub const CHARS: usize = PREFIX.len() + RANDOM_DIGITS + CHECKSUM_DIGITS;

    /// The token with these random bits.
    pub fn of_random(bits: &[u8; 32]) -> Self {
        let mut text = String::with_capacity(Self::CHARS);
        text.push_str(PREFIX);
        push_digits(&mut text, Zeroizing::new(*bits), RANDOM_DIGITS);
        let checksum = crc32(text.as_bytes());
        push_digits(&mut text, Zeroizing::new(checksum.to_be_bytes()), CHECKSUM_DIGITS);
        Self(Secret::new(text))
    }

    /// Whether a text is meant to be a token of ours, valid or not.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The token, if it is one: the form and the checksum are right.
    pub fn parse(text: &str) -> Option<Self> {
        let is_formed = text.len() == Self::CHARS
            && Self::is_meant(text)
            && text[PREFIX.len()..].bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_formed {
            return None;
        }
        let (covered, checksum) = text.split_at(Self::CHARS - CHECKSUM_DIGITS);
        let mut expected = String::with_capacity(CHECKSUM_DIGITS);
        let computed = crc32(covered.as_bytes()).to_be_bytes();
        push_digits(&mut expected, Zeroizing::new(computed), CHECKSUM_DIGITS);
        (checksum == expected).then(|| Self(text.into()))
    }

    /// The token itself. Do not store or format what this returns.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Appends a big-endian number to the base of 62, with leading zeros.
fn push_digits<const N: usize>(text: &mut String, mut number: Zeroizing<[u8; N]>, count: usize) {
    let mut digits = Zeroizing::new(Vec::with_capacity(count));
    for _ in 0..count {
        let mut rest = 0_u16;
        for byte in number.iter_mut() {
            let value = rest << 8 | u16::from(*byte);
            // Less than 256, because `rest` is less than 62.
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        digits.push(char::from(DIGITS[usize::from(rest)]));
    }
    text.extend(digits.iter().rev());
}

/// The CRC-32 of ISO-HDLC (that of gzip and PNG). Bit by bit: it reads 47 bytes.
fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// Names a token without being its secret: the SHA-256 of it, which is all that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenId(pub [u8; 32]);

impl TokenId {
    /// Reads what [`fmt::Display`] writes: 64 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HEXLOWER.encode_display(&self.0).fmt(f)
    }
}

/// A token's name: trimmed, 1 to 30 characters, none of which hides or turns text; case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenName(String);

impl TokenName {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 30;

    /// Trims the text and takes it, when it obeys the rules.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let trimmed = text.trim();
        text::check(trimmed, Self::MAX_CHARS)?;
        text::check_visible(trimmed)?;
        Ok(Self(trimmed.to_owned()))
    }

    /// The same after the text is cut to the longest length, as the management center for Mosquitto does.
    pub fn parse_cut(text: &str) -> Result<Self, TextError> {
        let cut: String = text.trim().chars().take(Self::MAX_CHARS).collect();
        Self::parse(&cut)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a token is limited to, in addition to its role. The default limits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct TokenScope {
    /// Only these connections; `None` for all.
    pub connections: Option<BTreeSet<ConnectionId>>,
    /// Only connections with these labels; without a term, all.
    pub labels: LabelSelector,
    /// Only requests from these addresses; empty for any.
    pub networks: Vec<Network>,
    /// Only actions that change nothing.
    pub read_only: bool,
}

impl TokenScope {
    /// Whether a request from `address` may use the token. If the address is not known, only a token without networks.
    pub fn allows_address(&self, address: Option<IpAddr>) -> bool {
        let is_in = |address| self.networks.iter().any(|network| network.contains(address));
        self.networks.is_empty() || address.is_some_and(is_in)
    }

    /// Whether there are connections that it does not cover.
    pub fn hides_connections(&self) -> bool {
        self.connections.is_some() || !self.labels.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_checksum_is_the_crc_32_of_gzip() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn a_token_looks_as_scanners_expect() {
        let least = TokenSecret::of_random(&[0; 32]);
        assert_eq!(least.expose(), "hlt_00000000000000000000000000000000000000000003JHSGX");
        let most = TokenSecret::of_random(&[255; 32]);
        assert_eq!(most.expose(), "hlt_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp10ZUqTp");
        assert_eq!(format!("{most:?}"), "TokenSecret([secret])");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let token = TokenSecret::of_random(&[7; 32]);
        let text = token.expose();
        let cases = [
            String::new(),
            "hlt_".to_owned(),
            text[1..].to_owned(),
            text[..text.len() - 1].to_owned(),
            format!("{text}0"),
            format!(" {}", &text[1..]),
            text.replace("hlt_", "HLT_"),
            format!("{}é", &text[..text.len() - 2]),
            format!("hlt_é{}", &text[6..]),
        ];
        for case in cases {
            assert_eq!(TokenSecret::parse(&case), None, "{case:?}");
        }
    }

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = TokenId([0xab; 32]);
        assert_eq!(TokenId::parse(&id.to_string()), Some(id));
        let upper = id.to_string().to_uppercase();
        for wrong in ["", "ab", &upper] {
            assert_eq!(TokenId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_name_is_trimmed_cut_and_visible() {
        let name = |text: &str| TokenName::parse(text).map(|name| name.0);
        assert_eq!(name(" ci deploy "), Ok("ci deploy".to_owned()));
        assert_eq!(name(&"x".repeat(31)), Err(TextError::TooLong { max: 30 }));
        assert_eq!(name("  "), Err(TextError::Empty));
        assert_eq!(name("a\u{202e}b"), Err(TextError::hidden('\u{202e}')));
        let cut = TokenName::parse_cut(&format!("{} y", "ü".repeat(30))).expect("cut");
        assert_eq!(cut.as_str(), "ü".repeat(30));
        assert_eq!(TokenName::parse_cut(&format!("a{} b", " ".repeat(40))).unwrap().0, "a");
    }

    #[test]
    fn a_token_with_networks_needs_an_address_in_one_of_them() {
        let networks = ["10.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().unwrap()).into();
        let scope = TokenScope { networks, ..TokenScope::default() };
        let allows = |address: &str| scope.allows_address(Some(address.parse().unwrap()));
        assert!(allows("10.1.2.3") && allows("2001:db8::1") && allows("::ffff:10.0.0.1"));
        assert!(!allows("11.0.0.1") && !allows("::1"));
        assert!(!scope.allows_address(None));
        assert!(TokenScope::default().allows_address(None));
    }

    proptest! {
        #[test]
        fn a_token_is_read_back(bits: [u8; 32]) {
            let token = TokenSecret::of_random(&bits);
            prop_assert_eq!(token.expose().len(), TokenSecret::CHARS);
            prop_assert_eq!(TokenSecret::parse(token.expose()), Some(token));
        }

        #[test]
        fn different_bits_are_different_tokens(one: [u8; 32], other: [u8; 32]) {
            let equal = TokenSecret::of_random(&one) == TokenSecret::of_random(&other);
            prop_assert_eq!(equal, one == other);
        }

        /// A CRC-32 finds each change within 32 bits.
        #[test]
        fn a_changed_character_is_found(bits: [u8; 32], at in 4..TokenSecret::CHARS, by in 1..62_usize) {
            let mut text = TokenSecret::of_random(&bits).expose().as_bytes().to_vec();
            let digit = DIGITS.iter().position(|digit| *digit == text[at]).expect("a digit");
            text[at] = DIGITS[(digit + by) % 62];
            prop_assert_eq!(TokenSecret::parse(std::str::from_utf8(&text).unwrap()), None);
        }

        #[test]
        fn two_swapped_characters_are_found(bits: [u8; 32], at in 4..TokenSecret::CHARS - 1) {
            let token = TokenSecret::of_random(&bits);
            let mut text = token.expose().as_bytes().to_vec();
            text.swap(at, at + 1);
            let text = String::from_utf8(text).unwrap();
            prop_assume!(text != token.expose());
            prop_assert_eq!(TokenSecret::parse(&text), None);
        }

        #[test]
        fn no_text_makes_reading_a_token_panic(text in any::<String>()) {
            let meant = format!("hlt_{text}");
            let _ = (TokenSecret::parse(&text), TokenSecret::parse(&meant), TokenId::parse(&text));
            let _ = TokenName::parse_cut(&text);
        }
    }
}
