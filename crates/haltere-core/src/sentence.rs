//! Sentences for people, as a key with parameters.
//!
//! Every reason of a failure, every line of advice and every fault of a field is a variant of an enum made by
//! `sentences!`. Its English text is for users of the API and of the command line; the console has a text of its own for
//! each key, in each of its languages.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::{MqttReason, Timestamp};

/// The value of a parameter on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// Text, which may come from a broker: bounded and printable, but not to be trusted.
    Text(String),
    /// A number.
    Number(u64),
}

/// The name of a parameter, and what it is: `text`, `number`, `date`, `time`, `certificate`, `code`, or the kind of a
/// sentence within the sentence.
pub type ParameterKind = (&'static str, &'static str);

/// The key of a sentence, and its parameters.
pub type SentenceKind = (&'static str, &'static [ParameterKind]);

/// A parameter of a sentence: its kind, its name and its value.
pub type ParameterOf = (&'static str, &'static str, ParameterValue);

/// What is left of a line, see [`Sentence::to_line`].
pub type Parts<'a> = std::str::Split<'a, char>;

/// A sentence with its parameters.
pub trait Sentence: fmt::Display + Sized {
    /// All that there are.
    const ALL: &'static [SentenceKind];

    /// The name of the sentence. Stable: other programs have texts for it.
    fn key(&self) -> &'static str;

    /// All parameters, in their order. Those of a sentence within the sentence follow it.
    fn all_parameters(&self) -> Vec<ParameterOf>;

    /// The values of the parameters. Names of settings are none: they depend on who reads the sentence.
    fn parameters(&self) -> Vec<(&'static str, ParameterValue)> {
        let shown = self.all_parameters().into_iter().filter(|(kind, ..)| !kind.is_empty());
        shown.map(|(_, name, value)| (name, value)).collect()
    }

    /// The key and all parameters in one line, separated by tabs: `ConnectionRefused⇥peer=10.0.0.7:1883`. None if a
    /// value contains a tab or a line break.
    fn to_line(&self) -> Option<String> {
        let mut line = self.key().to_owned();
        for (_, name, value) in self.all_parameters() {
            let text = match value {
                ParameterValue::Text(text) => text,
                ParameterValue::Number(number) => number.to_string(),
            };
            if text.contains(['\t', '\n']) {
                return None;
            }
            line.extend(["\t", name, "=", &text]);
        }
        Some(line)
    }

    /// The sentence of a line. None if the key or a parameter is not known, as another version may have written it.
    fn from_line(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        let sentence = Self::from_parts(parts.next()?, &mut parts)?;
        parts.next().is_none().then_some(sentence)
    }

    /// The sentence with this key, whose parameters are taken from the front of `parts`.
    fn from_parts(key: &str, parts: &mut Parts<'_>) -> Option<Self>;
}

/// The key of a sentence for other programs: `ConnectionRefused` ⇒ `connectionRefused`.
pub fn public_key(key: &str) -> String {
    let (first, rest) = key.split_at(1);
    first.to_ascii_lowercase() + rest
}

/// What a sentence can have as a parameter.
pub trait Parameter: fmt::Display + Sized {
    /// What it is; empty for what only the English text contains.
    const KIND: &'static str;

    /// The value for other programs.
    fn value(&self) -> ParameterValue {
        ParameterValue::Text(self.to_string())
    }

    /// The opposite of [`Parameter::value`]. None for parameters of sentences that are not stored.
    fn from_value(_: &str) -> Option<Self> {
        None
    }

    /// The parameter; if it is a sentence, followed by its parameters.
    fn all(&self, name: &'static str) -> Vec<ParameterOf> {
        vec![(Self::KIND, name, self.value())]
    }

    /// The opposite of [`Parameter::all`], taken from the front of a line.
    fn from_parts(name: &str, parts: &mut Parts<'_>) -> Option<Self> {
        Self::from_value(named_value(name, parts.next()?)?)
    }
}

/// The value in `name=value`.
pub fn named_value<'a>(name: &str, part: &'a str) -> Option<&'a str> {
    part.strip_prefix(name)?.strip_prefix('=')
}

/// Makes an enum of sentences a parameter of other sentences. A parameter of this kind has the same name everywhere,
/// and no other parameter of these sentences has it. Their own parameters are parameters of the outer sentence, too.
#[macro_export]
macro_rules! sentence_within {
    ($Name:ident: $kind:literal) => {
        impl $crate::sentence::Parameter for $Name {
            const KIND: &'static str = $kind;

            fn value(&self) -> $crate::sentence::ParameterValue {
                let key = $crate::sentence::Sentence::key(self);
                $crate::sentence::ParameterValue::Text($crate::sentence::public_key(key))
            }

            fn all(&self, name: &'static str) -> Vec<$crate::sentence::ParameterOf> {
                let own = (Self::KIND, name, $crate::sentence::Parameter::value(self));
                let inner = $crate::sentence::Sentence::all_parameters(self);
                ::std::iter::once(own).chain(inner).collect()
            }

            fn from_parts(name: &str, parts: &mut $crate::sentence::Parts<'_>) -> Option<Self> {
                let shown = $crate::sentence::named_value(name, parts.next()?)?;
                let (key, _) = <Self as $crate::sentence::Sentence>::ALL
                    .iter()
                    .find(|(key, _)| $crate::sentence::public_key(key) == shown)?;
                <Self as $crate::sentence::Sentence>::from_parts(key, parts)
            }
        }
    };
}

macro_rules! text_parameters {
    ($($Type:ty),+) => { $(impl Parameter for $Type {
        const KIND: &'static str = "text";

        fn from_value(text: &str) -> Option<Self> {
            text.parse().ok()
        }
    })+ };
}
text_parameters!(String, SocketAddr, IpAddr);

impl Parameter for MqttReason {
    const KIND: &'static str = "text";

    fn from_value(text: &str) -> Option<Self> {
        Self::from_name(text)
    }
}

impl Parameter for u16 {
    const KIND: &'static str = "number";

    fn value(&self) -> ParameterValue {
        ParameterValue::Number((*self).into())
    }
}

impl Parameter for u64 {
    const KIND: &'static str = "number";

    fn value(&self) -> ParameterValue {
        ParameterValue::Number(*self)
    }

    fn from_value(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Parameter for usize {
    const KIND: &'static str = "number";

    fn value(&self) -> ParameterValue {
        ParameterValue::Number(u64::try_from(*self).unwrap_or(u64::MAX))
    }

    fn from_value(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The name that a library or a standard has for something, in lower case with underscores: `no_kx_groups_in_common`.
/// The English text has spaces in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    const MAX_CHARS: usize = 100;

    /// The name of an enum's variant, without its content: `NoKxGroupsInCommon` ⇒ `no_kx_groups_in_common`.
    pub fn of_variant(value: &impl fmt::Debug) -> Self {
        let name = format!("{value:?}");
        let mut code = String::with_capacity(name.len());
        let letters = name.chars().take_while(char::is_ascii_alphanumeric);
        for letter in letters.take(Self::MAX_CHARS) {
            if letter.is_ascii_uppercase() && !code.is_empty() {
                code.push('_');
            }
            code.push(letter.to_ascii_lowercase());
        }
        Self(code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.replace('_', " "))
    }
}

impl Parameter for Code {
    const KIND: &'static str = "code";

    fn value(&self) -> ParameterValue {
        ParameterValue::Text(self.0.clone())
    }

    fn from_value(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

/// A character that can't be shown, by its number: `U+200B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodePoint(pub char);

impl fmt::Display for CodePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U+{:04X}", u32::from(self.0))
    }
}

impl Parameter for CodePoint {
    const KIND: &'static str = "text";
}

/// A time limit, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_secs_f32().fmt(f)
    }
}

impl Parameter for Seconds {
    const KIND: &'static str = "text";

    fn from_value(text: &str) -> Option<Self> {
        Duration::try_from_secs_f64(text.parse().ok()?).ok().map(Self)
    }
}

impl Parameter for Timestamp {
    const KIND: &'static str = "time";

    fn from_value(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A day, of which the time of day does not matter. "Never" is a day later than a timestamp can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub Timestamp);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Timestamp::MAX {
            return f.write_str("9999-12-31");
        }
        f.write_str(self.0.to_string().get(..10).unwrap_or_default())
    }
}

impl Parameter for Day {
    const KIND: &'static str = "date";

    fn value(&self) -> ParameterValue {
        ParameterValue::Text(self.0.to_string())
    }

    fn from_value(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// The name of a setting, which is another one on the command line than in the API, or text around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting(pub Cow<'static, str>);

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Parameter for Setting {
    const KIND: &'static str = "";

    fn from_value(text: &str) -> Option<Self> {
        Some(Self(Cow::Owned(text.to_owned())))
    }
}

/// What is wrong with a field, as a sentence of whichever enum has one for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyFault {
    key: &'static str,
    parameters: Vec<ParameterOf>,
    text: String,
}

impl AnyFault {
    /// The fault of this sentence.
    pub fn of(sentence: &impl Sentence) -> Self {
        Self::with_text(sentence, sentence.to_string())
    }

    /// The same with an English text that says more.
    pub fn with_text(sentence: &impl Sentence, text: String) -> Self {
        Self { key: sentence.key(), parameters: sentence.all_parameters(), text }
    }

    /// The key and the values of the parameters.
    pub fn keyed(&self) -> (&'static str, Vec<(&'static str, ParameterValue)>) {
        let shown = self.parameters.iter().filter(|(kind, ..)| !kind.is_empty());
        (self.key, shown.map(|(_, name, value)| (*name, value.clone())).collect())
    }
}

impl fmt::Display for AnyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Parameter for AnyFault {
    const KIND: &'static str = "fault";

    fn value(&self) -> ParameterValue {
        ParameterValue::Text(public_key(self.key))
    }

    fn all(&self, name: &'static str) -> Vec<ParameterOf> {
        let own = (Self::KIND, name, self.value());
        std::iter::once(own).chain(self.parameters.iter().cloned()).collect()
    }
}

/// An enum of sentences. Each row of its table has the key, the parameters and the English text.
#[macro_export]
macro_rules! sentences {
    ($(#[$about:meta])* $visible:vis enum $Name:ident {
        $($Key:ident $({ $($field:ident: $Type:ty),+ $(,)? })? => $text:literal,)+
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        $visible enum $Name {
            $(
                #[doc = concat!("`", $text, "`")]
                $Key $({ $(#[doc = concat!("`", stringify!($field), "`")] $field: $Type),+ })?,
            )+
        }

        impl $crate::sentence::Sentence for $Name {
            const ALL: &'static [$crate::sentence::SentenceKind] = &[$((
                stringify!($Key),
                &[$($((stringify!($field), <$Type as $crate::sentence::Parameter>::KIND)),+)?],
            )),+];

            fn key(&self) -> &'static str {
                match self { $(Self::$Key $({ $($field: _),+ })? => stringify!($Key),)+ }
            }

            fn all_parameters(&self) -> Vec<$crate::sentence::ParameterOf> {
                match self {
                    $(Self::$Key $({ $($field),+ })? => <[Vec<$crate::sentence::ParameterOf>]>::concat(&[$($(
                        <$Type as $crate::sentence::Parameter>::all($field, stringify!($field))
                    ),+)?]),)+
                }
            }

            fn from_parts(key: &str, parts: &mut $crate::sentence::Parts<'_>) -> Option<Self> {
                // Sentences without parameters take nothing.
                let _ = &parts;
                Some(match key {
                    $(stringify!($Key) => Self::$Key $({ $($field:
                        <$Type as $crate::sentence::Parameter>::from_parts(stringify!($field), parts)?
                    ),+ })?,)+
                    _ => return None,
                })
            }
        }

        impl ::std::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self { $(Self::$Key $({ $($field),+ })? => write!(f, $text),)+ }
            }
        }

        impl ::std::error::Error for $Name {}
    };
}
