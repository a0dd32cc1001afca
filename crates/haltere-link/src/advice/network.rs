//! Names, addresses, ports: failures before the broker's first answer, or without one.

use haltere_core::{NetworkCode as N, Note, Reason, Stage, Transport};

use super::{Advice, Case, certificate, elsewhere, mqtt, quoted};

pub(super) fn advise(case: &Case<'_>, code: N) -> Vec<Advice> {
    let (host, port, address) = (case.host().to_string(), case.port(), case.address());
    match (code, case.stage()) {
        (N::NameNotFound, _) => unknown_name(host),
        (N::ResolverFailed, _) => vec![Advice::AskNameServers { host }, Advice::UseAddress],
        (N::ConnectionRefused, _) => refused(case),
        (N::TimedOut, Stage::Tcp) => {
            vec![Advice::CheckReachable { address, port }, Advice::DroppedOnTheWay]
        }
        (N::TimedOut, stage) => silent(case, stage),
        (N::HostUnreachable | N::NetworkUnreachable, _) => unreachable(address),
        (N::AccessDenied, _) => vec![Advice::OwnFirewall { address }],
        (N::EgressDenied, _) => {
            vec![Advice::AllowEgress { address, port }, Advice::EgressNeverOwn]
        }
        (N::AddressNotAvailable, _) => vec![Advice::LocalPortsUsed, Advice::CheckIpv6],
        (N::NoDescriptors, _) => vec![Advice::RaiseDescriptors, Advice::FreeDescriptor],
        (N::TooManyFiles, _) => vec![Advice::RaiseFiles],
        (N::InputOutput, _) => {
            vec![Advice::SystemFailed, Advice::CheckNetwork { address, port }]
        }
        (N::ConnectionReset, Stage::Tcp) => vec![Advice::ResetOnTheWay],
        (N::ConnectionReset, stage) => dropped(case, stage),
        (N::ConnectionClosed, Stage::Closed) => lost(case),
        (N::ConnectionClosed, _) => closed(case),
        (N::UpgradeRefused, _) => not_upgraded(case),
        (N::Internal, _) => vec![Advice::ReportBug],
        (N::Protocol, Stage::Tls) => certificate::not_understood(case),
        (N::Protocol, _) => mqtt::not_mqtt(case),
        (N::InvalidArgument, _) => mqtt::unsendable(case),
    }
}

fn unknown_name(host: String) -> Vec<Advice> {
    let mut labels = host.trim_end_matches('.').rsplit('.');
    let last = labels.next();
    let hint = match (last, labels.next().is_some()) {
        (Some("local"), true) => Some(Advice::NameIsLocal),
        (_, false) => Some(Advice::NameIsShort),
        _ => None,
    };
    [Advice::CheckName { host }].into_iter().chain(hint).collect()
}

fn refused(case: &Case<'_>) -> Vec<Advice> {
    let port = case.port();
    let own = case.is_local().then(|| Advice::HostIsHaltere { host: case.host().to_string() });
    let listening = [Advice::CheckListening { port }, Advice::AddListener { port }];
    own.into_iter().chain(listening).collect()
}

fn unreachable(address: String) -> Vec<Advice> {
    let is_v6 = address.contains(':');
    let route = Advice::CheckRoute { address };
    if is_v6 { vec![route, Advice::NoIpv6] } else { vec![route] }
}

/// Accepted by the kernel, and then nothing.
fn silent(case: &Case<'_>, stage: Stage) -> Vec<Advice> {
    let port = case.port();
    let awaited = match stage {
        Stage::Tls => Advice::CheckTlsAnswer { authority: case.authority() },
        Stage::Websocket => {
            let scheme = if case.is_tls() { "https" } else { "http" };
            let path = quoted(case.spec.url.path());
            Advice::CheckHttpAnswer { url: format!("{scheme}://{}{path}", case.authority()) }
        }
        _ => Advice::CheckMqttAnswer { host: case.host().to_string(), port },
    };
    vec![Advice::WrongPort { port }, awaited, Advice::BrokerHangs]
}

/// Dropped without a word, which is what Mosquitto does to the wrong protocol.
fn dropped(case: &Case<'_>, stage: Stage) -> Vec<Advice> {
    let mut lines = Vec::new();
    lines.extend(match (case.transport(), stage) {
        (Transport::Tls, Stage::Tls) => {
            Some(Advice::PerhapsPlain { url: case.try_as(Transport::Tcp) })
        }
        (Transport::Wss, Stage::Tls) => {
            Some(Advice::PerhapsNoTls { url: case.try_as(Transport::Ws) })
        }
        (Transport::Tcp, _) => Some(Advice::PerhapsTls { url: case.try_as(Transport::Tls) }),
        (Transport::Ws, _) => Some(Advice::PerhapsTls { url: case.try_as(Transport::Wss) }),
        _ => None,
    });
    if stage == Stage::Websocket {
        let plain = if case.is_tls() { Transport::Tls } else { Transport::Tcp };
        lines.push(Advice::PerhapsNoWebsocket { url: case.try_as(plain) });
    }
    lines.push(Advice::DroppedLog);
    lines
}

fn closed(case: &Case<'_>) -> Vec<Advice> {
    let other = match case.transport() {
        Transport::Tcp => Advice::ExpectsTls { url: case.try_as(Transport::Tls) },
        Transport::Tls => Advice::ExpectsWebsocket { url: case.try_as(Transport::Wss) },
        Transport::Ws | Transport::Wss => Advice::CheckPath,
    };
    vec![other, Advice::PortOrLimit { port: case.port() }, Advice::ClosedLog]
}

/// A link that was up. Sessions that end as soon without an extra, or the broker's own word, point to
/// another client.
fn lost(case: &Case<'_>) -> Vec<Advice> {
    let another_client = Advice::ClientIdElsewhere {
        client: quoted(&case.spec.client_id),
        setting: case.client_id(),
    };
    let message = &case.failure.message;
    let is_likely = *message.reason == Reason::LostTakenOver
        || message.notes.contains(&Note::PerhapsSameClientId);
    let mut lines = vec![Advice::LostLog];
    lines.insert(usize::from(!is_likely), another_client);
    elsewhere::server(case).into_iter().chain(lines).collect()
}

fn not_upgraded(case: &Case<'_>) -> Vec<Advice> {
    let why = match case.failure.errno {
        Some(300..=399) => elsewhere::redirect(case),
        Some(401 | 407) => Advice::UpgradeLogin,
        Some(403) => Advice::UpgradeDenied,
        Some(404 | 405 | 410 | 200..=299) => {
            Advice::UpgradePath { path: quoted(case.spec.url.path()) }
        }
        Some(400 | 426) => Advice::UpgradeHeaders,
        Some(429) => Advice::UpgradeLimits,
        Some(502 | 504) => Advice::UpgradeBackend,
        Some(503) => Advice::UpgradeOverload,
        Some(500..=599) => Advice::UpgradeServerLog,
        _ => Advice::UpgradeListener,
    };
    let plain = if case.is_tls() { Transport::Tls } else { Transport::Tcp };
    vec![why, Advice::UpgradeAvoid { scheme: plain.scheme().to_owned() }]
}
