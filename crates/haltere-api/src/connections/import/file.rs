//! Reading a file: which kind it is, where its connections are, and what else is in it.
//!
//! Nothing is made of the file as a whole. It is gone through once, each entry is taken out as the text it
//! is and read by itself, so that a file of brackets can't become a gigabyte of values.

use std::fmt;

use haltere_app::connections::{ImportEntry, ImportFault, ImportFile, Source};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::entry;
use crate::connections::export::file::{FORMAT, FORMAT_VERSION};
use crate::extract::charset::Charset;
use crate::extract::params::printable;
use crate::wire::fields::{FieldFault, Invalid};

/// The largest file, in bytes: 10,000 connections, as many as there may be by default, have 60 to 80 MB when
/// each has a CA, a certificate and an RSA key of its own.
pub(crate) const MAX_BYTES: usize = 96 * 1024 * 1024;

/// The most connections in a file.
const MAX_ENTRIES: usize = 20_000;

/// The most properties next to `connections`.
const MAX_PROPERTIES: usize = 100;

/// What our own files say about themselves; nothing that could be taken over.
const OURS: [&str; 5] = ["format", "formatVersion", "exportedAt", "secrets", "connections"];

/// Takes a file apart. Says why it can't be read at all, and quotes nothing but names of properties.
pub(crate) fn read(bytes: &[u8]) -> Result<ImportFile, Invalid> {
    let text = Charset::Unsaid.in_utf8(bytes);
    let bytes = &*text.map_err(|_| of_file(&ImportFault::FileNotUtf16))?;
    if bytes.trim_ascii().is_empty() {
        return Err(of_file(&ImportFault::FileEmpty));
    }
    let mut fault = None;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let whole = Whole { fault: &mut fault };
    let read = deserializer.deserialize_any(whole);
    let read = read.and_then(|file| deserializer.end().map(|()| file));
    read.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        fault.unwrap_or_else(|| of_file(&ImportFault::MalformedJson { line, column }))
    })
}

/// A fault of the file as a whole.
fn of_file(fault: &ImportFault) -> Invalid {
    Invalid::of("", fault)
}

/// The file as a whole: an object, or a list.
struct Whole<'f> {
    /// Carries our own message past serde's error type.
    fault: &'f mut Option<Invalid>,
}

impl Whole<'_> {
    fn refuse<E: serde::de::Error>(&mut self, why: Invalid) -> E {
        *self.fault = Some(why);
        E::custom("refused")
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ImportFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<ImportFile, A::Error> {
        let entries = Entries { source: Source::List, fault: self.fault }.visit_seq(access)?;
        Ok(ImportFile { source: Source::List, entries, not_taken_over: Vec::new() })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<ImportFile, A::Error> {
        let mut parts = Parts::default();
        while let Some(name) = access.next_key::<String>()? {
            if parts.names.contains(&name) {
                return Err(self.refuse(Invalid::of(printable(&name), &ImportFault::GivenTwice)));
            }
            if parts.names.len() == MAX_PROPERTIES {
                return Err(self.refuse(of_file(&TOO_MANY_PROPERTIES)));
            }
            match name.as_str() {
                "connections" => parts.connections = Some(access.next_value()?),
                "format" => parts.format = Some(access.next_value()?),
                "formatVersion" => parts.version = Some(access.next_value()?),
                _ => {
                    access.next_value::<IgnoredAny>()?;
                }
            }
            parts.names.push(name);
        }
        let source = parts.source().map_err(|why| self.refuse(why))?;
        let Some(connections) = parts.connections else {
            return Err(self.refuse(Invalid::of("connections", &ImportFault::NoConnections)));
        };
        let entries = Entries { source, fault: &mut *self.fault };
        let mut inner = serde_json::Deserializer::from_str(connections.get());
        let entries = match inner.deserialize_any(entries) {
            Ok(entries) => entries,
            Err(_) if self.fault.is_some() => return Err(A::Error::custom("refused")),
            Err(_) => return Err(self.refuse(Invalid::of("connections", &FieldFault::NotList))),
        };
        Ok(ImportFile { source, entries, not_taken_over: parts.not_taken_over(source) })
    }

    fn visit_unit<E: serde::de::Error>(mut self) -> Result<ImportFile, E> {
        Err(self.refuse(of_file(&ImportFault::NotAFile)))
    }

    fn visit_bool<E: serde::de::Error>(mut self, _: bool) -> Result<ImportFile, E> {
        Err(self.refuse(of_file(&ImportFault::NotAFile)))
    }

    fn visit_i64<E: serde::de::Error>(mut self, _: i64) -> Result<ImportFile, E> {
        Err(self.refuse(of_file(&ImportFault::NotAFile)))
    }

    fn visit_u64<E: serde::de::Error>(mut self, _: u64) -> Result<ImportFile, E> {
        Err(self.refuse(of_file(&ImportFault::NotAFile)))
    }

    fn visit_f64<E: serde::de::Error>(mut self, _: f64) -> Result<ImportFile, E> {
        Err(self.refuse(of_file(&ImportFault::NotAFile)))
    }

    fn visit_str<E: serde::de::Error>(mut self, _: &str) -> Result<ImportFile, E> {
        Err(self.refuse(of_file(&ImportFault::NotAFile)))
    }
}

const TOO_MANY_PROPERTIES: ImportFault = ImportFault::TooManyProperties { max: MAX_PROPERTIES };

/// What is in the object.
#[derive(Default)]
struct Parts<'de> {
    names: Vec<String>,
    connections: Option<&'de RawValue>,
    format: Option<&'de RawValue>,
    version: Option<&'de RawValue>,
}

impl Parts<'_> {
    fn source(&self) -> Result<Source, Invalid> {
        let Some(format) = self.format else { return Ok(Source::Mmc) };
        if serde_json::from_str::<String>(format.get()).ok().as_deref() != Some(FORMAT) {
            let fault = ImportFault::OtherFormat { known: FORMAT.to_owned() };
            return Err(Invalid::of("format", &fault));
        }
        let known = FORMAT_VERSION;
        let version = self.version.and_then(|version| u64::deserialize(version).ok());
        match version {
            Some(FORMAT_VERSION) => Ok(Source::Haltere),
            Some(newer) if newer > known => {
                Err(Invalid::of("formatVersion", &ImportFault::NewerFormatVersion { newer, known }))
            }
            _ => Err(Invalid::of("formatVersion", &ImportFault::OtherFormatVersion { known })),
        }
    }

    fn not_taken_over(&self, source: Source) -> Vec<String> {
        let known = |name: &&String| match source {
            Source::Haltere => OURS.contains(&name.as_str()),
            Source::Mmc | Source::List => name.as_str() == "connections",
        };
        self.names.iter().filter(|name| !known(name)).map(|name| printable(name)).collect()
    }
}

/// The list of connections.
struct Entries<'f> {
    source: Source,
    fault: &'f mut Option<Invalid>,
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = Vec<ImportEntry>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(text) = access.next_element::<&RawValue>()? {
            if entries.len() == MAX_ENTRIES {
                let fault = ImportFault::TooManyConnections { max: MAX_ENTRIES };
                *self.fault = Some(Invalid::of("connections", &fault));
                return Err(A::Error::custom("refused"));
            }
            entries.push(entry::read(text.get(), self.source));
        }
        Ok(entries)
    }
}
