//! One attempt to reach a broker, from its name to its CONNACK.
//!
//! Links and probes go this same way; both read the [`Trail`] afterwards: where a time-out struck,
//! how long each stage took, which certificates were shown. A probe's trail is also listened to.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use haltere_core::{Clock, LinkFailure, ProtocolVersion, Stage, TlsFacts};
use rustls_pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::egress::Egress;
use crate::resolve::Resolver;
use crate::tls::TlsClients;
use crate::trail::{Presented, Trail};
use crate::transport::{Ended, Habits, Hello, Session, UpgradeError, Wire, upgrade};
use crate::{LinkConfig, LinkSpec, dial, failure, tls};

/// What all attempts share.
pub(crate) struct Means {
    /// How all links behave.
    pub(crate) config: LinkConfig,
    /// Where links may dial.
    pub(crate) egress: Egress,
    resolver: Resolver,
    tls: TlsClients,
}

impl Means {
    /// Nothing is loaded yet.
    pub(crate) fn new(config: LinkConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            egress: Egress::new(config.egress.clone()),
            resolver: Resolver::new(config.resolver),
            tls: TlsClients::new(clock),
            config,
        }
    }
}

/// A broker that let us in.
pub(crate) struct Arrival {
    /// The session.
    pub(crate) session: Session,
    /// What is known of its TLS.
    pub(crate) tls: Option<TlsFacts>,
}

/// How to speak with a broker.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// Tried first, and 3.1.1 when the broker does not speak it.
    pub(crate) version: ProtocolVersion,
    /// Whether to ask for its version and uptime.
    pub(crate) read_sys: bool,
}

/// Goes all the way, within the limit of the configuration.
pub(crate) async fn attempt(
    spec: &LinkSpec,
    means: &Means,
    manner: Manner,
    trail: &mut Trail<'_>,
) -> Result<Arrival, LinkFailure> {
    let limit = means.config.connect_timeout;
    let deadline = Instant::now() + limit;
    let way = whole_way(spec, means, manner, deadline, trail);
    let outcome = match timeout_at(deadline, way).await {
        Ok(outcome) => outcome,
        Err(_) => Err(trail.out_of_time(spec, limit)),
    };
    let outcome = if spec.tls_off && spec.url.transport().is_tls() {
        outcome.map_err(|failure| failure::without_own_settings(failure, spec.tls_ignored))
    } else {
        outcome
    };
    if let Err(failure) = &outcome {
        trail.fail(failure);
    }
    outcome
}

async fn whole_way(
    spec: &LinkSpec,
    means: &Means,
    manner: Manner,
    deadline: Instant,
    trail: &mut Trail<'_>,
) -> Result<Arrival, LinkFailure> {
    let addresses = resolve(spec, means, trail).await?;
    match once(spec, means, manner, &addresses, deadline, trail).await {
        Err(NotIn::WrongVersion(broker)) => {
            // A broker that refuses a version closes the connection, so the way begins anew: to that
            // broker, and to none of those that its name stands for as well.
            trail.go_back_to(Stage::Tcp, "the broker does not speak MQTT 5; once more with 3.1.1");
            let manner = Manner { version: ProtocolVersion::V3_1_1, ..manner };
            once(spec, means, manner, &[broker], deadline, trail).await
        }
        outcome => outcome,
    }
    .map_err(|not_in| match not_in {
        NotIn::Failed(failure) => failure,
        NotIn::WrongVersion(_) => failure::internal("MQTT 3.1.1 was refused twice"),
    })
}

enum NotIn {
    /// The broker at this address does not speak MQTT 5.
    WrongVersion(SocketAddr),
    Failed(LinkFailure),
}

impl From<LinkFailure> for NotIn {
    fn from(failure: LinkFailure) -> Self {
        Self::Failed(failure)
    }
}

async fn resolve(
    spec: &LinkSpec,
    means: &Means,
    trail: &mut Trail<'_>,
) -> Result<Vec<SocketAddr>, LinkFailure> {
    trail.enter(Stage::Dns);
    let port = spec.url.port();
    let addresses: Vec<_> = means
        .resolver
        .addresses(spec.url.host())
        .await?
        .into_iter()
        .map(|ip| SocketAddr::new(ip, port))
        .collect();
    trail.peer = addresses.first().copied();
    let shown: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
    trail.pass(Some(shown.join(", ")));
    Ok(addresses)
}

async fn once(
    spec: &LinkSpec,
    means: &Means,
    manner: Manner,
    addresses: &[SocketAddr],
    deadline: Instant,
    trail: &mut Trail<'_>,
) -> Result<Arrival, NotIn> {
    trail.enter(Stage::Tcp);
    let config = &means.config;
    let user_timeout = config.keepalive + config.ping_timeout;
    let (stream, peer) = dial::dial(addresses, &means.egress, user_timeout, deadline).await?;
    trail.peer = Some(peer);
    trail.pass(Some(peer.to_string()));

    let transport = spec.url.transport();
    let (wire, tls): (Box<dyn Wire>, _) = if transport.is_tls() {
        let (wire, facts) = encrypt(spec, means, stream, trail).await?;
        (wire, Some(facts))
    } else {
        (Box::new(stream), None)
    };
    let wire: Box<dyn Wire> = if transport.is_websocket() {
        trail.enter(Stage::Websocket);
        let upgraded = upgrade(wire, &spec.url, config.max_packet)
            .await
            .map_err(|error| not_upgraded(error, spec, peer))?;
        trail.pass(None);
        Box::new(upgraded)
    } else {
        wire
    };
    let session = greet(spec, config, manner, wire, peer, trail).await?;
    Ok(Arrival { session, tls })
}

async fn encrypt(
    spec: &LinkSpec,
    means: &Means,
    stream: TcpStream,
    trail: &mut Trail<'_>,
) -> Result<(Box<dyn Wire>, TlsFacts), LinkFailure> {
    trail.enter(Stage::Tls);
    let client =
        means.tls.get(&spec.tls).map_err(|error| failure::tls_material(&error.to_string()))?;
    match client.connect(&spec.tls_host(), stream).await {
        Ok(handshake) => {
            let TlsFacts { version, cipher, .. } = handshake.facts;
            trail.presented = presented(handshake.peer_chain, true);
            let protocol = handshake.stream.get_ref().1.alpn_protocol();
            let protocol = protocol.map(|name| format!(", {}", name.escape_ascii()));
            trail.pass(Some(format!("{version}, {cipher}{}", protocol.unwrap_or_default())));
            Ok((Box::new(handshake.stream), handshake.facts))
        }
        Err(failed) => {
            trail.presented = presented(failed.peer_chain, false);
            Err(match spec.tls.server_name {
                Some(_) => failure::about_server_name(failed.failure),
                None => failed.failure,
            })
        }
    }
}

fn presented(chain: Vec<CertificateDer<'static>>, accepted: bool) -> Option<Presented> {
    (!chain.is_empty()).then_some(Presented { chain, accepted })
}

async fn greet(
    spec: &LinkSpec,
    config: &LinkConfig,
    Manner { version, read_sys }: Manner,
    wire: Box<dyn Wire>,
    peer: SocketAddr,
    trail: &mut Trail<'_>,
) -> Result<Session, NotIn> {
    trail.enter(Stage::Mqtt);
    let hello = Hello {
        client_id: &spec.client_id,
        username: spec.username.as_deref(),
        password: spec.password.as_deref(),
        keepalive: u16::try_from(config.keepalive.as_secs()).unwrap_or(u16::MAX),
    };
    let habits = Habits {
        keepalive: config.keepalive,
        ping_timeout: config.ping_timeout,
        max_packet: config.max_packet,
        read_sys,
    };
    match Session::greet(wire, version, hello, habits).await {
        Ok(session) => {
            trail.pass(Some(format!("MQTT {}", version.as_str())));
            Ok(session)
        }
        Err(Ended::Refused(refusal))
            if version == ProtocolVersion::V5 && refusal.is_about_version() =>
        {
            Err(NotIn::WrongVersion(peer))
        }
        Err(ended) => Err(not_greeted(ended, spec, peer).into()),
    }
}

fn not_upgraded(error: UpgradeError, spec: &LinkSpec, peer: SocketAddr) -> LinkFailure {
    match error {
        UpgradeError::Refused(refusal) => failure::upgrade_refused(&refusal, peer),
        UpgradeError::Protocol(why) => failure::no_upgrade(&why, peer),
        UpgradeError::SpeaksTls => failure::no_upgrade("it speaks TLS; use wss://", peer),
        UpgradeError::Io(error) => not_read(Stage::Websocket, &error, spec, peer),
    }
}

fn not_greeted(ended: Ended, spec: &LinkSpec, peer: SocketAddr) -> LinkFailure {
    match ended {
        Ended::Closed => failure::closed_early(Stage::Mqtt, peer),
        Ended::Io(error) => not_read(Stage::Mqtt, &error, spec, peer),
        Ended::Refused(why) | Ended::Goodbye(why) => failure::refusal(&why, peer),
        Ended::NoPong(_) => failure::silent(Stage::Mqtt, peer),
        Ended::Broken(why) => failure::not_mqtt(&why, peer),
        Ended::SpeaksTls if !spec.url.transport().is_tls() => {
            failure::is_this_port_tls(Stage::Mqtt, peer)
        }
        Ended::SpeaksTls => failure::not_mqtt("it sent TLS inside TLS", peer),
        Ended::SpeaksHttp => {
            failure::not_mqtt("it speaks HTTP; for MQTT over WebSocket use ws:// or wss://", peer)
        }
        Ended::Unsendable(why) => failure::unsendable(&why.to_string()),
    }
}

fn not_read(stage: Stage, error: &io::Error, spec: &LinkSpec, peer: SocketAddr) -> LinkFailure {
    // TLS 1.3 tells what it thinks of our certificate only after the handshake.
    tls::classify_io(error).unwrap_or_else(|| {
        let transport = spec.url.transport();
        let is_odd = error.kind() == io::ErrorKind::InvalidData;
        if is_odd && stage == Stage::Mqtt && transport.is_websocket() {
            return failure::not_mqtt(&error.to_string(), peer);
        }
        failure::before_connack(stage, error, peer, transport.is_tls())
    })
}

/// What the end of a session that was up means.
pub(crate) fn lost(ended: &Ended) -> LinkFailure {
    match ended {
        Ended::NoPong(after) => failure::no_pong(*after),
        Ended::Goodbye(why) => failure::sent_away(why),
        // TLS calls it an error when the goodbye is missing; everyone does without.
        Ended::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => lost(&Ended::Closed),
        other => failure::lost(&other.to_string()),
    }
}
