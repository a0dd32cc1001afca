/**
 * What to try, by failure code: `CODE@stage` where the stage makes a difference, `CODE_` for all codes with
 * that prefix.
 */
export const hints: Record<string, string> = {
  ECONNREFUSED: "Check that the broker runs and that the port is right. A firewall that rejects looks the same.",
  ETIMEDOUT: "No answer. Check the address, and whether a firewall drops the packets.",
  "ETIMEDOUT@tls":
    "Something takes the connection and does not answer the TLS handshake. Is this the broker's TLS port?",
  "ETIMEDOUT@websocket":
    "Something takes the connection and does not answer the WebSocket upgrade. Check port and path.",
  "ETIMEDOUT@mqtt": "Something takes the connection and does not answer MQTT. Is it a broker, and is this its port?",
  "ETIMEDOUT@closed":
    "The broker stopped answering. Check the network between the two machines, and the broker's load.",
  "ETIMEDOUT@roundtrip":
    "The message did not come back. The broker's rules must allow this user to publish to the topic and to read it.",
  EHOSTUNREACH: "There is no way to this address from here. Check routes, VPN and whether the machine is on.",
  ENETUNREACH: "This machine has no route to that network. Check its network and VPN.",
  ECONNRESET: "The other side closed the connection. Is the scheme right: mqtt:// for plain ports, mqtts:// for TLS?",
  "ECONNRESET@closed":
    "The connection broke off. The broker's log says why; a network device between the two may have ended it.",
  EACCES: "haltere's machine does not allow this connection. Check its firewall and security policy.",
  EADDRNOTAVAIL: "haltere's machine has no free port or address left for this connection.",
  EMFILE: "haltere has too many files open. Raise the limit (LimitNOFILE, ulimit -n).",
  EIO: "haltere's machine could not make the connection. Its log and its network settings say more.",
  EINVAL: "The user name, the password or the client id is too long to be sent. Shorten it.",
  ENOTFOUND: "Check the spelling of the host name, and that haltere's name server knows it.",
  EAI_AGAIN: "The name server does not answer. Check the network settings of haltere's machine.",
  EPROTO: "What answers there does not speak TLS. Check scheme and port.",
  "EPROTO@websocket": "What answers there does not speak WebSocket as it should. Check port and path.",
  "EPROTO@mqtt": "What answers there does not speak MQTT. Check scheme and port.",
  "EPROTO@closed": "The broker broke a rule of MQTT. A proxy between the two may be the cause.",
  ECONNCLOSED: "The broker closed the connection. Its log says why; two clients with one id are a common cause.",
  "ECONNCLOSED@tls": "The connection was closed during the TLS handshake. Does this port expect TLS?",
  "ECONNCLOSED@mqtt":
    "The connection was closed before the broker answered. The port may expect TLS, or another protocol.",
  "ECONNCLOSED@roundtrip":
    "The broker ended the session instead of refusing the topic. Allow this user to publish to it and to read it.",
  ERR_WEBSOCKET_UPGRADE: "A web server answered, but not with a WebSocket. Check the path.",
  ERR_NO_DESCRIPTORS: "haltere has no file descriptors for more brokers: raise LimitNOFILE.",
  ERR_EGRESS_DENIED: "haltere's configuration does not allow this address: see [egress].",
  ERR_INTERNAL: "This is a fault of haltere. Its log says more: please report it.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "The certificate comes from a CA that haltere does not know. Give that CA's certificate.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "A CA certificate is missing. Give the root that the broker's chain ends in.",
  UNABLE_TO_GET_ISSUER_CERT: "The trusted CA is an intermediate one. Add its root to it.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The broker's certificate is self-signed. Check its fingerprint below, then trust it.",
  SELF_SIGNED_CERT_IN_CHAIN: "The broker's chain ends in a CA of its own. Check its fingerprint below, then trust it.",
  CERT_HAS_EXPIRED: "Renew the broker's certificate. Until then no client that verifies it can connect.",
  CERT_NOT_YET_VALID: "The certificate begins in the future. Check the clocks of both machines.",
  CERT_SIGNATURE_FAILURE: "The CA was probably reissued. Give its current certificate as trusted CA.",
  CERT_UNTRUSTED: "The broker's certificate is not trusted for this use. Issue one for a TLS server.",
  CERT_CHAIN_TOO_LONG: "There are too many CAs between the broker's certificate and its root. Use a shorter chain.",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "The certificate is for another name. Connect using one of its names, or issue one for this name.",
  INVALID_PURPOSE: "A certificate of the broker was made for another use. Issue one for a TLS server.",
  PATH_LENGTH_EXCEEDED:
    "A CA in the broker's chain does not allow further CAs below it. Issue the certificate from another one.",
  UNSPECIFIED: "The broker's certificate can't be read. Issue a new one.",
  ERR_TLS_INVALID_CONTEXT: "The stored CA, certificate or key can't be used. Give them again.",
  EE_KEY_TOO_SMALL:
    "The key of the broker's certificate is too small. Issue one with RSA of 2048 bits or more, ECDSA or Ed25519.",
  CA_KEY_TOO_SMALL:
    "The key of a CA in the broker's chain is too small. It needs RSA of 2048 bits or more, ECDSA or Ed25519.",
  CA_MD_TOO_WEAK:
    "A certificate of the broker is signed with a broken algorithm (MD5, SHA-1). Sign it again with SHA-256.",
  UNSUPPORTED_SIGNATURE_ALGORITHM:
    "A certificate of the broker uses an algorithm that haltere does not support. Issue one with RSA or ECDSA and SHA-256, or Ed25519.",
  EC_KEY_EXPLICIT_PARAMS: "The certificate spells out its elliptic curve. Issue one that names it, for example P-256.",
  ERR_SSL_BAD_SIGNATURE:
    "The broker could not prove that it has the key of its certificate. Do certificate and key on the broker belong together?",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "The broker offers no TLS version that haltere accepts. Allow TLS 1.2 or 1.3 there.",
  ERR_SSL_EXCESSIVE_MESSAGE_SIZE:
    "The broker sends more certificates than haltere takes. Send only the chain of its own.",
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    "The two find no TLS settings in common, or the broker requires a client certificate. Check its ciphers, and allow TLS 1.2 or 1.3.",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION:
    "The broker accepts no TLS version that haltere offers. Allow TLS 1.2 or 1.3 there.",
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY:
    "The broker wants stronger ciphers than haltere offers. Check its ciphers setting.",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "The broker asks for a client certificate. Give one with its key.",
  ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE: "The broker asks for a client certificate. Give one with its key.",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "The broker does not know the CA of our client certificate.",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "The broker does not accept our client certificate. Its log says why.",
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    "The broker can't use our client certificate. Issue one for a TLS client, with RSA or ECDSA.",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: "Our client certificate was revoked. Issue a new one.",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: "Our client certificate has expired, or the broker's clock is wrong.",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: "The broker does not accept our client certificate. Its log says why.",
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: "The broker recognises our client certificate and does not let it in.",
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: "Nothing there answers to this name. Check the host, or the server name (SNI).",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY:
    "The broker expects a pre-shared key (PSK), which haltere does not support. Add a listener with a certificate.",
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
    "The broker accepts none of the protocols asked for (ALPN). Check that field.",
  ERR_SSL_: "The broker broke off the TLS handshake. Its log says why.",
  NOT_AUTHORIZED: "The broker refuses this user name and password. Mosquitto says the same when there are none.",
  "NOT_AUTHORIZED@closed": "The broker ended the session for lack of rights. Check what this user is allowed to do.",
  "NOT_AUTHORIZED@roundtrip": "Allow this user, in the broker's rules, to publish to the topic and to subscribe to it.",
  BAD_USER_NAME_OR_PASSWORD: "Check user name and password.",
  CLIENT_IDENTIFIER_NOT_VALID: "The broker does not accept this client id. Give another one, under Advanced.",
  IDENTIFIER_REJECTED: "The broker does not accept this client id. Give another one, under Advanced.",
  BANNED: "The broker has banned this client. Lift the ban there.",
  BAD_AUTHENTICATION_METHOD:
    "The broker wants extended authentication, which haltere does not support. Allow user name and password there.",
  UNSUPPORTED_PROTOCOL_VERSION: "The broker speaks neither MQTT 5 nor 3.1.1. Update it.",
  UNACCEPTABLE_PROTOCOL_VERSION: "The broker speaks neither MQTT 5 nor 3.1.1. Update it.",
  SERVER_UNAVAILABLE: "The broker is not available at the moment. Its log says why.",
  SERVER_BUSY: "The broker is busy. Check its load and its limits.",
  SERVER_SHUTTING_DOWN: "The broker is being shut down. haltere connects again once it is back.",
  USE_ANOTHER_SERVER: "The broker sends clients to another server. Use that one's URL.",
  SERVER_MOVED: "The broker has moved for good. Enter its new URL.",
  SESSION_TAKEN_OVER: "Another client uses the same client id. Give each its own.",
  KEEP_ALIVE_TIMEOUT: "The broker heard nothing from haltere for too long. Check the network between the two machines.",
  ADMINISTRATIVE_ACTION: "An administrator ended the session on the broker.",
  CONNECTION_RATE_EXCEEDED: "Too many connections in a short time. Raise that limit on the broker.",
  QUOTA_EXCEEDED: "A quota on the broker is used up. Raise it there.",
  MESSAGE_RATE_TOO_HIGH: "A rate limit on the broker was reached. Raise it there.",
  PACKET_TOO_LARGE: "The broker takes only smaller packets. Raise its limit (Mosquitto: max_packet_size).",
  MAXIMUM_CONNECT_TIME: "The broker limits how long a session lasts, and this one's time was up.",
  UNSPECIFIED_ERROR: "The broker gives no reason. Its log says more.",
  IMPLEMENTATION_SPECIFIC_ERROR: "The broker refuses by a rule of its own. Its log says more.",
  MALFORMED_PACKET: "The broker could not read what haltere sent. A proxy between the two may change it.",
  PROTOCOL_ERROR: "The broker says that haltere broke a rule of MQTT. Its log says more.",
  PAYLOAD_FORMAT_INVALID:
    "The broker objects to something that haltere does not send. A plugin or a proxy there may be the cause.",
  CONNECTION_REFUSED: "The broker refuses the connection with a code of its own. Its log says more.",
  NORMAL_DISCONNECTION: "The broker ended the session without giving a reason. Its log says more.",
};
