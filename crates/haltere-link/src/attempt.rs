//! One attempt to reach a broker, from name resolution to CONNACK.
//!
//! Links and probes share this code. Both read the [`AttemptTrace`] afterwards: the stage in which a
//! time limit was reached, how long each stage took, which certificates were presented.

use std::io;
use std::net::SocketAddr;

use haltere_core::{Bug, LinkFailure, ProtocolVersion, Reason, Stage, TlsFacts};
use rustls_pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::attempt_trace::{AttemptTrace, PresentedCertificates};
use crate::shared::LinkShared;
use crate::transport::{
    ByteStream, ConnectOptions, MqttSession, MqttSessionConfig, SessionError, UpgradeError, upgrade,
};
use crate::{Interest, LinkConfig, LinkSpec, dial, failure, tls};

/// A session that a broker has accepted.
pub(crate) struct Established {
    pub(crate) session: MqttSession,
    /// The parameters of its TLS, if any.
    pub(crate) tls: Option<TlsFacts>,
}

/// How to open a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttemptOptions {
    /// Tried first; 3.1.1 follows if the broker does not speak it.
    pub(crate) version: ProtocolVersion,
    /// Whether to subscribe to the link's interest.
    pub(crate) subscribe: bool,
}

/// Makes one attempt, within the configured time limit.
pub(crate) async fn attempt(
    spec: &LinkSpec,
    shared: &LinkShared,
    options: AttemptOptions,
    trace: &mut AttemptTrace<'_>,
) -> Result<Established, LinkFailure> {
    let limit = shared.config.connect_timeout;
    let deadline = Instant::now() + limit;
    let connecting = connect_with_fallback(spec, shared, options, deadline, trace);
    let outcome = match timeout_at(deadline, connecting).await {
        Ok(outcome) => outcome,
        Err(_) => Err(trace.timeout_failure(spec, limit)),
    };
    let outcome = if spec.tls_off && spec.url.transport().is_tls() {
        outcome.map_err(|failure| failure::with_plugin_off(failure, spec.tls_ignored))
    } else {
        outcome
    };
    if let Err(failure) = &outcome {
        trace.fail(failure);
    }
    outcome
}

async fn connect_with_fallback(
    spec: &LinkSpec,
    shared: &LinkShared,
    options: AttemptOptions,
    deadline: Instant,
    trace: &mut AttemptTrace<'_>,
) -> Result<Established, LinkFailure> {
    let addresses = resolve(spec, shared, trace).await?;
    match connect_once(spec, shared, options, &addresses, deadline, trace).await {
        Err(ConnectError::UnsupportedVersion(broker)) => {
            // A broker that refuses a version closes the connection, so reconnect, to the same address
            // rather than to any other the name resolves to.
            trace
                .restart_from(Stage::Tcp, "the broker does not speak MQTT 5; once more with 3.1.1");
            let options = AttemptOptions { version: ProtocolVersion::V3_1_1, ..options };
            connect_once(spec, shared, options, &[broker], deadline, trace).await
        }
        outcome => outcome,
    }
    .map_err(|error| match error {
        ConnectError::Failed(failure) => failure,
        ConnectError::UnsupportedVersion(_) => failure::internal(Bug::VersionRefusedTwice),
    })
}

enum ConnectError {
    /// The broker at this address does not speak MQTT 5.
    UnsupportedVersion(SocketAddr),
    Failed(LinkFailure),
}

impl From<LinkFailure> for ConnectError {
    fn from(failure: LinkFailure) -> Self {
        Self::Failed(failure)
    }
}

async fn resolve(
    spec: &LinkSpec,
    shared: &LinkShared,
    trace: &mut AttemptTrace<'_>,
) -> Result<Vec<SocketAddr>, LinkFailure> {
    trace.enter(Stage::Dns);
    let port = spec.url.port();
    let addresses: Vec<_> = shared
        .resolver
        .addresses(spec.url.host())
        .await?
        .into_iter()
        .map(|ip| SocketAddr::new(ip, port))
        .collect();
    trace.peer = addresses.first().copied();
    let shown: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
    trace.pass(Some(shown.join(", ")));
    Ok(addresses)
}

async fn connect_once(
    spec: &LinkSpec,
    shared: &LinkShared,
    options: AttemptOptions,
    addresses: &[SocketAddr],
    deadline: Instant,
    trace: &mut AttemptTrace<'_>,
) -> Result<Established, ConnectError> {
    trace.enter(Stage::Tcp);
    let config = &shared.config;
    let user_timeout = config.keepalive + config.ping_timeout;
    let (stream, peer) = dial::dial(addresses, &shared.egress, user_timeout, deadline).await?;
    trace.peer = Some(peer);
    trace.pass(Some(peer.to_string()));

    let transport = spec.url.transport();
    let (stream, tls): (Box<dyn ByteStream>, _) = if transport.is_tls() {
        let (stream, facts) = tls_handshake(spec, shared, stream, trace).await?;
        (stream, Some(facts))
    } else {
        (Box::new(stream), None)
    };
    let stream: Box<dyn ByteStream> = if transport.is_websocket() {
        trace.enter(Stage::Websocket);
        let upgraded = upgrade(stream, &spec.url, config.max_packet)
            .await
            .map_err(|error| upgrade_failure(error, spec, peer))?;
        trace.pass(None);
        Box::new(upgraded)
    } else {
        stream
    };
    let session = mqtt_handshake(spec, config, options, stream, peer, trace).await?;
    Ok(Established { session, tls })
}

async fn tls_handshake(
    spec: &LinkSpec,
    shared: &LinkShared,
    stream: TcpStream,
    trace: &mut AttemptTrace<'_>,
) -> Result<(Box<dyn ByteStream>, TlsFacts), LinkFailure> {
    trace.enter(Stage::Tls);
    let client = shared.tls.get(&spec.tls).map_err(failure::tls_material)?;
    match client.connect(&spec.tls_host(), stream).await {
        Ok(handshake) => {
            let TlsFacts { version, cipher, .. } = handshake.facts;
            trace.presented = presented_certificates(handshake.peer_chain, true);
            let protocol = handshake.stream.get_ref().1.alpn_protocol();
            let protocol = protocol.map(|name| format!(", {}", name.escape_ascii()));
            trace.pass(Some(format!("{version}, {cipher}{}", protocol.unwrap_or_default())));
            Ok((Box::new(handshake.stream), handshake.facts))
        }
        Err(failed) => {
            trace.presented = presented_certificates(failed.peer_chain, false);
            Err(match spec.tls.server_name {
                Some(_) => failure::about_server_name(failed.failure),
                None => failed.failure,
            })
        }
    }
}

fn presented_certificates(
    chain: Vec<CertificateDer<'static>>,
    accepted: bool,
) -> Option<PresentedCertificates> {
    (!chain.is_empty()).then_some(PresentedCertificates { chain, accepted })
}

async fn mqtt_handshake(
    spec: &LinkSpec,
    config: &LinkConfig,
    AttemptOptions { version, subscribe }: AttemptOptions,
    stream: Box<dyn ByteStream>,
    peer: SocketAddr,
    trace: &mut AttemptTrace<'_>,
) -> Result<MqttSession, ConnectError> {
    trace.enter(Stage::Mqtt);
    let connect = ConnectOptions {
        client_id: &spec.client_id,
        username: spec.username.as_deref(),
        password: spec.password.as_deref(),
        keepalive: u16::try_from(config.keepalive.as_secs()).unwrap_or(u16::MAX),
        no_metrics: spec.no_metrics,
    };
    let config = MqttSessionConfig {
        keepalive: config.keepalive,
        ping_timeout: config.ping_timeout,
        max_packet: config.max_packet,
    };
    let interest = if subscribe { spec.interest.clone() } else { Interest::none() };
    match MqttSession::connect(stream, version, connect, config, &interest).await {
        Ok(session) => {
            trace.pass(Some(format!("MQTT {}", version.as_str())));
            Ok(session)
        }
        Err(SessionError::Refused(refusal))
            if version == ProtocolVersion::V5 && refusal.is_about_version() =>
        {
            Err(ConnectError::UnsupportedVersion(peer))
        }
        Err(error) => Err(connect_failure(error, spec, peer).into()),
    }
}

fn upgrade_failure(error: UpgradeError, spec: &LinkSpec, peer: SocketAddr) -> LinkFailure {
    match error {
        UpgradeError::Refused(refusal) => failure::upgrade_refused(&refusal, peer),
        UpgradeError::Protocol(answer) => failure::no_upgrade(answer, peer),
        UpgradeError::SpeaksTls => failure::speaks_tls(peer),
        UpgradeError::Io(error) => io_failure(Stage::Websocket, &error, spec, peer),
    }
}

fn connect_failure(error: SessionError, spec: &LinkSpec, peer: SocketAddr) -> LinkFailure {
    match error {
        SessionError::Closed => failure::closed_early(Stage::Mqtt, peer),
        SessionError::Io(error) => io_failure(Stage::Mqtt, &error, spec, peer),
        SessionError::Refused(why) | SessionError::Disconnected(why) => {
            failure::refusal(&why, peer)
        }
        SessionError::PingTimeout(_) => failure::no_answer(Stage::Mqtt, peer),
        SessionError::Protocol(violation) => {
            failure::not_mqtt(Reason::NotMqtt { peer, violation }, peer)
        }
        SessionError::SpeaksTls if !spec.url.transport().is_tls() => {
            failure::perhaps_tls_port(Stage::Mqtt, peer)
        }
        SessionError::SpeaksTls => failure::not_mqtt(Reason::SpeaksTlsInTls { peer }, peer),
        SessionError::SpeaksHttp => failure::not_mqtt(Reason::SpeaksHttp { peer }, peer),
        SessionError::Unsendable(why) => failure::unsendable(why.into()),
    }
}

fn io_failure(stage: Stage, error: &io::Error, spec: &LinkSpec, peer: SocketAddr) -> LinkFailure {
    // Under TLS 1.3 a broker refuses our certificate only after the handshake.
    tls::classify_io(error).unwrap_or_else(|| {
        let transport = spec.url.transport();
        if stage == Stage::Mqtt
            && let Some(violation) = failure::violation_in(error)
        {
            let violation = violation.clone();
            return failure::not_mqtt(Reason::NotMqtt { peer, violation }, peer);
        }
        failure::before_connack(stage, error, peer, transport.is_tls())
    })
}
