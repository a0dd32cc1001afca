//! Passwords that are guessed first: common ones, and those made of names that an attacker knows.
//!
//! Variations that people consider clever (`P@ssw0rd1!`, `summer-2026`, `annANN12`) are tried by every program that
//! guesses passwords, so they are refused here. The throttle of logins protects the rest.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::LazyLock;

use zeroize::Zeroizing;

/// Words and whole passwords, in lower case.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// Names that the login page shows.
const PRODUCT: [&str; 4] = ["haltere", "mosquitto", "cedalo", "mqtt"];

/// Rows of keyboards, and the order of digits and letters.
const ROWS: [&str; 8] = [
    "12345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6z7u8i9o0p",
];

/// A name shorter than this is part of too many words.
const SHORTEST_NAME: usize = 3;

/// What makes a password easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weakness {
    /// Many people use it, or something like it.
    Common,
    /// It consists of the user's or the product's name.
    MadeOfNames,
}

/// Why `password`, in its usual form, is easy to guess for the user `name`; `None` if it is not.
pub(super) fn find(password: &str, name: &str) -> Option<Weakness> {
    let lower = Zeroizing::new(password.to_lowercase());
    if is_made_of_names(&lower, name) {
        return Some(Weakness::MadeOfNames);
    }
    is_common(&lower).then_some(Weakness::Common)
}

fn is_made_of_names(lower: &str, user: &str) -> bool {
    let user: String = user.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let names = PRODUCT.into_iter().chain([user.as_str()]);
    let mut names: Vec<&str> = names.filter(|name| name.chars().count() >= SHORTEST_NAME).collect();
    // The longest first, so that no part of it is taken before.
    names.sort_by_key(|name| Reverse(name.len()));
    cores(lower).into_iter().flat_map(readings).any(|read| {
        let plain = only(&read, char::is_alphanumeric);
        let mut rest = plain.clone();
        for name in &names {
            rest = Zeroizing::new(rest.replace(name, " "));
        }
        let is_named = *rest != *plain;
        let rest = only(&rest, char::is_alphabetic);
        is_named && (rest.is_empty() || COMMON.contains(rest.as_str()))
    })
}

/// The text, and without what people put around a word to make it pass.
fn cores(text: &str) -> [&str; 4] {
    [
        text,
        text.trim_matches(|c: char| !c.is_alphabetic()),
        text.trim_matches(|c: char| !c.is_alphanumeric()),
        text.trim_matches(|c: char| c.is_numeric()),
    ]
}

fn is_common(lower: &str) -> bool {
    if is_monotonous(lower) {
        return true;
    }
    cores(lower).into_iter().flat_map(readings).any(|read| {
        let plain = only(&read, char::is_alphanumeric);
        COMMON.contains(plain.as_str()) || is_monotonous(&plain)
    })
}

/// The text as it is, and with digits and punctuation replaced by the letters that they resemble.
fn readings(text: &str) -> [Zeroizing<String>; 3] {
    let with = |one: char| {
        let letter = |c| match c {
            '@' | '4' => 'a',
            '8' => 'b',
            '3' | '€' => 'e',
            '1' | '!' | '|' => one,
            '0' => 'o',
            '$' | '5' => 's',
            '7' | '+' => 't',
            '2' => 'z',
            c => c,
        };
        Zeroizing::new(text.chars().map(letter).collect::<String>())
    };
    [Zeroizing::new(text.to_owned()), with('i'), with('l')]
}

/// Whether it is one short thing again and again, or a stretch of a row.
fn is_monotonous(text: &str) -> bool {
    let letters = Zeroizing::new(text.chars().collect::<Vec<char>>());
    let count = letters.len();
    if count < 4 {
        return false;
    }
    let unit = (1..count).find(|unit| letters[*unit..] == letters[..count - unit]).unwrap_or(count);
    let first: Zeroizing<String> = Zeroizing::new(letters[..unit].iter().collect());
    if unit <= 4 || (unit < count && COMMON.contains(first.as_str())) {
        return true;
    }
    let backwards: Zeroizing<String> = Zeroizing::new(letters.iter().rev().collect());
    ROWS.iter().any(|row| row.contains(text) || row.contains(backwards.as_str()))
}

fn only(text: &str, wanted: impl Fn(char) -> bool) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(|c| wanted(*c)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn common_ones_and_variations_of_them() {
        for password in [
            "password",
            "Password1!",
            "P@ssw0rd",
            "p4$$w0rd99",
            "pass-word",
            "Passwort123",
            "passwordpassword",
            "12345678",
            "0987654321",
            "abcdefgh",
            "hgfedcba",
            "QWERTZUIOP",
            "asdfghjkl",
            "1q2w3e4r",
            "qazwsxedc",
            "aaaaaaaa",
            "abababab",
            "........",
            "summer2026!",
            "2026Summer",
            "!!iloveyou!!",
            "l3tm31n!",
            "admin12345",
            "Welcome#1",
            "changeme",
        ] {
            assert_eq!(find(password, "ann"), Some(Weakness::Common), "{password}");
        }
    }

    #[test]
    fn those_made_of_names() {
        for (password, user) in [
            ("haltere1", "ann"),
            ("Haltere2026!", "ann"),
            ("h4lt3r3!!", "ann"),
            ("mosquitto", "ann"),
            ("MQTT-mosquitto-1", "ann"),
            ("halterehaltere", "ann"),
            ("haltere-admin", "ann"),
            ("annANN12", "ann"),
            ("lena.huber", "lena.huber"),
            ("LenaHuber1990", "lena.huber"),
            ("lenahuber#password", "lena.huber"),
            ("\u{f6}znur\u{d6}ZNUR", "\u{d6}znur"),
        ] {
            assert_eq!(find(password, user), Some(Weakness::MadeOfNames), "{password}");
        }
    }

    #[test]
    fn good_ones() {
        for password in [
            "a fine password",
            "another-password",
            "wind over the dunes",
            "haltere keeps 40 brokers",
            "ann likes cold tea",
            "tH7#kq!pz2",
            "xK9$wqLm",
            "m\u{fc}de M\u{f6}wen",
        ] {
            assert_eq!(find(password, "ann"), None, "{password}");
        }
        // A name of two letters is in many words.
        assert_eq!(find("bananasplit", "an"), None);
        // Only a part of the user's name.
        assert_eq!(find("hubermosquitto", "lena.huber"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(password in ".{0,64}", name in ".{1,16}") {
            let _ = find(&password, &name);
        }

        #[test]
        fn case_and_what_is_around_a_word_make_no_difference(
            word in prop::sample::select(vec!["password", "sunshine", "iloveyou", "welcome", "haltere"]),
            before in "[0-9!#.-]{0,4}", after in "[0-9!#.-]{0,6}", shout in any::<bool>(),
        ) {
            let word = if shout { word.to_uppercase() } else { word.to_owned() };
            let found = find(&format!("{before}{word}{after}"), "ann");
            prop_assert!(found.is_some());
        }

        #[test]
        fn random_text_is_good(password in "[a-zA-Z0-9]{14,20}") {
            prop_assert_eq!(find(&password, "ann"), None);
        }
    }
}
