//! What to try, for each code.
//!
//! A failure's message says what happened; advice says what to do next, with what is known of the
//! case: the URL, the settings, the certificates presented. Advice has to be true and specific, or it
//! is noise: a line names the command, the setting or the file. Commands are between backticks, and
//! never contain text from a broker's certificate or answer unless it is a plain host name.
//!
//! [`network`], [`certificate`], [`alert`] and [`mqtt`] match on all codes of their kind, so a new code
//! does not compile until it has advice.

mod alert;
mod certificate;
mod elsewhere;
mod identity;
mod mqtt;
mod network;
mod remarks;
mod roundtrip;
mod sentence;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use haltere_core::text::misleads;
use haltere_core::{
    BrokerFacts, FailureCode, Host, LinkFailure, Setting, Stage, Timestamp, Transport,
};
pub use sentence::{Advice, TryUrl};

use crate::failure::RoundtripStep;
use crate::tls::CertificateFacts;
use crate::{LinkSpec, ProbeReport, failure};

/// Who reads the advice: settings have other names on the command line than in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A user of `haltere test`.
    Terminal,
    /// A client that sends connections as JSON.
    Api,
}

/// What advice depends on in addition to the connection and the outcome of dialling it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// Who reads it.
    pub audience: Audience,
    /// When the broker was dialled.
    pub now: Timestamp,
}

/// What is known of a link or a probe: the basis of advice.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// Why it is not up.
    pub failure: Option<&'a LinkFailure>,
    /// What the broker reported; only if it accepted the connection.
    pub broker: Option<&'a BrokerFacts>,
    /// The certificates the broker presented, leaf first.
    pub chain: &'a [CertificateFacts],
}

impl ProbeReport {
    /// What to try next: [`Findings::advice`] on what came of the probe.
    pub fn advice(&self, spec: &LinkSpec, circumstances: Circumstances) -> Vec<Advice> {
        let findings = Findings {
            failure: self.failure.as_ref(),
            broker: self.broker.as_ref(),
            chain: &self.peer_chain,
        };
        findings.advice(spec, circumstances)
    }
}

impl Findings<'_> {
    /// What to try next, the likeliest first, one or two sentences each; never empty after a failure.
    /// After a success: what is not as good as it could be.
    pub fn advice(&self, spec: &LinkSpec, circumstances: Circumstances) -> Vec<Advice> {
        let Some(failure) = self.failure else { return remarks::on(self, spec, circumstances) };
        let case = Case { spec, failure, chain: self.chain, circumstances };
        if let (Stage::Roundtrip, Some(step)) = (failure.stage, RoundtripStep::of(failure)) {
            return roundtrip::advise(&case, step);
        }
        let mut advice = Vec::new();
        let lacks_settings = failure::lacks_settings(case.failure);
        if spec.tls_ignored && spec.url.transport().is_tls() {
            advice.push(Advice::TlsPluginOff);
            if lacks_settings {
                // The settings exist: asking for them would mislead.
                return advice;
            }
        } else if spec.tls_off && spec.url.transport().is_tls() && lacks_settings {
            advice.push(Advice::TlsPluginOffForAll);
        }
        advice.extend(match &failure.code {
            FailureCode::Network(code) => network::advise(&case, *code),
            FailureCode::Tls(code) => certificate::advise(&case, *code),
            FailureCode::Alert(alert) => alert::advise(&case, *alert),
            FailureCode::Mqtt(reason) => mqtt::advise(&case, *reason),
            FailureCode::UnnamedAlert(_) | FailureCode::Unknown(_) => generic(&case),
        });
        advice
    }
}

/// For codes without a meaning of their own.
fn generic(case: &Case<'_>) -> Vec<Advice> {
    vec![
        Advice::LookIntoLog { code: case.failure.code.to_string() },
        Advice::TryAnotherClient { host: case.host().to_string(), port: case.port() },
    ]
}

/// A failure, with its context.
struct Case<'a> {
    spec: &'a LinkSpec,
    failure: &'a LinkFailure,
    /// As the broker presented it, leaf first.
    chain: &'a [CertificateFacts],
    circumstances: Circumstances,
}

impl Case<'_> {
    fn stage(&self) -> Stage {
        self.failure.stage
    }

    fn transport(&self) -> Transport {
        self.spec.url.transport()
    }

    fn is_tls(&self) -> bool {
        self.transport().is_tls()
    }

    fn host(&self) -> &Host {
        self.spec.url.host()
    }

    /// The host that the broker's certificate has to be for.
    fn tls_host(&self) -> Cow<'_, Host> {
        self.spec.tls_host()
    }

    fn port(&self) -> u16 {
        self.spec.url.port()
    }

    /// Host and port, as in a URL.
    fn authority(&self) -> String {
        match self.host() {
            Host::V6(address) => format!("[{address}]:{}", self.port()),
            host => format!("{host}:{}", self.port()),
        }
    }

    /// The address dialled, or the host if none was.
    fn address(&self) -> String {
        self.failure.address.clone().unwrap_or_else(|| self.host().to_string())
    }

    /// Whether the URL leads to haltere's own machine.
    fn is_local(&self) -> bool {
        is_loopback(self.host())
    }

    /// Suggests the same host and port with another transport.
    fn try_as(&self, transport: Transport) -> TryUrl {
        let path = if transport.is_websocket() { "/mqtt" } else { "" };
        self.try_url(format!("{}://{}{path}", transport.scheme(), self.authority()))
    }

    /// Suggests another URL.
    fn try_url(&self, url: String) -> TryUrl {
        let words = match self.circumstances.audience {
            Audience::Terminal => format!("try `haltere test {url}`"),
            Audience::Api => format!("try the url {url}"),
        };
        TryUrl { url, words }
    }

    /// The name of a setting for this audience.
    fn setting(&self, terminal: &'static str, api: &'static str) -> Setting {
        Setting(match self.circumstances.audience {
            Audience::Terminal => terminal.into(),
            Audience::Api => api.into(),
        })
    }

    fn ca(&self) -> Setting {
        self.setting("--ca FILE", "the field ca")
    }

    fn alpn(&self) -> Setting {
        self.setting("--alpn NAME", "the field tls.alpn")
    }

    fn server_name(&self) -> Setting {
        self.setting("--server-name NAME", "the field tls.serverName")
    }

    fn client_certificate(&self) -> Setting {
        self.setting("--cert FILE and --key FILE", "the fields cert and key")
    }

    fn credentials(&self) -> Setting {
        self.setting(
            "--username NAME --password-stdin",
            "the field credentials (username, password)",
        )
    }

    fn client_id(&self) -> Setting {
        self.setting("--client-id ID", "the field credentials.clientId")
    }
}

/// Whether this is the machine, or container, that haltere runs on.
fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Name(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::V4(address) => address.is_loopback(),
        Host::V6(address) => address.is_loopback(),
    }
}

/// Text from outside: without the backticks that would make a command of it, with characters that hide or
/// reverse text escaped, and cut to a bounded length.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 2_048;
    let mut quoted = String::new();
    for character in text.chars().take(SHOWN) {
        match character {
            '`' => quoted.push('\''),
            it if misleads(it) => quoted.extend(it.escape_unicode()),
            it => quoted.push(it),
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        quoted.push('…');
    }
    quoted
}
