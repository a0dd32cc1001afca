//! The broker's identity, by the certificates it presented.

use haltere_core::{BrokerUrl, Host};

use super::{Audience, Case, day, lines, quoted};
use crate::tls::CertificateFacts;

/// How many of a certificate's names are worth a line.
const NAMES: usize = 8;

/// The broker's root is not known here: compare it, then trust it.
pub(super) fn trust_the_last(case: &Case<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(last) = case.chain.last() {
        lines.push(format!(
            "Compare the fingerprint of \"{}\" with the file on the broker's machine (`openssl x509 -noout -fingerprint -sha256 -in FILE`): {}",
            quoted(&last.subject), last.sha256_fingerprint
        ));
    }
    lines.push(match case.circumstances.audience {
        Audience::Terminal => format!(
            "If they are the same, keep the certificate, and from then on trust it: `haltere test {0} --save-ca ca.pem`, then `haltere test {0} --ca ca.pem`",
            case.spec.url
        ),
        Audience::Api => "If they are the same, trust it: put the pem of the last of the certificates in this answer into the field ca.".to_owned(),
    });
    if case.spec.tls.ca.is_some() {
        lines.push(format!("What is given with {} now is another certificate.", case.ca()));
    }
    lines
}

/// The broker's chain ends below its CA: only the broker's operator has that.
pub(super) fn find_the_ca(case: &Case<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(last) = case.chain.last() {
        lines.push(format!(
            "Give the certificate of \"{}\" with {}. The broker does not send it; the broker's operator has it, often as ca.crt next to the broker's certfile.",
            quoted(&last.issuer), case.ca()
        ));
        lines.push(format!("To know the right one, this has to say OK: `openssl verify -CAfile CA_FILE BROKER_CERT` (the broker's has the fingerprint {}).", case.chain[0].sha256_fingerprint));
    } else {
        lines.push(format!("Give the certificate of the broker's CA with {}.", case.ca()));
    }
    if case.spec.tls.ca.is_some() {
        lines.push(format!("What is given with {} now does not lead there: another CA, or a certificate in between is missing. The broker's certfile should hold those in between.", case.ca()));
    } else {
        lines.push("If a public authority signed it, the broker has forgotten the certificates in between: its certfile has to be the full chain (fullchain.pem, not cert.pem).".to_owned());
    }
    lines
}

pub(super) fn expired(case: &Case<'_>) -> Vec<String> {
    let now = case.circumstances.now;
    let ended =
        |certificate: &&CertificateFacts| certificate.not_after.is_some_and(|end| end < now);
    let Some(old) = case.chain.iter().find(ended) else {
        // Not one of those presented.
        return lines![format!(
            "Replace the expired certificate among those given with {}: `openssl x509 -noout -subject -enddate -in FILE`",
            case.ca()
        )];
    };
    let since = old.not_after.map(day).unwrap_or_default();
    lines![
        format!(
            "Renew \"{}\", which ended on {since}, put it where the broker's certfile says, and have the broker read it: `kill -HUP`, or a restart.",
            quoted(&old.subject)
        ),
        "If it was renewed already, the broker still shows the one it read at its start.",
    ]
}

pub(super) fn validity(case: &Case<'_>) -> String {
    match case
        .chain
        .iter()
        .find_map(|it| it.not_before.filter(|start| *start > case.circumstances.now))
    {
        Some(start) => format!(
            "If both are right, the certificate was made for later: it begins on {}.",
            day(start)
        ),
        None => "If both are right, the certificate was made for later.".to_owned(),
    }
}

pub(super) fn wrong_name(case: &Case<'_>) -> Vec<String> {
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
            Some(format!("Leave out {setting}: the certificate is for {host}, as the URL is."))
        } else {
            other.map(|name| {
                format!("Give {} with {setting}: that is in the certificate.", quoted(name))
            })
        });
    } else {
        let other = others.find_map(|name| url_with(case, name));
        lines.extend(
            other.map(|url| format!("Use a name the certificate holds: {}", case.try_url(&url))),
        );
    }
    lines.push(match names {
        [] => "The certificate holds no name at all.".to_owned(),
        names => {
            let more = if names.len() > NAMES { ", …" } else { "" };
            let shown: Vec<_> = names.iter().take(NAMES).map(|name| quoted(name)).collect();
            format!("The certificate's names are {}{more}.", shown.join(", "))
        }
    });
    let kind = if matches!(&*case.tls_host(), Host::Name(_)) { "DNS" } else { "IP" };
    lines.push(format!(
        "Or have a new one made with subjectAltName={kind}:{asked}: `printf 'subjectAltName={kind}:{asked}\\n' > server.ext; openssl x509 -req -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -extfile server.ext -out BROKER_CERT`"
    ));
    if names.iter().any(is_there) && case.spec.tls.ca.is_none() {
        lines.push(format!(
            "Or give its CA with {}: together with that, a certificate that holds it in this old way is accepted.",
            case.ca()
        ));
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
