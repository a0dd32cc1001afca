//! What could be better about a broker that accepts the connection.

use haltere_core::{BrokerFacts, Day, Setting, SysTopics};
use jiff::SignedDuration;

use super::{Advice, Audience, Circumstances, Findings, is_loopback, quoted};
use crate::LinkSpec;
use crate::tls::CertificateFacts;

/// A certificate that ends sooner than this is mentioned.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn on(
    findings: &Findings<'_>,
    spec: &LinkSpec,
    circumstances: Circumstances,
) -> Vec<Advice> {
    let Some(broker) = findings.broker else { return Vec::new() };
    let transport = spec.url.transport();
    let mut remarks = Vec::new();
    if transport.is_tls() {
        if spec.tls_ignored {
            remarks.push(Advice::TlsPluginOff);
        }
        remarks.extend(on_certificates(findings.chain, spec, broker, circumstances));
    } else if spec.password.is_some() && !is_loopback(spec.url.host()) {
        remarks.push(Advice::PasswordInClear {
            host: spec.url.host().to_string(),
            scheme: format!("{}s", transport.scheme()),
        });
    }
    remarks.extend(on_sys(broker));
    remarks
}

/// Why the broker's version and uptime are unknown.
fn on_sys(broker: &BrokerFacts) -> Option<Advice> {
    match broker.sys {
        SysTopics::Off => None,
        SysTopics::EndsSession => Some(Advice::SysEndsSession),
        SysTopics::Denied => Some(Advice::SysDenied),
        SysTopics::Asked | SysTopics::Granted => {
            broker.version.is_none().then_some(Advice::SysSilent)
        }
    }
}

fn on_certificates(
    chain: &[CertificateFacts],
    spec: &LinkSpec,
    broker: &BrokerFacts,
    circumstances: Circumstances,
) -> Vec<Advice> {
    let (ca, insecure) = match circumstances.audience {
        Audience::Terminal => ("--ca FILE", "--insecure"),
        Audience::Api => ("the field ca", "rejectUnauthorized false"),
    };
    let mut remarks = Vec::new();
    if spec.tls.reject_unauthorized == Some(false) {
        let (ca, insecure) = (Setting(ca.into()), Setting(insecure.into()));
        remarks.push(Advice::NotVerified { ca, insecure });
    }
    if broker.tls.as_ref().is_some_and(|tls| tls.legacy_certificate) {
        remarks.push(Advice::LegacyCertificate);
    }
    let ends_soon = |end: &_| circumstances.now.duration_until(*end) < SOON;
    for certificate in chain {
        if let Some(end) = certificate.not_after.filter(ends_soon) {
            let subject = quoted(&certificate.subject);
            remarks.push(Advice::ExpiresSoon { subject, date: Day(end) });
        }
    }
    remarks
}
