//! What could be better about a broker that accepts the connection.

use haltere_core::{BrokerFacts, SysTopics};
use jiff::SignedDuration;

use super::{Audience, Circumstances, Findings, day, is_loopback, quoted};
use crate::LinkSpec;
use crate::tls::CertificateFacts;

/// A certificate that ends sooner than this is mentioned.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Also said after a failure: it explains many.
pub(super) const TLS_PLUGIN_OFF: &str = "The plugin tls is off: ca, cert, key, rejectUnauthorized and tls of this connection are not used, and the broker is checked against the system's CAs only. Switch it on with PUT /api/plugins/tls.";

/// The same to a connection that has no such settings yet, and needs some.
pub(super) const TLS_PLUGIN_OFF_FOR_ALL: &str = "The plugin tls is off: ca, cert, key, rejectUnauthorized and tls of connections are not used. Switch it on first, with PUT /api/plugins/tls.";

pub(super) fn on(
    findings: &Findings<'_>,
    spec: &LinkSpec,
    circumstances: Circumstances,
) -> Vec<String> {
    let Some(broker) = findings.broker else { return Vec::new() };
    let transport = spec.url.transport();
    let mut remarks = Vec::new();
    if transport.is_tls() {
        if spec.tls_ignored {
            remarks.push(TLS_PLUGIN_OFF.to_owned());
        }
        remarks.extend(on_certificates(findings.chain, spec, broker, circumstances));
    } else if spec.password.is_some() && !is_loopback(spec.url.host()) {
        remarks.push(format!(
            "The password went to {} in the clear: use {}s:// as soon as the broker has a TLS listener.",
            spec.url.host(),
            transport.scheme()
        ));
    }
    remarks.extend(on_sys(broker).map(str::to_owned));
    remarks
}

/// Why the broker's version and uptime are unknown.
fn on_sys(broker: &BrokerFacts) -> Option<&'static str> {
    match broker.sys {
        SysTopics::Off => None,
        SysTopics::EndsSession => Some(
            "The broker ends the session of a client that asks for $SYS, so haltere does not ask, and its version and uptime stay unknown: allow this user to read $SYS/# and save the connection, and haltere asks again; or set noMetricsMode to true.",
        ),
        SysTopics::Denied => Some(
            "The broker does not let this user read $SYS/#, so its version and uptime are unknown: allow it (Mosquitto's acl_file: topic read $SYS/#), or set noMetricsMode to true.",
        ),
        SysTopics::Asked | SysTopics::Granted => broker.version.is_none().then_some(
            "The broker publishes nothing about itself: to see its version and uptime, allow this user to read $SYS/# (Mosquitto's acl_file: topic read $SYS/#; sys_interval must not be 0).",
        ),
    }
}

fn on_certificates(
    chain: &[CertificateFacts],
    spec: &LinkSpec,
    broker: &BrokerFacts,
    circumstances: Circumstances,
) -> Vec<String> {
    let (ca, insecure) = match circumstances.audience {
        Audience::Terminal => ("--ca FILE", "--insecure"),
        Audience::Api => ("the field ca", "rejectUnauthorized false"),
    };
    let mut remarks = Vec::new();
    if spec.tls.reject_unauthorized == Some(false) {
        remarks.push(format!(
            "The broker's identity was not checked: give its CA with {ca} and do without {insecure}."
        ));
    }
    if broker.tls.as_ref().is_some_and(|tls| tls.legacy_certificate) {
        remarks.push("The certificate is of an old make (X.509 version 1, no subjectAltName that fits, a CA used as a server, or an uncommon signature) and accepted only because its CA was given: have a new one made with subjectAltName when you can.".to_owned());
    }
    let ends_soon = |end: &_| circumstances.now.duration_until(*end) < SOON;
    for certificate in chain {
        if let Some(end) = certificate.not_after.filter(ends_soon) {
            remarks.push(format!(
                "\"{}\" ends on {}: renew it in time.",
                quoted(&certificate.subject),
                day(end)
            ));
        }
    }
    remarks
}
