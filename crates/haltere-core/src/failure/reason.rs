//! What failed, in words.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::{
    AlertMeaning, Bug, IoFault, MaterialFault, ProtocolViolation, ResolverFault,
    SignatureAlgorithm, SpecialNetwork, UpgradeFault,
};
use crate::sentence::{Code, Day, Parameter, ParameterValue, Seconds, Setting};
use crate::{MqttReason, Timestamp, sentences};

/// What failed, and what else is known of it. The English text is that of the reason, followed by that of
/// the notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureMessage {
    /// What failed.
    pub reason: Box<Reason>,
    /// What is known in addition.
    pub notes: Vec<Note>,
}

impl FailureMessage {
    /// The same, with a note.
    #[must_use]
    pub fn with(mut self, note: impl Into<Option<Note>>) -> Self {
        self.notes.extend(note.into());
        self
    }
}

impl From<Reason> for FailureMessage {
    fn from(reason: Reason) -> Self {
        Self { reason: Box::new(reason), notes: Vec::new() }
    }
}

/// Text without a key, as older versions stored it.
impl From<String> for FailureMessage {
    fn from(text: String) -> Self {
        Reason::Text { text }.into()
    }
}

impl fmt::Display for FailureMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)?;
        self.notes.iter().try_for_each(|note| note.fmt(f))
    }
}

/// Whose certificate a reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateOwner {
    /// The broker's own.
    Broker,
    /// One that the connection trusts.
    Trusted,
    /// Another one that the broker has sent.
    Chain,
}

impl fmt::Display for CertificateOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broker => "The broker's certificate",
            Self::Trusted => "A certificate in the field ca",
            Self::Chain => "A certificate in the broker's chain",
        })
    }
}

impl CertificateOwner {
    const ALL: [Self; 3] = [Self::Broker, Self::Trusted, Self::Chain];

    const fn name(self) -> &'static str {
        match self {
            Self::Broker => "broker",
            Self::Trusted => "trusted",
            Self::Chain => "chain",
        }
    }
}

impl Parameter for CertificateOwner {
    const KIND: &'static str = "certificate";

    fn value(&self) -> ParameterValue {
        ParameterValue::Text(self.name().to_owned())
    }

    fn from_value(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|owner| owner.name() == text)
    }
}

sentences! {
    /// What failed. A cause is a sentence of its own, and `words` are those of the broker or the operating system, as
    /// they are: no parameter is text of ours, which would be in one language only.
    pub enum Reason {
        Text { text: String } => "{text}",
        Internal { bug: Bug } => "haltere failed, which is a bug: {bug}",
        LinkPanicked => "haltere failed, which is a bug: A link panicked, and the log says more; it is started again",

        NameNotFound { host: String } => "The name {host} does not exist or has no address; check its spelling",
        LookupFailed { host: String, resolver: ResolverFault } => "The name {host} could not be looked up: {resolver}; check the name server",
        LookupTimedOut { host: String, seconds: Seconds } => "The name {host} could not be looked up: no answer within {seconds} s; check the name server",

        ConnectionRefused { peer: SocketAddr } => "{peer} refused the connection: nothing is listening there, or a firewall rejected the connection",
        HostUnreachable { peer: SocketAddr } => "{peer} can't be reached: no route to the host",
        NetworkUnreachable { peer: SocketAddr } => "{peer} can't be reached: there is no route to its network",
        ConnectTimedOut { peer: SocketAddr } => "{peer} did not answer in time: it is down, or a firewall drops the packets",
        ConnectReset { peer: SocketAddr } => "{peer} reset the connection while it was made",
        ConnectForbidden { peer: SocketAddr } => "{peer} may not be dialled: denied by this machine",
        NoLocalAddress { peer: SocketAddr } => "{peer} was not dialled: no local address or port is left",
        TooManyFiles { peer: SocketAddr } => "{peer} was not dialled: too many open files; raise the limit (ulimit -n)",
        ConnectFailed { peer: SocketAddr, io: IoFault } => "{peer} could not be dialled: {io}",
        EgressOwn { peer: SocketAddr } => "{peer} was not dialled: haltere itself listens there, and no rule can open that",
        EgressRule { peer: SocketAddr, ip: IpAddr, index: u64, rule: String } => "{peer} was not dialled: the egress policy denies {ip} (egress.rules[{index}], \"{rule}\")",
        EgressDefault { peer: SocketAddr, ip: IpAddr, network: SpecialNetwork } => "{peer} was not dialled: the egress policy denies {ip} ({network}) unless a rule in egress.rules allows it",
        NoDescriptors => "Waits for its turn: haltere has no more file descriptors for brokers; raise LimitNOFILE of its service (ulimit -n)",

        SilentAtTls { peer: SocketAddr } => "{peer} accepted the connection but did not answer the TLS handshake in time; is it a broker, and is this its port?",
        SilentAtWebsocket { peer: SocketAddr } => "{peer} accepted the connection but did not answer the WebSocket upgrade in time; is it a broker, and is this its port?",
        SilentAtMqtt { peer: SocketAddr } => "{peer} accepted the connection but did not answer MQTT CONNECT in time; is it a broker, and is this its port?",
        ClosedEarly { peer: SocketAddr } => "{peer} closed the connection before it answered; the port may expect TLS or another protocol, or the broker does not accept this client",
        ClosedBecause { peer: SocketAddr, status: u64 } => "{peer} did not accept the connection: it closed the WebSocket with {status}",
        SpeaksTlsInTls { peer: SocketAddr } => "{peer} did not answer as an MQTT broker does: it sent TLS inside TLS",
        SpeaksHttp { peer: SocketAddr } => "{peer} did not answer as an MQTT broker does: it speaks HTTP; for MQTT over WebSocket use ws:// or wss://",
        NotMqtt { peer: SocketAddr, violation: ProtocolViolation } => "{peer} did not answer as an MQTT broker does: {violation}",
        DroppedByBroker { peer: SocketAddr } => "{peer} dropped the connection; the broker may not accept this client; its log says more",
        DroppedAtWebsocket { peer: SocketAddr } => "{peer} dropped the connection; does this port speak WebSocket? If not, use mqtt:// or mqtts://; if with TLS, wss://",
        DroppedAtMqtt { peer: SocketAddr } => "{peer} dropped the connection; is this port TLS? Then use mqtts:// (or wss://)",
        ConnectionFailed { peer: SocketAddr, io: IoFault } => "The connection to {peer} failed: {io}",
        Unsendable { violation: ProtocolViolation } => "CONNECT can't be made: {violation}",

        UpgradeRedirected { peer: SocketAddr, status: String, location: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: it redirects to \"{location}\"",
        UpgradeRedirectedNowhere { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: it redirects",
        UpgradeNeedsLogin { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: it asks for a login of its own",
        UpgradeForbidden { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: it denies access",
        UpgradeNotAccepted { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: it does not accept our request for an upgrade",
        UpgradeNoBroker { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: there is no broker at this path; check the path",
        UpgradeTooMany { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: too many requests were made in a short time",
        UpgradeBadGateway { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: it does not reach the broker behind it",
        UpgradeUnavailable { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: it, or the broker behind it, is not available now",
        UpgradeServerFailed { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: it failed",
        UpgradeNotWebsocket { peer: SocketAddr, status: String } => "{peer} refused the WebSocket upgrade: HTTP status {status}: it does not speak WebSocket at this path; check the path",
        UpgradeSpeaksTls { peer: SocketAddr } => "{peer} refused the WebSocket upgrade: it speaks TLS; use wss://",
        UpgradeFailed { peer: SocketAddr, answer: UpgradeFault } => "{peer} refused the WebSocket upgrade: {answer}",

        RefusedNotAuthorized => "The broker refused the connection: it does not accept this user name and password, or does not allow this client id",
        RefusedCredentials => "The broker refused the connection: it does not accept this user name and password",
        RefusedUnavailable => "The broker refused the connection: the broker is not available now",
        RefusedBusy => "The broker refused the connection: the broker is busy",
        RefusedBanned => "The broker refused the connection: the client is banned",
        RefusedClientId => "The broker refused the connection: the client id is not allowed",
        RefusedVersion => "The broker refused the connection: the broker supports neither MQTT 5 nor 3.1.1",
        RefusedRate => "The broker refused the connection: too many connections were made in a short time",
        RefusedQuota => "The broker refused the connection: a quota is used up",
        RefusedUnspecified => "The broker refused the connection: it gives no reason",
        RefusedMalformed => "The broker refused the connection: it could not read our CONNECT",
        RefusedProtocol => "The broker refused the connection: our CONNECT breaks a rule of MQTT",
        RefusedOwnRule => "The broker refused the connection: our CONNECT breaks a rule of its own",
        RefusedAuthMethod => "The broker refused the connection: it requires extended authentication, which haltere does not support",
        RefusedPacketSize => "The broker refused the connection: our CONNECT is larger than the packets it accepts",
        RefusedWill => "The broker refused the connection: it objects to a will message, though haltere sends none",
        RefusedUseAnother => "The broker refused the connection: it refers us to another server for now",
        RefusedMoved => "The broker refused the connection: the broker has moved to another server for good",
        RefusedWith { code: MqttReason } => "The broker refused the connection: it gave the reason {code}",

        LostTakenOver => "The connection was lost: another client connected with the same client id: SESSION_TAKEN_OVER",
        LostShutDown => "The connection was lost: the broker shuts down: SERVER_SHUTTING_DOWN",
        LostKeepAlive => "The connection was lost: the broker received nothing from us in time: KEEP_ALIVE_TIMEOUT",
        LostByAdministrator => "The connection was lost: an administrator of the broker ended it: ADMINISTRATIVE_ACTION",
        LostNotAuthorized => "The connection was lost: the broker no longer accepts this client: NOT_AUTHORIZED",
        LostUseAnother => "The connection was lost: the broker refers us to another server for now: USE_ANOTHER_SERVER",
        LostMoved => "The connection was lost: the broker has moved to another server for good: SERVER_MOVED",
        LostWith { code: MqttReason } => "The connection was lost: the broker ended it: {code}",
        LostSilent { seconds: Seconds } => "The connection was lost: the broker did not answer a ping within {seconds} s",
        LostClosed => "The connection was lost: the broker closed the connection",
        LostReset => "The connection was lost: the broker, or something on the way, reset the connection",
        LostTimedOut => "The connection was lost: what we sent was not acknowledged in time",
        LostViolation { violation: ProtocolViolation } => "The connection was lost: the broker violated the MQTT protocol: {violation}",
        LostBecause { status: u64 } => "The connection was lost: it closed the WebSocket with {status}",
        LostError { io: IoFault } => "The connection was lost: {io}",

        RoundtripSubscriptionRefused { topic: String, code: MqttReason } => "The broker refused the subscription to \"{topic}\": {code}",
        RoundtripMessageRefused { topic: String, code: MqttReason } => "The broker refused the message to \"{topic}\": {code}",
        RoundtripSubscriptionSilent { topic: String, seconds: Seconds } => "The broker did not answer the subscription to \"{topic}\" within {seconds} s",
        RoundtripMessageSilent { topic: String, seconds: Seconds } => "The broker did not acknowledge the message to \"{topic}\" within {seconds} s",
        RoundtripNotReturned { topic: String, seconds: Seconds } => "The broker accepted the message to \"{topic}\", but did not send it back within {seconds} s",

        TlsSettings { field: String, fault: MaterialFault } => "The connection's TLS settings can't be used: {field}: {fault}",
        TlsNothingInCommon => "The broker refused the TLS handshake at once: it accepts none of our TLS versions, cipher suites and kinds of keys, or is for pre-shared keys (PSK) only",
        TlsBrokenOff => "The broker broke off the TLS handshake after it had shown its certificate; its log says why",
        TlsAlert { alert: AlertMeaning } => "The broker broke off the TLS connection ({alert})",
        TlsSilent => "The broker fell silent during the TLS handshake",
        TlsClosed => "The connection was closed during the TLS handshake; is this port meant for TLS?",
        TlsOldVersion => "The broker speaks only older versions of TLS; 1.2 or 1.3 is needed",
        TlsNameUnknown => "The broker does not answer to the host name in the URL; check the name",
        TlsServerNameUnknown => "The broker does not answer to the name that tls.serverName says; check the name",
        TlsNotSpoken => "The server that answered does not speak TLS; check the port, or use mqtt:// or ws://",
        TlsIncompatible { code: Code } => "The broker's TLS and ours do not go together ({code})",
        TlsViolation { code: Code } => "The broker does not keep to the rules of TLS ({code})",
        TlsTooLarge => "The broker's certificates are larger than 64 KiB together; it should send its own and those between that and the root, and no others",
        TlsKeyNotProven => "The broker could not prove that it has the key of its certificate",

        ClientCertificateRequested => "The broker asks for a client certificate",
        ClientCaUnknown => "The broker does not know the authority that signed our client certificate; use a certificate in cert that the broker's CA signed",
        ClientCertificateExpired => "The broker refused our client certificate because it has expired; renew it",
        ClientCertificateRevoked => "The broker refused our client certificate because it has been revoked",
        ClientCertificateRefused { alert: AlertMeaning } => "The broker refused our client certificate ({alert})",

        CertificateUnreadable => "The broker's certificate can't be read",
        CertificateExpired { whose: CertificateOwner, date: Day } => "{whose} expired on {date}; renew it",
        CertificateNotYetValid { whose: CertificateOwner, time: Timestamp } => "{whose} is valid only from {time} on; check the clocks of both machines",
        ChainTooLong => "There are more than 6 CAs between the broker's certificate and its root; have it signed by one that is nearer to the root",
        SelfSigned => "The broker's certificate is self-signed",
        PrivateCa => "The broker's certificate is signed by a private authority that is not trusted here",
        UnknownCa => "The broker's certificate is signed by an authority that is not known, and the broker sent no intermediate certificate",
        ChainEndsUnknown => "The chain of the broker's certificate ends at an authority that is not known",
        RootMissing => "The field ca holds an intermediate certificate without its root; add the root",
        SignatureMismatch => "A signature in the chain of the broker's certificate does not fit the CA certificate of that name",
        SignerIsNoCa => "The broker's certificate was refused: a certificate in its chain signs others without being a CA; have a new one made",
        PathTooLong => "The broker's certificate was refused: a CA in its chain does not allow as many others below it; have a new one made",
        NotForServers => "The broker's certificate was refused: it was made for another use than a TLS server's; have a new one made",
        WrongName { host: String, names: String } => "The broker's certificate is not for {host}, but for {names}",
        NoName { host: String } => "The broker's certificate is not for {host}, but for no host at all",
        AddressAsDnsName { host: String } => "The broker's certificate was refused: it holds the address {host} as a DNS name (DNS:{host}) and not as an IP address (IP:{host}), which is accepted only together with a CA in the field ca",
        ImpossibleName { host: String } => "No certificate can be for {host}: it is not a valid host name",
        OnlyCommonName => "The broker's certificate was refused: it names the host only as its common name, which is accepted only together with a CA in the field ca",
        BeginsBefore1970 => "The broker's certificate was refused: it is valid from a day before 1970 on, which is accepted only together with a CA in the field ca",
        CertificateForm { code: Code } => "The broker's certificate was refused: it is of a form that is not accepted here ({code})",
        CertificateRefused { code: Code } => "The broker's certificate was refused: {code}",
        KeyTooSmall { whose: CertificateOwner, bits: u64, accepted: Setting } => "{whose} has an RSA key of {bits} bits, which is too small; accepted are {accepted}",
        KeyUnsupported { whose: CertificateOwner, kind: String, accepted: Setting } => "{whose} has a key of a kind that haltere does not support ({kind}); accepted are {accepted}",
        CurveExplicit { whose: CertificateOwner } => "{whose} has an EC key whose curve is written out instead of named; a named one is needed",
        SignatureTooWeak { whose: CertificateOwner, algorithm: SignatureAlgorithm, accepted: Setting } => "{whose} is signed by {algorithm}, which is too weak; accepted are {accepted}",
        SignatureUnsupported { whose: CertificateOwner, algorithm: SignatureAlgorithm, accepted: Setting } => "{whose} is signed by {algorithm}, which haltere does not support; accepted are {accepted}",
    }
}

sentences! {
    /// What is known in addition to a reason. The text follows that of the reason.
    pub enum Note {
        ServerAddress { server: String } => "; its address is \"{server}\"",
        BrokerWords { text: String } => " (\"{text}\")",
        OnceSubscribed { topic: String } => "; it came right after we subscribed to \"{topic}\"",
        OncePublished { topic: String } => "; it came right after we published to \"{topic}\"",
        OnceSysAsked => "; it came right after we asked for the topics under $SYS",
        WithoutSysToo => "; sessions that do not ask for $SYS end as soon",
        PerhapsSameClientId => "; sessions that do not ask for $SYS end as soon, so another client with the same client id is the likeliest cause",
        TlsSettingsUnused => "; the plugin tls is off, so the connection's own TLS settings (ca, cert, rejectUnauthorized, tls) are not used",
        TlsSettingsOff => "; the plugin tls is off, so a connection's own TLS settings (ca, cert, rejectUnauthorized, tls) are not used",

        GiveClientCertificate => "; put one into the fields cert and key",
        CheckClientCertificate => "; check the fields cert and key",
        GiveCa => "; paste its CA certificate into the field ca",
        GiveSelfSigned => "; to trust it, paste it into the field ca",
        OtherCa => "; the field ca holds other certificates; put the right CA certificate there",
        OtherCaOrIntermediate => "; the field ca holds other certificates; put the right CA certificate there, or have the broker send its intermediate certificates along",
        OtherSelfSigned => "; the field ca holds other certificates; to trust it, put it there",
        CaMadeAgain => "; the CA was probably made again: put its current certificate into the field ca",
        UseNameInUrl => "; use that name in the URL, or have the certificate made for this one",
        UseServerName => "; the first name is what tls.serverName says: leave that out or put one of the others there, or have the certificate made for this one",
    }
}

impl Note {
    /// Whether it asks for a TLS setting of the connection.
    pub const fn asks_for_setting(&self) -> bool {
        matches!(
            self,
            Self::GiveClientCertificate
                | Self::CheckClientCertificate
                | Self::GiveCa
                | Self::GiveSelfSigned
                | Self::OtherCa
                | Self::OtherCaOrIntermediate
                | Self::OtherSelfSigned
                | Self::CaMadeAgain
        )
    }
}
