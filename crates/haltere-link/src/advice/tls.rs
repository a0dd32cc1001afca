//! Certificates: theirs, ours, and the ports they are presented on.

use haltere_core::{Alpn, BrokerUrl, Host, Stage, Transport};

use super::{Audience, Case, day, lines, quoted};
use crate::tls::{self, CertificateFacts, KeyOf};

/// How many of a certificate's names are worth a line.
const NAMES: usize = 8;

pub(super) fn advise(case: &Case<'_>) -> Option<Vec<String>> {
    let code = case.code();
    Some(match code {
        "DEPTH_ZERO_SELF_SIGNED_CERT" | "SELF_SIGNED_CERT_IN_CHAIN" => trust_the_last(case),
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE" | "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" => {
            find_the_ca(case)
        }
        "UNABLE_TO_GET_ISSUER_CERT" => lines![format!(
            "Append the root certificate to {}: the file needs the whole way up, ending with one whose subject is its own issuer.",
            case.ca()
        )],
        "CERT_SIGNATURE_FAILURE" => lines![
            format!(
                "The CA was made anew under its old name: get its present certificate from the broker's machine and give that with {}.",
                case.ca()
            ),
            verify_by_hand(),
        ],
        "CERT_HAS_EXPIRED" => expired(case),
        "CERT_NOT_YET_VALID" => lines![
            "Compare the clocks: `date -u` on the broker's machine and on haltere's.",
            validity(case),
        ],
        "ERR_TLS_CERT_ALTNAME_INVALID" => wrong_name(case),
        "CA_MD_TOO_WEAK" | "UNSUPPORTED_SIGNATURE_ALGORITHM" | "EC_KEY_EXPLICIT_PARAMS" => {
            match tls::key_at_fault(case.failure) {
                Some(KeyOf::Broker) => new_key(),
                Some(KeyOf::Ca) => new_ca(case),
                None => sign_anew(),
            }
        }
        "EE_KEY_TOO_SMALL" => new_key(),
        "CA_KEY_TOO_SMALL" => new_ca(case),
        "INVALID_PURPOSE" => lines![
            "Have the certificate made anew, for a TLS server: with extendedKeyUsage=serverAuth or without that extension, signed by a CA (basicConstraints=CA:TRUE, keyUsage=keyCertSign).",
            verify_by_hand(),
        ],
        "PATH_LENGTH_EXCEEDED" => lines![
            "A CA above the broker's certificate has pathlen in its basicConstraints and may not stand that far up: have the certificate signed by a CA that may, or the CA made anew without pathlen.",
            verify_by_hand(),
        ],
        "CERT_UNTRUSTED" | "UNSPECIFIED" => lines![
            verify_by_hand(),
            format!(
                "Old certificates (X.509 version 1, without subjectAltName) are accepted only together with the CA that signed them: give it with {}.",
                case.ca()
            ),
        ],
        "ERR_TLS_INVALID_CONTEXT" => lines![format!(
            "Mend the file the message names: PEM text, a certificate in {}, and the key that belongs to it, not encrypted.",
            case.client_certificate()
        )],
        "EPROTO" if case.stage() == Stage::Tls && tls::is_within_tls(case.failure) => lines![
            "The broker, or a proxy that ends TLS in front of it, does something of TLS that haltere does not: its log says more, and docs/guide/tls.md what haltere speaks.",
            s_client(case),
        ],
        "EPROTO" if case.stage() == Stage::Tls => not_tls(case),
        "CERT_CHAIN_TOO_LONG" => lines![format!(
            "Have the broker's certificate signed by a CA nearer to the root, or give one of the CAs in between that vouches for itself with {}.",
            case.ca()
        )],
        "ERR_SSL_EXCESSIVE_MESSAGE_SIZE" => lines![
            "Look into the broker's certfile: its own certificate and the few up to the root belong there, not a whole bundle of CAs. `grep -c BEGIN CERTFILE` counts them.",
            s_client(case),
        ],
        "ERR_SSL_BAD_SIGNATURE" => lines![
            "The broker's keyfile does not belong to its certfile, or something stands in between: compare the public keys of the two (`openssl x509 -in CERT -noout -pubkey; openssl pkey -in KEY -pubout`).",
        ],
        "ERR_SSL_UNSUPPORTED_PROTOCOL" | "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" => lines![
            "Let the broker speak TLS 1.2 or 1.3: in Mosquitto, take tls_version out of that listener, and use an OpenSSL from 1.0.1 on.",
        ],
        _ if code.starts_with("ERR_SSL_") => return alert(case),
        _ => return None,
    })
}

/// How a certificate was signed is of no use.
fn sign_anew() -> Vec<String> {
    lines![
        "Have the certificate the message names signed anew, with SHA-256 and by a CA whose key is RSA of 2048 bits or more or ECDSA on P-256: `openssl x509 -req -sha256 -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -out BROKER_CERT`",
        "How a certificate is signed, and which key it has: `openssl x509 -noout -text -in FILE`",
    ]
}

/// The broker's own key is of no use.
fn new_key() -> Vec<String> {
    lines![
        "Make a new key for the broker, and have a certificate for it signed: `openssl req -newkey rsa:2048 -nodes -keyout BROKER_KEY -out CSR -subj /CN=BROKER`",
    ]
}

/// The key of a CA is of no use, and with it all that it has signed.
fn new_ca(case: &Case<'_>) -> Vec<String> {
    lines![format!(
        "Make a new CA with another key, sign the broker's certificate with it, and give the new CA with {}: `openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -keyout CA_KEY -out CA_FILE -subj /CN=CA`",
        case.ca()
    )]
}

/// What a broker says with an alert; most of it is about our certificate.
fn alert(case: &Case<'_>) -> Option<Vec<String>> {
    let ours = case.spec.tls.cert.is_some();
    let settings = case.client_certificate();
    Some(match case.code() {
        "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" | "ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE" => {
            lines![
                format!(
                    "Give a client certificate and its key with {settings}, signed by the CA in the broker's cafile."
                ),
                "If clients should get in without: set require_certificate false in that listener of the broker.",
            ]
        }
        "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE" if tls::names_nothing_in_common(case.failure) => {
            lines![
                "Let the broker offer what haltere speaks: TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305. In Mosquitto, take ciphers, ciphers_tls1.3 and tls_version out of that listener; CBC suites and key exchange by RSA are not enough.",
                "Is that listener for pre-shared keys (psk_hint, psk_file)? haltere does not speak those: give the broker a listener with certfile and keyfile.",
                "Or the broker's key is of a kind that TLS clients do not take any more: RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 are good; Ed448, DSA, P-224, secp256k1 and brainpool curves are not (`openssl x509 -noout -text -in CERTFILE`).",
                s_client(case),
            ]
        }
        "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE" if !ours => lines![
            format!(
                "The broker probably wants a client certificate (require_certificate true): give one with {settings}."
            ),
            "If it does not: its log says why.",
        ],
        "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE" => lines![format!(
            "The broker's log says why. The certificate given with {settings} is the first to look at: on the broker's machine this has to say OK: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`"
        ),],
        "ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY" => {
            lines![
                "The broker knows none of the usual cipher suites or key exchanges: look at ciphers, ciphers_tls1.3 and dhparamfile in its configuration, and its log.",
            ]
        }
        "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA" | "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR" => lines![
            format!(
                "The broker's cafile (or capath) does not hold the CA that signed the certificate given with {settings}: use a certificate from the broker's CA, or add this one's CA to cafile and restart the broker."
            ),
            "On the broker's machine this has to say OK: `openssl verify -CAfile CAFILE CLIENT_CERT`",
        ],
        "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED" => lines![format!(
            "Renew the client certificate given with {settings}; `openssl x509 -noout -dates` shows when it ended."
        ),],
        "ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED" => {
            lines!["The client certificate stands in the broker's crlfile: have a new one made.",]
        }
        "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE"
        | "ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"
        | "ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN"
        | "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED"
        | "ERR_SSL_TLSV1_CERTIFICATE_UNOBTAINABLE"
        | "ERR_SSL_TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE"
        | "ERR_SSL_TLSV1_BAD_CERTIFICATE_HASH_VALUE" => lines![
            format!(
                "Look at the certificate given with {settings}: made for clients (extendedKeyUsage=clientAuth, or none), RSA of 2048 bits or more, or ECDSA, and signed with SHA-256 or better?"
            ),
            "On the broker's machine this has to say OK: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`",
        ],
        "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" if case.spec.tls.server_name.is_some() => {
            lines![format!(
                "The server at {} serves other names than \"{}\": give the one it is meant to be reached by with {}, or leave that out.",
                case.authority(),
                case.tls_host(),
                case.server_name()
            )]
        }
        "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" => lines![format!(
            "The server at {} serves other names than \"{}\": use the one it is meant to be reached by in the URL, or give it with {}.",
            case.authority(),
            case.tls_host(),
            case.server_name()
        ),],
        "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL" => no_application_protocol(case),
        "ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY" => lines![
            "That listener is for pre-shared keys (psk_hint, psk_file), which haltere does not speak: give the broker a listener with certfile and keyfile.",
        ],
        "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR" => lines![
            "The broker failed during the handshake: its log says why; a keyfile it can't read is the usual cause.",
            s_client(case),
        ],
        // The rest are about the protocol itself. All of them have a name in OpenSSL.
        code if PROTOCOL.contains(&code) => lines![
            "The broker, or a proxy that ends TLS in front of it, could not make sense of the handshake: its log says more.",
            s_client(case),
        ],
        _ => return None,
    })
}

fn no_application_protocol(case: &Case<'_>) -> Vec<String> {
    let asked = case.spec.tls.alpn.as_ref().map(Alpn::protocols).unwrap_or_default();
    let mut lines = match asked {
        [] => lines![format!(
            "The port is shared by several protocols and wants to be told which (ALPN): give the name with {}, mqtt or what its operator says (AWS IoT on port 443: x-amzn-mqtt-ca with a client certificate).",
            case.alpn()
        )],
        asked => lines![format!(
            "The server serves none of the protocols given with {} ({}): ask its operator for the name; case counts.",
            case.alpn(),
            asked.join(", ")
        )],
    };
    lines.push("Or use a port that is for MQTT alone, usually 8883.".to_owned());
    lines
}

/// Alerts that say only that somebody broke the rules.
const PROTOCOL: [&str; 13] = [
    "ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE",
    "ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC",
    "ERR_SSL_TLSV1_ALERT_DECRYPTION_FAILED",
    "ERR_SSL_TLSV1_ALERT_RECORD_OVERFLOW",
    "ERR_SSL_SSLV3_ALERT_DECOMPRESSION_FAILURE",
    "ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER",
    "ERR_SSL_TLSV1_ALERT_DECODE_ERROR",
    "ERR_SSL_TLSV1_ALERT_EXPORT_RESTRICTION",
    "ERR_SSL_TLSV1_ALERT_INAPPROPRIATE_FALLBACK",
    "ERR_SSL_TLSV1_ALERT_USER_CANCELLED",
    "ERR_SSL_TLSV1_ALERT_NO_RENEGOTIATION",
    "ERR_SSL_TLSV13_ALERT_MISSING_EXTENSION",
    "ERR_SSL_TLSV1_UNSUPPORTED_EXTENSION",
];

/// The broker shows a certificate that vouches for itself, and nobody here knows it: look, then trust.
fn trust_the_last(case: &Case<'_>) -> Vec<String> {
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

/// The broker's chain ends below its CA: only the broker's people have it.
fn find_the_ca(case: &Case<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(last) = case.chain.last() {
        lines.push(format!(
            "Give the certificate of \"{}\" with {}. The broker does not send it; whoever made the broker's certificate has it, often as ca.crt beside the broker's certfile.",
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

fn expired(case: &Case<'_>) -> Vec<String> {
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

fn validity(case: &Case<'_>) -> String {
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

fn wrong_name(case: &Case<'_>) -> Vec<String> {
    let names = case.chain.first().map(|leaf| leaf.names.as_slice()).unwrap_or_default();
    let mut lines = Vec::new();
    let asked = case.tls_host().to_string();
    // It is there, and in the wrong way: the same name once more would help nobody.
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
        "Or have it made anew with subjectAltName={kind}:{asked}: `printf 'subjectAltName={kind}:{asked}\\n' > server.ext; openssl x509 -req -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -extfile server.ext -out BROKER_CERT`"
    ));
    if names.iter().any(is_there) && case.spec.tls.ca.is_none() {
        lines.push(format!(
            "Or give its CA with {}: together with that, a certificate that holds it in this old way is accepted.",
            case.ca()
        ));
    }
    lines
}

/// The connection's URL with another host. `None` for a wildcard, which nobody can dial, and for what
/// is no host at all: nobody shall be invited to type what a stranger wrote into a certificate.
fn url_with(case: &Case<'_>, name: &str) -> Option<String> {
    let url = &case.spec.url;
    let host = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
    let path = if case.transport().is_websocket() { url.path() } else { "" };
    let other = format!("{}://{host}:{}{path}", case.transport().scheme(), url.port());
    let parsed = BrokerUrl::parse(&other).ok()?;
    // All of the name has to be the host, lest a slash in it begin a path, in which much is allowed.
    let is_host = parsed.host().to_string().eq_ignore_ascii_case(name);
    is_host.then_some(other)
}

fn not_tls(case: &Case<'_>) -> Vec<String> {
    let plain = if case.transport() == Transport::Wss { Transport::Ws } else { Transport::Tcp };
    lines![
        format!(
            "What listens there answers, but not with TLS. Is it a port without? Then {}",
            case.try_as(plain)
        ),
        format!(
            "Or is {} another service's port? Brokers usually listen with TLS on 8883.",
            case.port()
        ),
        s_client(case),
    ]
}

fn s_client(case: &Case<'_>) -> String {
    format!("To see the handshake from outside: `openssl s_client -connect {}`", case.authority())
}

fn verify_by_hand() -> String {
    "What OpenSSL thinks of it: `openssl verify -verbose -purpose sslserver -CAfile CA_FILE BROKER_CERT`".to_owned()
}
