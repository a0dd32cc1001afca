//! What failed, in words, as a store keeps it: the sentences' keys with their parameters, so that a message from before a
//! restart can be shown in any language.

use super::{FailureMessage, Note, Reason};
use crate::sentence::Sentence as _;

impl FailureMessage {
    /// The reason and the notes, a line each. None if there is only text.
    pub fn to_lines(&self) -> Option<String> {
        if matches!(*self.reason, Reason::Text { .. }) {
            return None;
        }
        let notes = self.notes.iter().map(Note::to_line);
        let lines: Option<Vec<_>> = std::iter::once(self.reason.to_line()).chain(notes).collect();
        Some(lines?.join("\n"))
    }

    /// The message of these lines. None if any is not known, as another version may have written it.
    pub fn from_lines(lines: &str) -> Option<Self> {
        let mut lines = lines.split('\n');
        let reason = Reason::from_line(lines.next()?)?;
        let notes = lines.map(Note::from_line).collect::<Option<_>>()?;
        Some(Self { notes, ..reason.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{
        AlertMeaning, Bug, FileContent, IoFault, MaterialFault, ProtocolViolation, ResolverFault,
        SignatureAlgorithm, SpecialNetwork, UpgradeFault,
    };
    use crate::sentence::Sentence;

    /// At least one value of each type of parameter. A sentence within the sentence is followed by its parameters.
    const VALUES: &[&str] = &[
        "",
        "Straße = \"\u{1f984}\"\r",
        "10.0.0.7:1883",
        "[2001:db8::7]:1883",
        "2001:db8::7",
        "18446744073709551615",
        "2.7",
        "NOT_AUTHORIZED",
        "broker",
        "trusted",
        "chain",
        "9999-12-30T22:00:00.999999999Z",
        "noRoundtrip\tcode=unknown",
        "nameServerSystem\twords=out of memory",
        "alertReceived\talert=unnamedAlert\tnumber=255",
        "linkLocal",
        "packetTooLarge\tnumber=15\tbytes=70000",
        "noAnswer",
        "noCertificateBut\tfound=pkcs12",
        "pkcs12",
        "badCertificate",
        "withHash\tscheme=RSA\thash=SHA-1",
    ];

    /// Appends parameters to a line in all ways.
    fn fill(line: &str, names: &[(&str, &str)]) -> Vec<String> {
        let Some(((name, _), rest)) = names.split_first() else { return vec![line.to_owned()] };
        VALUES.iter().flat_map(|value| fill(&format!("{line}\t{name}={value}"), rest)).collect()
    }

    fn each_comes_back<S: Sentence + PartialEq + std::fmt::Debug>() {
        for (key, names) in S::ALL {
            let lines = fill(key, names);
            let read: Vec<_> = lines
                .iter()
                .filter_map(|line| S::from_line(line).map(|sentence| (line, sentence)))
                .collect();
            assert!(!read.is_empty(), "{key}");
            for (line, sentence) in read {
                assert_eq!(sentence.to_line().as_ref(), Some(line));
                assert_eq!(sentence.key(), *key);
            }
        }
    }

    #[test]
    fn every_sentence_comes_back() {
        each_comes_back::<Reason>();
        each_comes_back::<Note>();
        each_comes_back::<AlertMeaning>();
        each_comes_back::<Bug>();
        each_comes_back::<FileContent>();
        each_comes_back::<IoFault>();
        each_comes_back::<MaterialFault>();
        each_comes_back::<ProtocolViolation>();
        each_comes_back::<ResolverFault>();
        each_comes_back::<SignatureAlgorithm>();
        each_comes_back::<SpecialNetwork>();
        each_comes_back::<UpgradeFault>();
    }

    #[test]
    fn a_message_comes_back_with_its_notes() {
        let expired =
            Reason::from_line("CertificateExpired\twhose=chain\tdate=2026-01-02T03:04:05Z");
        let words = Note::BrokerWords { text: "not \"now\"; a=b".to_owned() };
        let message = FailureMessage::from(expired.unwrap()).with(words).with(Note::GiveCa);
        let lines = message.to_lines().unwrap();
        assert_eq!(lines.lines().count(), 3);
        assert_eq!(FailureMessage::from_lines(&lines), Some(message));
    }

    #[test]
    fn what_has_no_lines_is_only_text() {
        assert_eq!(FailureMessage::from("it failed".to_owned()).to_lines(), None);
        for text in ["a\tb", "a\nb"] {
            let words = Note::BrokerWords { text: text.to_owned() };
            assert_eq!(FailureMessage::from(Reason::LostClosed).with(words).to_lines(), None);
        }
    }

    #[test]
    fn lines_of_another_version_are_not_read() {
        for lines in [
            "",
            "OfTomorrow",
            "LostClosed\tpeer=10.0.0.7:1883",
            "ConnectionRefused",
            "ConnectionRefused\tpeer=nowhere",
            "ConnectionRefused\tserver=10.0.0.7:1883",
            "LostClosed\nOfTomorrow",
            "LostClosed\n",
        ] {
            assert_eq!(FailureMessage::from_lines(lines), None, "{lines:?}");
        }
    }
}
