//! All advice.

use std::fmt;

use haltere_core::sentence::{AnyFault, Parameter, ParameterValue};
use haltere_core::{Day, Setting, sentences};

/// A URL to try, in the words of the audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TryUrl {
    pub(super) url: String,
    pub(super) words: String,
}

impl fmt::Display for TryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl Parameter for TryUrl {
    const KIND: &'static str = "text";

    fn value(&self) -> ParameterValue {
        ParameterValue::Text(self.url.clone())
    }
}

sentences! {
    /// A line of advice. Commands are between backticks.
    pub enum Advice {
        // Without a meaning of their own.
        LookIntoLog { code: String } => "Look into the broker's log for what it says about this connection ({code}).",
        TryAnotherClient { host: String, port: u16 } => "See whether another client gets further: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`",
        ReportBug => "This is a bug in haltere: please report it, with the lines its log has about it.",

        // Names and addresses.
        CheckName { host: String } => "Check the spelling of {host}. On the machine haltere runs on, this has to print an address: `getent hosts {host}`",
        NameIsLocal => "Names that end in .local are announced over multicast DNS, which haltere does not ask: use the IP address, or an entry in /etc/hosts.",
        NameIsShort => "A name without a dot is looked for in the domains after \"search\" in /etc/resolv.conf: use the full name.",
        AskNameServers { host: String } => "Ask the name servers in /etc/resolv.conf from the machine haltere runs on: `dig {host}`",
        UseAddress => "Until they answer, put the broker's IP address into the URL; with TLS its certificate has to hold that address.",

        // TCP.
        HostIsHaltere { host: String } => "{host} is the machine, or the container, that haltere itself runs on: for a broker elsewhere, use that machine's name.",
        CheckListening { port: u16 } => "See on the broker's machine whether anything listens on the port: `ss -ltn 'sport = :{port}'`",
        AddListener { port: u16 } => "Mosquitto 2 without a listener in its configuration listens on loopback only: give it a line `listener {port}` and restart it.",
        CheckReachable { address: String, port: u16 } => "See whether the machine is up and the port is let through, from the machine haltere runs on: `nc -vz {address} {port}`",
        DroppedOnTheWay => "A refused connection fails at once; one that times out is dropped on the way: look at firewalls, security groups and VPN routes for this port.",
        CheckRoute { address: String } => "Ask the machine haltere runs on for its way there: `ip route get {address}`",
        NoIpv6 => "That is an IPv6 address: if this machine has no way out over IPv6, use an IPv4 address of the broker.",
        OwnFirewall { address: String } => "A rule on haltere's own machine forbids connections to {address}: look at `nft list ruleset`, SELinux, and IPAddressDeny= or RestrictAddressFamilies= of its service.",
        AllowEgress { address: String, port: u16 } => "If haltere is meant to connect to this broker, put \"allow {address} port {port}\" into egress.rules of its configuration, in front of any rule that denies it, and restart haltere.",
        EgressNeverOwn => "haltere's own listener stays closed to it, whatever the rules say.",
        LocalPortsUsed => "All local ports to this address are in use: count them with `ss -s`, and widen net.ipv4.ip_local_port_range if need be.",
        CheckIpv6 => "For an IPv6 address: is IPv6 on for this machine or container (`ip -6 addr`)?",
        RaiseDescriptors => "Raise the limit of open files and restart haltere: LimitNOFILE=65536 in the service, or `ulimit -n 65536`. It shares them out at the start, and its log says how.",
        FreeDescriptor => "Until then, disconnect a connection that is not needed: the one that has waited longest gets its slot at once.",
        RaiseFiles => "Raise the limit of open files: LimitNOFILE=65536 in the service, or `ulimit -n`. haltere needs one per connection and some more.",
        SystemFailed => "The operating system failed in a way that has no name of its own; the message above has its words, and dmesg may say more.",
        CheckNetwork { address: String, port: u16 } => "See whether it depends on the network between the two: `nc -vz {address} {port}`",
        ResetOnTheWay => "A firewall or a load balancer between haltere and the broker resets connections: is a broker behind it up?",

        // Silence and closed connections.
        WrongPort { port: u16 } => "Something took the connection and said nothing. Is {port} the broker's port? Mosquitto's is in the listener lines of its configuration.",
        CheckTlsAnswer { authority: String } => "See whether a server answers there with TLS: `openssl s_client -connect {authority}`",
        CheckHttpAnswer { url: String } => "See whether a server answers there with HTTP: `curl -v --max-time 5 {url}`",
        CheckMqttAnswer { host: String, port: u16 } => "See whether another client gets an answer: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`",
        BrokerHangs => "If it is the broker: it hangs, or a load balancer answers for one that is down.",
        PerhapsPlain { url: TryUrl } => "Is this a plain MQTT port? Mosquitto drops the wrong protocol without a word. Then {url}",
        PerhapsNoTls { url: TryUrl } => "Is this a port without TLS? Mosquitto drops the wrong protocol without a word. Then {url}",
        PerhapsTls { url: TryUrl } => "Is this a TLS port? Mosquitto drops the wrong protocol without a word. Then {url}",
        PerhapsNoWebsocket { url: TryUrl } => "Does this port speak WebSocket? Mosquitto needs \"protocol websockets\" in that listener. If not, {url}",
        DroppedLog => "If the port is right, the broker's log says why it dropped us.",
        ExpectsTls { url: TryUrl } => "Does the port expect TLS? Then {url}",
        ExpectsWebsocket { url: TryUrl } => "Does the port expect WebSocket? Then {url}",
        CheckPath => "Check the path in the URL, and that a broker is up behind the proxy, if there is one.",
        PortOrLimit { port: u16 } => "Is {port} the broker's port, and does max_connections of that listener leave room for one more?",
        ClosedLog => "The broker's log says why it closed the connection.",
        LostLog => "The broker's log says whether it was stopped, or closed this session, and why.",
        ClientIdElsewhere { client: String, setting: Setting } => "Two clients with one client id disconnect each other again and again: is {client} in use elsewhere? If so, choose another with {setting}.",

        // Another address.
        ServerNamed { server: String, url: TryUrl } => "The broker names another server, \"{server}\". If you trust it, {url}",
        ServerWritten { server: String } => "The broker names another server, \"{server}\". If you trust it, put that into the url.",
        RedirectNamed { location: String, url: TryUrl } => "The web server redirects to another address, \"{location}\". If you trust it, {url}",
        RedirectWritten { location: String } => "The web server redirects to another address, \"{location}\". If you trust it, put that into the url.",
        RedirectNowhere => "The server redirects and does not say where to: ask its operator for the broker's URL.",
        ServerNowhere => "The broker does not say where its clients should go: look into its log, or ask its operator.",
        MoveIsTemporary => "It is temporary: a stored connection keeps trying this server, which may accept it again.",
        MoveIsPermanent => "It is permanent: the url of this connection has to be changed.",

        // WebSocket.
        UpgradeLogin => "A proxy in front of the broker asks for an HTTP login, which haltere does not have: user name and password of a connection go to the broker itself. Let that proxy pass upgrades on this path without one.",
        UpgradeDenied => "A proxy or firewall in front of the broker does not accept this client or address: look at its list of allowed addresses, and at its log.",
        UpgradePath { path: String } => "There is a web server, but no broker at {path}: usual paths are /mqtt, /ws and /.",
        UpgradeHeaders => "If a proxy is in between, it has to pass the headers Upgrade and Connection on (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade). nginx says 400 as well to a client without TLS on a port with it.",
        UpgradeLimits => "A proxy in front of the broker limits how often clients come: look at its limits. A stored connection is tried again by itself.",
        UpgradeBackend => "The proxy does not reach the broker behind it: is that up, and are address and port in the proxy's configuration right?",
        UpgradeOverload => "The proxy has no broker to give us to at the moment, or is overloaded: see whether the broker behind it is up. A stored connection is tried again by itself.",
        UpgradeServerLog => "The web server failed on our request: its log says why, at the time of this test.",
        UpgradeListener => "The server that answered does not speak MQTT over WebSocket: in Mosquitto the listener needs \"protocol websockets\".",
        UpgradeAvoid { scheme: String } => "If the broker has a port without WebSocket, {scheme}:// to that one is simpler.",

        // The peer is no broker.
        WebsocketOther { path: String } => "The server at {path} speaks WebSocket, but not MQTT over it: another service, such as an API or a console? Usual paths of brokers are /mqtt, /ws and /.",
        WebsocketPort { port: u16 } => "Is {port} the port of the broker's WebSocket listener (Mosquitto: \"protocol websockets\")?",
        PerhapsWeb { url: TryUrl } => "If that is a web server or a WebSocket listener, {url}",
        MqttPort { port: u16 } => "Is {port} the broker's port? Mosquitto's is in the listener lines of its configuration, usually 1883, with TLS 8883.",
        NotTls { url: TryUrl } => "What listens there answers, but not with TLS. Is it a port without? Then {url}",
        TlsPort { port: u16 } => "Or is {port} another service's port? Brokers usually listen with TLS on 8883.",
        ShowHandshake { authority: String } => "To see the handshake from outside: `openssl s_client -connect {authority}`",
        TlsOfAnotherKind => "The broker, or a proxy that ends TLS in front of it, does something of TLS that haltere does not: its log says more, and docs/guide/tls.md what haltere speaks.",

        // MQTT refusals.
        AuthMethod => "The broker asks for extended authentication (SCRAM, Kerberos, …), which haltere does not speak: give haltere a user with a password, or a client certificate.",
        AnotherClientId { client: String, setting: Setting } => "Choose another client id with {setting}; this one is {client}. Some brokers bind an id to a user, or accept only ids they know.",
        ClientIdPrefixes { client: String, setting: Setting } => "If the broker's configuration has clientid_prefixes, the client id has to begin with one of them, and this one is {client}: set another with {setting}, or add its beginning there.",
        LiftBan => "An administrator of the broker, or a rule there against repeated failures, has banned this client or address: lift it there first, then correct what led to it.",
        BrokerSaysBusy => "The broker says so itself, and it passes: look at its load and its log, then try again. A stored connection is tried again by itself.",
        BrokerLimit => "A limit of the broker is reached: look at max_connections and its quotas, and at how many clients there are ($SYS/broker/clients/connected).",
        OldMqtt => "The broker supports neither MQTT 5 nor 3.1.1. In Mosquitto, accept_protocol_versions of that listener has to hold 5 or 4.",
        ClientIdTaken { client: String, setting: Setting } => "Another client connected with the client id {client}: choose another with {setting}.",
        BrokersRule => "The broker ended the session by a rule of its own: its log names the rule.",
        NoBetterReason => "The broker gives no better reason, which often comes from a plugin there: its log says more, at the time of this test.",
        RuleWithoutName => "The broker has a rule of its own that MQTT has no name for: its log, or its manual, says which, at the time of this test.",
        ChangedOnTheWay => "Something on the way may change what we send: a load balancer that adds a PROXY header the broker does not expect, or a gateway for another protocol.",
        WhatConnectSays { client: String } => "The broker's log names the rule. haltere's CONNECT says little: the client id {client}, a clean start, a keep-alive, and user name and password where they are set.",
        ShortenCredentials { credentials: Setting, setting: Setting } => "Shorten what is given with {credentials} or {setting}: tokens used as passwords are long.",
        RaisePacketSize => "Or raise the broker's limit: in Mosquitto that is max_packet_size.",
        NoWillSent => "haltere sends no will message, so a plugin or a proxy in front of the broker gives this answer, or changes what we send: look into its log.",
        LittleWasSent => "The broker does not like what haltere sent, which is little: a CONNECT and a subscription to $SYS. If its log names no rule of its own, please report this as a bug.",
        LimitsOfMqtt { credentials: Setting, setting: Setting } => "Shorten what is given with {credentials} or {setting}: MQTT has room for 65,535 bytes each, and none for U+0000.",
        OtherClientGetsIn { host: String, port: u16 } => "See whether another client gets in: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`",
        NoUserName { setting: Setting } => "No user name was given, and the broker requires one (Mosquitto: allow_anonymous false, the default from 2.0 on): give one with {setting}.",
        SameForMissing => "Mosquitto says the same for missing and for wrong credentials.",
        NoPassword { setting: Setting } => "Only a user name was given: give its password, too, with {setting}.",
        CheckPassword { user: String, host: String, port: u16, argument: String } => "Check the password of \"{user}\" with the broker's own client: `mosquitto_sub -h {host} -p {port} -u {argument} -P PASSWORD -t '$SYS/broker/version' -C 1`",
        SetPassword => "On the broker: `mosquitto_passwd FILE NAME` sets a password, and the broker reads the file again only after `kill -HUP`. With dynamic security: `mosquitto_ctrl dynsec getClient NAME`, and it must not be disabled.",
        SameForUnknown => "Mosquitto says the same for a user it does not know, a wrong password, and none.",

        // Our client certificate and the broker's TLS.
        GiveClientCertificate { settings: Setting } => "Give a client certificate and its key with {settings}, signed by the CA in the broker's cafile.",
        DoNotRequire => "If clients should get in without: set require_certificate false in that listener of the broker.",
        OfferCommonTls => "Let the broker offer what haltere speaks: TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305. In Mosquitto, take ciphers, ciphers_tls1.3 and tls_version out of that listener; CBC suites and key exchange by RSA are not enough.",
        PerhapsPsk => "Is that listener for pre-shared keys (psk_hint, psk_file)? haltere does not speak those: give the broker a listener with certfile and keyfile.",
        PerhapsKeyKind => "Or the broker's key is of a kind that TLS clients do not take any more: RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 are good; Ed448, DSA, P-224, secp256k1 and brainpool curves are not (`openssl x509 -noout -text -in CERTFILE`).",
        ProbablyWantsCertificate { settings: Setting } => "The broker probably wants a client certificate (require_certificate true): give one with {settings}.",
        ElseLog => "If it does not: its log says why.",
        LookAtClientCertificate { settings: Setting } => "The broker's log says why. The certificate given with {settings} is the first to look at: on the broker's machine this has to say OK: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`",
        UsualCiphers => "The broker knows none of the usual cipher suites or key exchanges: look at ciphers, ciphers_tls1.3 and dhparamfile in its configuration, and its log.",
        ClientCaUnknown { settings: Setting } => "The broker's cafile (or capath) does not hold the CA that signed the certificate given with {settings}: use a certificate from the broker's CA, or add this one's CA to cafile and restart the broker.",
        VerifyClient => "On the broker's machine this has to say OK: `openssl verify -CAfile CAFILE CLIENT_CERT`",
        RenewClientCertificate { settings: Setting } => "Renew the client certificate given with {settings}; `openssl x509 -noout -dates` shows when it ended.",
        ClientCertificateRevoked => "The client certificate is in the broker's crlfile: have a new one made.",
        ClientCertificateKind { settings: Setting } => "Look at the certificate given with {settings}: made for clients (extendedKeyUsage=clientAuth, or none), RSA of 2048 bits or more, or ECDSA, and signed with SHA-256 or better?",
        VerifyClientUse => "On the broker's machine this has to say OK: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`",
        OtherServerName { authority: String, name: String, setting: Setting } => "The server at {authority} serves other names than \"{name}\": give the one it is meant to be reached by with {setting}, or leave that out.",
        OtherHostName { authority: String, name: String, setting: Setting } => "The server at {authority} serves other names than \"{name}\": use the one it is meant to be reached by in the URL, or give it with {setting}.",
        OnlyPsk => "That listener is for pre-shared keys (psk_hint, psk_file), which haltere does not speak: give the broker a listener with certfile and keyfile.",
        BrokerFailedHandshake => "The broker failed during the handshake: its log says why; a keyfile it can't read is the usual cause.",
        HandshakeNotUnderstood => "The broker, or a proxy that ends TLS in front of it, could not make sense of the handshake: its log says more.",
        GiveAlpn { setting: Setting } => "The port is shared by several protocols and needs the name of one (ALPN): give the name with {setting}, mqtt or what its operator says (AWS IoT on port 443: x-amzn-mqtt-ca with a client certificate).",
        OtherAlpn { setting: Setting, protocols: String } => "The server serves none of the protocols given with {setting} ({protocols}): ask its operator for the name; case counts.",
        MqttOnlyPort => "Or use a port that is for MQTT alone, usually 8883.",
        NewerTls => "Let the broker speak TLS 1.2 or 1.3: in Mosquitto, take tls_version out of that listener, and use an OpenSSL from 1.0.1 on.",

        // The broker's certificate.
        AppendRoot { ca: Setting } => "Append the root certificate to {ca}: the file needs the whole way up, ending with one whose subject is its own issuer.",
        CaMadeAgain { ca: Setting } => "The CA was made again under its old name: get its current certificate from the broker's machine and give that with {ca}.",
        VerifyByHand => "What OpenSSL thinks of it: `openssl verify -verbose -purpose sslserver -CAfile CA_FILE BROKER_CERT`",
        CompareClocks => "Compare the clocks: `date -u` on the broker's machine and on haltere's.",
        MadeForLater { date: Day } => "If both are right, the certificate was made for later: it begins on {date}.",
        MadeForLaterAnyway => "If both are right, the certificate was made for later.",
        ForTlsServers => "Have a new certificate made, for a TLS server: with extendedKeyUsage=serverAuth or without that extension, signed by a CA (basicConstraints=CA:TRUE, keyUsage=keyCertSign).",
        PathLength => "A CA above the broker's certificate has pathlen in its basicConstraints and may not be that far up: have the certificate signed by a CA that may, or make a new CA without pathlen.",
        OldNeedsCa { ca: Setting } => "Old certificates (X.509 version 1, without subjectAltName) are accepted only together with the CA that signed them: give it with {ca}.",
        CorrectFile { settings: Setting } => "Correct the file the message names: PEM text, a certificate in {settings}, and the key that belongs to it, not encrypted.",
        NearerCa { ca: Setting } => "Have the broker's certificate signed by a CA nearer to the root, or give one of the CAs in between that vouches for itself with {ca}.",
        SmallerChain => "Look into the broker's certfile: its own certificate and the few up to the root belong there, not a whole bundle of CAs. `grep -c BEGIN CERTFILE` counts them.",
        KeyOfAnother => "The broker's keyfile does not belong to its certfile, or something is in between: compare the public keys of the two (`openssl x509 -in CERT -noout -pubkey; openssl pkey -in KEY -pubout`).",
        SignAgain => "Have the certificate the message names signed again, with SHA-256 and by a CA whose key is RSA of 2048 bits or more or ECDSA on P-256: `openssl x509 -req -sha256 -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -out BROKER_CERT`",
        ShowSignature => "How a certificate is signed, and which key it has: `openssl x509 -noout -text -in FILE`",
        NewKey => "Make a new key for the broker, and have a certificate for it signed: `openssl req -newkey rsa:2048 -nodes -keyout BROKER_KEY -out CSR -subj /CN=BROKER`",
        NewCa { ca: Setting } => "Make a new CA with another key, sign the broker's certificate with it, and give the new CA with {ca}: `openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -keyout CA_KEY -out CA_FILE -subj /CN=CA`",
        CompareFingerprint { subject: String, fingerprint: String } => "Compare the fingerprint of \"{subject}\" with the file on the broker's machine (`openssl x509 -noout -fingerprint -sha256 -in FILE`): {fingerprint}",
        ThenTrust { how: Setting } => "If they are the same, {how}",
        OtherIsGiven { ca: Setting } => "The certificate given with {ca} now is another one.",
        FindCa { subject: String, ca: Setting } => "Give the certificate of \"{subject}\" with {ca}. The broker does not send it; the broker's operator has it, often as ca.crt next to the broker's certfile.",
        CheckCa { fingerprint: String } => "To know the right one, this has to say OK: `openssl verify -CAfile CA_FILE BROKER_CERT` (the broker's has the fingerprint {fingerprint}).",
        GiveCa { ca: Setting } => "Give the certificate of the broker's CA with {ca}.",
        GivenLeadsElsewhere { ca: Setting } => "The CA given with {ca} now does not lead there: it is another one, or a certificate in between is missing. The broker's certfile should hold those in between.",
        FullChain => "If a public authority signed it, the broker has forgotten the certificates in between: its certfile has to be the full chain (fullchain.pem, not cert.pem).",
        ReplaceExpired { ca: Setting } => "Replace the expired certificate among those given with {ca}: `openssl x509 -noout -subject -enddate -in FILE`",
        Renew { subject: String, date: Day } => "Renew \"{subject}\", which ended on {date}, put it where the broker's certfile says, and have the broker read it: `kill -HUP`, or a restart.",
        RenewedAlready => "If it was renewed already, the broker still shows the one it read at its start.",
        LeaveServerName { setting: Setting, host: String } => "Leave out {setting}: the certificate is for {host}, as the URL is.",
        GiveServerName { name: String, setting: Setting } => "Give {name} with {setting}: that is in the certificate.",
        UseItsName { url: TryUrl } => "Use a name the certificate holds: {url}",
        NoNames => "The certificate holds no name at all.",
        ItsNames { names: String } => "The certificate's names are {names}.",
        NewWithName { kind: String, name: String } => "Or have a new one made with subjectAltName={kind}:{name}: `printf 'subjectAltName={kind}:{name}\\n' > server.ext; openssl x509 -req -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -extfile server.ext -out BROKER_CERT`",
        GiveItsCa { ca: Setting } => "Or give its CA with {ca}: together with that, a certificate that holds it in this old way is accepted.",

        // A round trip.
        AllowSubscribe => "Allow this user to subscribe to the topic. In Mosquitto's dynamic security, its role needs an ACL of type subscribePattern or subscribeLiteral; an acl_file refuses no subscription.",
        AllowPublish => "Allow this user to publish to the topic: \"topic write TOPIC\" in Mosquitto's acl_file, or an ACL of type publishClientSend in dynamic security.",
        AllowReceive => "Allow this user to read the topic: \"topic read TOPIC\" in Mosquitto's acl_file, or an ACL of type publishClientReceive in dynamic security. Mosquitto accepts the subscription without it, and then delivers nothing.",
        PerhapsNotPublished => "Brokers of MQTT 3.1.1, and some others, acknowledge a message that they then drop: check that this user may publish to the topic as well.",
        PerhapsSlow => "Behind a cluster or a bridge, the message may take longer than the time limit, or a rule there may take it elsewhere.",
        EndedInsteadOfRefusing => "Some brokers end the session, or stay silent, instead of refusing: their log says why, at the time of this test.",
        AnotherTopic => "Or test with a topic that this user may use: the broker's own rules decide, and its log names the one that applied.",

        // What could be better.
        TlsPluginOff => "The plugin tls is off: ca, cert, key, rejectUnauthorized and tls of this connection are not used, and the broker is checked against the system's CAs only. Switch it on with PUT /api/plugins/tls.",
        TlsPluginOffForAll => "The plugin tls is off: ca, cert, key, rejectUnauthorized and tls of connections are not used. Switch it on first, with PUT /api/plugins/tls.",
        PasswordInClear { host: String, scheme: String } => "The password went to {host} in the clear: use {scheme}:// as soon as the broker has a TLS listener.",
        SysEndsSession => "The broker ends the session of a client that asks for $SYS, so haltere does not ask, and its version and uptime stay unknown: allow this user to read $SYS/# and save the connection, and haltere asks again; or set noMetricsMode to true.",
        SysDenied => "The broker does not let this user read $SYS/#, so its version and uptime are unknown: allow it (Mosquitto's acl_file: topic read $SYS/#), or set noMetricsMode to true.",
        SysSilent => "The broker publishes nothing about itself: to see its version and uptime, allow this user to read $SYS/# (Mosquitto's acl_file: topic read $SYS/#; sys_interval must not be 0).",
        NotVerified { ca: Setting, insecure: Setting } => "The broker's identity was not checked: give its CA with {ca} and do without {insecure}.",
        LegacyCertificate => "The certificate is of an old make (X.509 version 1, no subjectAltName that fits, a CA used as a server, or an uncommon signature) and accepted only because its CA was given: have a new one made with subjectAltName when you can.",
        ExpiresSoon { subject: String, date: Day } => "Certificate {subject} expires on {date}: renew it in time.",

        // What haltere knows of other connections.
        Unreadable { field: String, fault: AnyFault } => "The stored connection can't be read ({field}: {fault}): replace the connection with PUT /api/connections/{{id}}, or delete it.",
        SameClientId { connections: String } => "The client id is that of {connections} at the same broker, too: each ends the other's session. Give one of them another one in credentials.clientId.",
        TestedWithOtherId => "A link with this client id is up meanwhile, so the test used a client id of its own, beginning with the one in credentials.clientId: a broker that goes by whole client ids may treat it in another way.",
    }
}
