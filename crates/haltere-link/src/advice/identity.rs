//! The broker's identity, by the certificates it presented.

use haltere_core::{BrokerUrl, Day, Host, Setting};

use super::{Advice, Audience, Case, quoted};
use crate::tls::CertificateFacts;

/// How many of a certificate's names are worth a line.
const NAMES: usize = 8;

/// The broker's root is not known here: compare it, then trust it.
pub(super) fn trust_the_last(case: &Case<'_>) -> Vec<Advice> {
    let fingerprint = case.chain.last().map(|last| Advice::CompareFingerprint {
        subject: quoted(&last.subject),
        fingerprint: last.sha256_fingerprint.clone(),
    });
    let how = match case.circumstances.audience {
        Audience::Terminal => format!(
            "keep the certificate, and from then on trust it: `haltere test {0} --save-ca ca.pem`, then `haltere test {0} --ca ca.pem`",
            case.spec.url
        ).into(),
        Audience::Api => "trust it: put the pem of the last of the certificates in this answer into the field ca.".into(),
    };
    let another = case.spec.tls.ca.is_some().then(|| Advice::OtherIsGiven { ca: case.ca() });
    let trust = Advice::ThenTrust { how: Setting(how) };
    fingerprint.into_iter().chain([trust]).chain(another).collect()
}

/// The broker's chain ends below its CA: only the broker's operator has that.
pub(super) fn find_the_ca(case: &Case<'_>) -> Vec<Advice> {
    let ca = case.ca();
    let mut lines = match case.chain {
        [] => vec![Advice::GiveCa { ca: ca.clone() }],
        [leaf, ..] => {
            let last = case.chain.last().unwrap_or(leaf);
            vec![
                Advice::FindCa { subject: quoted(&last.issuer), ca: ca.clone() },
                Advice::CheckCa { fingerprint: leaf.sha256_fingerprint.clone() },
            ]
        }
    };
    lines.push(if case.spec.tls.ca.is_some() {
        Advice::GivenLeadsElsewhere { ca }
    } else {
        Advice::FullChain
    });
    lines
}

pub(super) fn expired(case: &Case<'_>) -> Vec<Advice> {
    let now = case.circumstances.now;
    let ended = |certificate: &CertificateFacts| {
        let end = certificate.not_after.filter(|end| *end < now)?;
        Some(Advice::Renew { subject: quoted(&certificate.subject), date: Day(end) })
    };
    match case.chain.iter().find_map(ended) {
        Some(renew) => vec![renew, Advice::RenewedAlready],
        // Not one of those presented.
        None => vec![Advice::ReplaceExpired { ca: case.ca() }],
    }
}

pub(super) fn validity(case: &Case<'_>) -> Advice {
    let start = case
        .chain
        .iter()
        .find_map(|it| it.not_before.filter(|start| *start > case.circumstances.now));
    start.map_or(Advice::MadeForLaterAnyway, |start| Advice::MadeForLater { date: Day(start) })
}

pub(super) fn wrong_name(case: &Case<'_>) -> Vec<Advice> {
    let names = case.chain.first().map(|leaf| leaf.names.as_slice()).unwrap_or_default();
    let mut lines = Vec::new();
    let asked = case.tls_host().to_string();
    // A name that is there already, in the wrong form, is no suggestion.
    let is_there = |name: &String| name.eq_ignore_ascii_case(&asked);
    let mut others = names.iter().filter(|name| !is_there(name));
    if case.spec.tls.server_name.is_some() {
        let host = case.host().to_string();
        let other = others.find(|name| url_with(case, name).is_some());
        let setting = case.server_name();
        lines.extend(if names.iter().any(|name| name.eq_ignore_ascii_case(&host)) {
            Some(Advice::LeaveServerName { setting, host })
        } else {
            other.map(|name| Advice::GiveServerName { name: quoted(name), setting })
        });
    } else {
        let other = others.find_map(|name| url_with(case, name));
        lines.extend(other.map(|url| Advice::UseItsName { url: case.try_url(url) }));
    }
    lines.push(match names {
        [] => Advice::NoNames,
        names => {
            let more = if names.len() > NAMES { ", …" } else { "" };
            let shown: Vec<_> = names.iter().take(NAMES).map(|name| quoted(name)).collect();
            Advice::ItsNames { names: format!("{}{more}", shown.join(", ")) }
        }
    });
    let kind = if matches!(&*case.tls_host(), Host::Name(_)) { "DNS" } else { "IP" };
    let is_there = names.iter().any(is_there);
    lines.push(Advice::NewWithName { kind: kind.to_owned(), name: asked });
    if is_there && case.spec.tls.ca.is_none() {
        lines.push(Advice::GiveItsCa { ca: case.ca() });
    }
    lines
}

/// The connection's URL with another host. `None` for a wildcard, which can't be dialled, and for text that
/// is no host: text from a certificate never becomes part of a command.
fn url_with(case: &Case<'_>, name: &str) -> Option<String> {
    let url = &case.spec.url;
    let host = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
    let path = if case.transport().is_websocket() { url.path() } else { "" };
    let other = format!("{}://{host}:{}{path}", case.transport().scheme(), url.port());
    let parsed = BrokerUrl::parse(&other).ok()?;
    // All of the name has to be the host: a slash in it would begin a path, in which much is allowed.
    let is_host = parsed.host().to_string().eq_ignore_ascii_case(name);
    is_host.then_some(other)
}
