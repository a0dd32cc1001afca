/**
 * What failed, by the key of the server's sentence; `openapi/sentences.json` has the keys and their
 * parameters. Text between backticks is a command.
 */
const reasons = {
  text: "{text}",
  internal: "haltere failed, which is a bug: {bug}",
  linkPanicked: "haltere failed, which is a bug. Its log says more; the connection is started again.",

  nameNotFound: "The host name {host} does not exist or has no address.",
  lookupFailed: "The host name {host} can't be resolved: {resolver}",
  lookupTimedOut: "The host name {host} can't be resolved: no answer within {seconds} s.",

  connectionRefused:
    "{peer} refused the connection: nothing is listening there, or a firewall rejected the connection.",
  hostUnreachable: "{peer} is unreachable: there is no route to the host.",
  networkUnreachable: "{peer} is unreachable: there is no route to its network.",
  connectTimedOut: "{peer} did not answer in time: it is down, or a firewall drops the packets.",
  connectReset: "{peer} reset the connection while it was being opened.",
  connectForbidden: "haltere's machine does not allow connections to {peer}.",
  noLocalAddress: "haltere's machine has no address or port left to connect to {peer}.",
  tooManyFiles: "haltere can't connect to {peer}: it has too many files open.",
  connectFailed: "haltere can't connect to {peer}: {io}",
  egressOwn: "haltere does not connect to {peer}, because haltere itself is listening there.",
  egressRule: "The egress policy denies {ip}: egress.rules[{index}], {rule}",
  egressDefault: "The egress policy denies {ip} unless a rule in egress.rules allows it ({network}).",
  noDescriptors: "Waiting: haltere has no file descriptor left for this broker.",

  silentAtTls: "{peer} accepted the connection but did not answer the TLS handshake in time.",
  silentAtWebsocket: "{peer} accepted the connection but did not answer the WebSocket upgrade in time.",
  silentAtMqtt: "{peer} accepted the connection but did not answer MQTT in time.",
  closedEarly:
    "{peer} closed the connection before it answered. The port may expect TLS or another protocol, or the broker does not accept this client.",
  closedBecause: "{peer} closed the WebSocket (status {status}).",
  speaksTlsInTls: "{peer} does not answer as an MQTT broker does: it sent TLS inside TLS.",
  speaksHttp: "{peer} speaks HTTP, not MQTT. For MQTT over WebSocket, use ws:// or wss://.",
  notMqtt: "{peer} does not answer as an MQTT broker does: {violation}",
  droppedByBroker: "{peer} dropped the connection. The broker may not accept this client; its log says more.",
  droppedAtWebsocket: "{peer} dropped the connection. Does this port speak WebSocket, and with or without TLS?",
  droppedAtMqtt: "{peer} dropped the connection. Does this port expect TLS?",
  connectionFailed: "The connection to {peer} failed: {io}",
  unsendable: "haltere can't log in with these credentials: {violation}",

  upgradeRedirected: "{peer} refused the WebSocket upgrade (HTTP {status}): it redirects to “{location}”.",
  upgradeRedirectedNowhere: "{peer} refused the WebSocket upgrade (HTTP {status}): it redirects elsewhere.",
  upgradeNeedsLogin: "{peer} refused the WebSocket upgrade (HTTP {status}): it requires a login of its own.",
  upgradeForbidden: "{peer} refused the WebSocket upgrade (HTTP {status}): it denies access.",
  upgradeNotAccepted: "{peer} refused the WebSocket upgrade (HTTP {status}).",
  upgradeNoBroker: "{peer} refused the WebSocket upgrade (HTTP {status}): there is no broker at this path.",
  upgradeTooMany: "{peer} refused the WebSocket upgrade (HTTP {status}): too many requests in a short time.",
  upgradeBadGateway: "{peer} refused the WebSocket upgrade (HTTP {status}): it can't reach the broker behind it.",
  upgradeUnavailable:
    "{peer} refused the WebSocket upgrade (HTTP {status}): it, or the broker behind it, is not available now.",
  upgradeServerFailed: "{peer} refused the WebSocket upgrade (HTTP {status}): it failed.",
  upgradeNotWebsocket:
    "{peer} refused the WebSocket upgrade (HTTP {status}): it does not speak WebSocket at this path.",
  upgradeSpeaksTls: "{peer} refused the WebSocket upgrade: it expects TLS. Use wss://.",
  upgradeFailed: "{peer} refused the WebSocket upgrade: {answer}",

  refusedNotAuthorized:
    "The broker refused the connection: it does not accept this user name and password, or does not allow this client id.",
  refusedCredentials: "The broker refused the connection: it does not accept this user name and password.",
  refusedUnavailable: "The broker refused the connection: it is not available now.",
  refusedBusy: "The broker refused the connection: it is busy.",
  refusedBanned: "The broker refused the connection: it has banned this client.",
  refusedClientId: "The broker refused the connection: it does not allow this client id.",
  refusedVersion: "The broker refused the connection: it supports neither MQTT 5 nor 3.1.1.",
  refusedRate: "The broker refused the connection: too many connections in a short time.",
  refusedQuota: "The broker refused the connection: a quota is used up.",
  refusedUnspecified: "The broker refused the connection and gave no reason.",
  refusedMalformed: "The broker refused the connection: it could not read what haltere sent.",
  refusedProtocol: "The broker refused the connection: it says that haltere broke a rule of MQTT.",
  refusedOwnRule: "The broker refused the connection by a rule of its own.",
  refusedAuthMethod:
    "The broker refused the connection: it requires extended authentication, which haltere does not support.",
  refusedPacketSize: "The broker refused the connection: the login is larger than the packets it accepts.",
  refusedWill: "The broker refused the connection: it objects to a will message, though haltere sends none.",
  refusedUseAnother: "The broker refused the connection: it sends clients to another server for now.",
  refusedMoved: "The broker refused the connection: it has moved to another server for good.",
  refusedWith: "The broker refused the connection with the reason {code}.",

  lostTakenOver: "The connection was lost: another client connected with the same client id.",
  lostShutDown: "The connection was lost: the broker is shutting down.",
  lostKeepAlive: "The connection was lost: the broker received nothing from haltere in time.",
  lostByAdministrator: "The connection was lost: an administrator of the broker ended it.",
  lostNotAuthorized: "The connection was lost: the broker no longer accepts this client.",
  lostUseAnother: "The connection was lost: the broker sends clients to another server for now.",
  lostMoved: "The connection was lost: the broker has moved to another server for good.",
  lostWith: "The connection was lost: the broker ended it with the reason {code}.",
  lostSilent: "The connection was lost: the broker did not answer a ping within {seconds} s.",
  lostClosed: "The connection was lost: the broker closed it.",
  lostReset: "The connection was lost: the broker, or something on the way to it, reset it.",
  lostTimedOut: "The connection was lost: the broker did not acknowledge data in time.",
  lostViolation: "The connection was lost because the broker violated the MQTT protocol: {violation}",
  lostBecause: "The connection was lost: the broker closed the WebSocket (status {status}).",
  lostError: "The connection was lost: {io}",

  roundtripSubscriptionRefused: "The broker refused the subscription to {topic}: {code}",
  roundtripMessageRefused: "The broker refused the message to {topic}: {code}",
  roundtripSubscriptionSilent: "The broker did not answer the subscription to {topic} within {seconds} s.",
  roundtripMessageSilent: "The broker did not acknowledge the message to {topic} within {seconds} s.",
  roundtripNotReturned: "The broker accepted the message to {topic}, but did not send it back within {seconds} s.",

  tlsSettings: "The TLS settings of this connection can't be used. {field}: {fault}",
  tlsNothingInCommon:
    "The broker refused the TLS handshake at once: it accepts none of haltere's TLS versions, cipher suites and kinds of keys, or only pre-shared keys (PSK).",
  tlsBrokenOff: "The broker broke off the TLS handshake after it had shown its certificate. Its log says why.",
  tlsAlert: "The broker broke off the TLS handshake ({alert}).",
  tlsSilent: "The broker fell silent during the TLS handshake.",
  tlsClosed: "The connection was closed during the TLS handshake. Does this port expect TLS?",
  tlsOldVersion: "The broker speaks only older versions of TLS; 1.2 or 1.3 is needed.",
  tlsNameUnknown: "The broker does not answer to the host name in the URL.",
  tlsServerNameUnknown: "The broker does not answer to the server name (SNI) of this connection.",
  tlsNotSpoken: "The server there does not speak TLS. Check the port, or use mqtt:// or ws://.",
  tlsIncompatible: "The broker's TLS and haltere's do not fit together ({code}).",
  tlsViolation: "The broker violates the TLS protocol ({code}).",
  tlsTooLarge: "The broker sends more than 64 KiB of certificates. It should send only the chain of its own.",
  tlsKeyNotProven: "The broker could not prove that it has the key of its certificate.",

  clientCertificateRequested: "The broker requires a client certificate.",
  clientCaUnknown: "The broker does not know the CA that issued the client certificate.",
  clientCertificateExpired: "The broker refused the client certificate because it has expired.",
  clientCertificateRevoked: "The broker refused the client certificate because it has been revoked.",
  clientCertificateRefused: "The broker refused the client certificate ({alert}).",

  certificateUnreadable: "The broker's certificate can't be read.",
  certificateExpired: "{whose} expired on {date}.",
  certificateNotYetValid: "{whose} is valid only from {time}. Check the clocks of both machines.",
  chainTooLong: "There are more than 6 CAs between the broker's certificate and its root.",
  selfSigned: "The broker's certificate is self-signed, and haltere doesn't trust it yet.",
  privateCa: "The broker's certificate was issued by a private CA haltere doesn't trust yet.",
  unknownCa:
    "The broker's certificate was issued by a CA haltere doesn't trust yet, and the broker sent no intermediate certificate.",
  chainEndsUnknown: "The chain of the broker's certificate ends at a CA haltere doesn't trust yet.",
  rootMissing: "The trusted CA is an intermediate certificate, and its root is missing.",
  signatureMismatch: "A signature in the chain of the broker's certificate does not fit the CA of that name.",
  signerIsNoCa: "The broker's certificate was refused: a certificate in its chain signs others without being a CA.",
  pathTooLong: "The broker's certificate was refused: a CA in its chain does not allow as many others below it.",
  notForServers: "The broker's certificate was refused: it was not issued for a TLS server.",
  wrongName: "The broker's certificate is not valid for {host}, but for {names}.",
  noName: "The broker's certificate is not valid for {host}: it holds no host name at all.",
  addressAsDnsName:
    "The broker's certificate holds the address {host} as a DNS name. haltere accepts that only with a trusted CA of the connection.",
  impossibleName: "No certificate can be for {host}: it is not a valid host name.",
  onlyCommonName:
    "The broker's certificate names the host only as its common name. haltere accepts that only with a trusted CA of the connection.",
  beginsBefore1970:
    "The broker's certificate is valid from a day before 1970. haltere accepts that only with a trusted CA of the connection.",
  certificateForm: "The broker's certificate has a form that haltere does not accept ({code}).",
  certificateRefused: "The broker's certificate was refused ({code}).",
  keyTooSmall:
    "{whose} has an RSA key of {bits} bits, which is too small. RSA of 2048 bits or more, ECDSA and Ed25519 are accepted.",
  keyUnsupported: "{whose} has a key that haltere does not support ({kind}). RSA, ECDSA and Ed25519 are accepted.",
  curveExplicit: "{whose} spells out its elliptic curve. It has to name it, for example P-256.",
  signatureTooWeak: "{whose} is signed with {algorithm}, which is too weak. SHA-256 or better is accepted.",
  signatureUnsupported:
    "{whose} is signed with {algorithm}, which haltere does not support. RSA and ECDSA with SHA-256 or better, and Ed25519 are accepted.",
};

/** What a failure says in addition to its reason, by the key of the server's sentence. */
const notes = {
  serverAddress: "The address of the other server: “{server}”",
  brokerWords: "The broker's own words: “{text}”",
  onceSubscribed: "It happened right after haltere subscribed to {topic}.",
  oncePublished: "It happened right after haltere published to {topic}.",
  onceSysAsked: "It happened right after haltere asked for the topics under $SYS.",
  withoutSysToo: "Sessions that do not ask for $SYS end as soon.",
  perhapsSameClientId:
    "Sessions that do not ask for $SYS end as soon, so another client with the same client id is the likeliest cause.",
  tlsSettingsUnused: "The plugin tls is off, so haltere does not use the TLS settings of this connection.",
  tlsSettingsOff: "The plugin tls is off, so haltere would not use TLS settings of a connection.",
  giveClientCertificate: "Add one to this connection.",
  checkClientCertificate: "Check the client certificate and its key.",
  giveCa: "Add that CA under “Trusted CA”.",
  giveSelfSigned: "To trust it, add it under “Trusted CA”.",
  otherCa: "The connection trusts another CA. Enter the right one under “Trusted CA”.",
  otherCaOrIntermediate:
    "The connection trusts another CA. Enter the right one under “Trusted CA”, or let the broker send its intermediate certificates along.",
  otherSelfSigned: "The connection trusts another certificate. To trust this one, enter it under “Trusted CA”.",
  caMadeAgain: "The CA was probably reissued. Enter its current certificate under “Trusted CA”.",
  useNameInUrl: "Use one of these names in the URL, or reissue the certificate.",
  useServerName: "Enter one of these names as server name (SNI), leave that empty, or reissue the certificate.",
};

/** Whose certificate a reason is about, at the beginning of its sentence. */
const certificateOwners = {
  broker: "The broker's certificate",
  trusted: "A certificate under “Trusted CA”",
  chain: "A certificate in the broker's chain",
};

/** What is part of the first load. */
export const reasonMessages = { reasons, notes, certificateOwners };
