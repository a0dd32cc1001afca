//! Names, addresses, ports: failures before the broker's first answer, or without one.

use haltere_core::{Host, NetworkCode as N, Stage, Transport};

use super::{Case, certificate, elsewhere, lines, mqtt, quoted};

pub(super) fn advise(case: &Case<'_>, code: N) -> Vec<String> {
    let (host, port, address) = (case.host(), case.port(), case.address());
    match (code, case.stage()) {
        (N::NameNotFound, _) => unknown_name(host),
        (N::ResolverFailed, _) => lines![
            format!(
                "Ask the name servers in /etc/resolv.conf from the machine haltere runs on: `dig {host}`"
            ),
            "Until they answer, put the broker's IP address into the URL; with TLS its certificate has to hold that address.",
        ],
        (N::ConnectionRefused, _) => refused(case),
        (N::TimedOut, Stage::Tcp) => lines![
            format!(
                "See whether the machine is up and the port is let through, from the machine haltere runs on: `nc -vz {address} {port}`"
            ),
            "A refused connection fails at once; one that times out is dropped on the way: look at firewalls, security groups and VPN routes for this port.",
        ],
        (N::TimedOut, stage) => silent(case, stage),
        (N::HostUnreachable | N::NetworkUnreachable, _) => unreachable(&address),
        (N::AccessDenied, _) => lines![format!(
            "A rule on haltere's own machine forbids dialling {address}: look at `nft list ruleset`, SELinux, and IPAddressDeny= or RestrictAddressFamilies= of its service."
        ),],
        (N::EgressDenied, _) => lines![
            format!(
                "If haltere is meant to dial this broker, put \"allow {address} port {port}\" into egress.rules of its configuration, in front of any rule that denies it, and restart haltere."
            ),
            "haltere's own listener stays closed to it, whatever the rules say.",
        ],
        (N::AddressNotAvailable, _) => lines![
            "All local ports to this address are in use: count them with `ss -s`, and widen net.ipv4.ip_local_port_range if need be.",
            "For an IPv6 address: is IPv6 on for this machine or container (`ip -6 addr`)?",
        ],
        (N::NoDescriptors, _) => lines![
            "Raise the limit of open files and restart haltere: LimitNOFILE=65536 in the service, or `ulimit -n 65536`. It shares them out at the start, and its log says how.",
            "Until then, disconnect a connection that is not needed: the one that has waited longest gets its slot at once.",
        ],
        (N::TooManyFiles, _) => lines![
            "Raise the limit of open files: LimitNOFILE=65536 in the service, or `ulimit -n`. haltere needs one per connection and some more.",
        ],
        (N::InputOutput, _) => lines![
            "The operating system failed in a way that has no name of its own; the message above has its words, and dmesg may say more.",
            format!(
                "See whether it depends on the network between the two: `nc -vz {address} {port}`"
            ),
        ],
        (N::ConnectionReset, Stage::Tcp) => lines![
            "A firewall or a load balancer between haltere and the broker resets connections: is a broker behind it up?",
        ],
        (N::ConnectionReset, stage) => dropped(case, stage),
        (N::ConnectionClosed, Stage::Closed) => lost(case),
        (N::ConnectionClosed, _) => closed(case),
        (N::UpgradeRefused, _) => not_upgraded(case),
        (N::Internal, _) => lines![
            "This is a bug in haltere: please report it, with the lines its log has about it.",
        ],
        (N::Protocol, Stage::Tls) => certificate::not_understood(case),
        (N::Protocol, _) => mqtt::not_mqtt(case),
        (N::InvalidArgument, _) => mqtt::unsendable(case),
    }
}

fn unknown_name(host: &Host) -> Vec<String> {
    let name = host.to_string();
    let labels = name.trim_end_matches('.').rsplit('.');
    let mut lines = lines![format!(
        "Check the spelling of {name}. On the machine haltere runs on, this has to print an address: `getent hosts {name}`"
    )];
    if labels.clone().next() == Some("local") && labels.clone().count() > 1 {
        lines.push(
            "Names that end in .local are announced over multicast DNS, which haltere does not ask: use the IP address, or an entry in /etc/hosts."
                .to_owned(),
        );
    } else if labels.count() == 1 {
        lines.push(
            "A name without a dot is looked for in the domains after \"search\" in /etc/resolv.conf: use the full name."
                .to_owned(),
        );
    }
    lines
}

fn refused(case: &Case<'_>) -> Vec<String> {
    let port = case.port();
    let mut lines = Vec::new();
    if case.is_local() {
        lines.push(format!(
            "{} is the machine, or the container, that haltere itself runs on: for a broker elsewhere, use that machine's name.",
            case.host()
        ));
    }
    lines.push(format!("See on the broker's machine whether anything listens on the port: `ss -ltn 'sport = :{port}'`"));
    lines.push(format!(
        "Mosquitto 2 without a listener in its configuration listens on loopback only: give it a line `listener {port}` and restart it."
    ));
    lines
}

fn unreachable(address: &str) -> Vec<String> {
    let mut lines = lines![format!(
        "Ask the machine haltere runs on for its way there: `ip route get {address}`"
    )];
    if address.contains(':') {
        lines.push("That is an IPv6 address: if this machine has no way out over IPv6, use an IPv4 address of the broker.".to_owned());
    }
    lines
}

/// Accepted by the kernel, and then nothing.
fn silent(case: &Case<'_>, stage: Stage) -> Vec<String> {
    let (host, port) = (case.host(), case.port());
    let awaited = match stage {
        Stage::Tls => format!(
            "See whether a server answers there with TLS: `openssl s_client -connect {}`",
            case.authority()
        ),
        Stage::Websocket => format!(
            "See whether a server answers there with HTTP: `curl -v --max-time 5 http{}://{}{}`",
            if case.is_tls() { "s" } else { "" },
            case.authority(),
            quoted(case.spec.url.path())
        ),
        _ => format!(
            "See whether another client gets an answer: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`"
        ),
    };
    lines![
        format!(
            "Something took the connection and said nothing. Is {port} the broker's port? Mosquitto's is in the listener lines of its configuration."
        ),
        awaited,
        "If it is the broker: it hangs, or a load balancer answers for one that is down.",
    ]
}

/// Dropped without a word, which is what Mosquitto does to the wrong protocol.
fn dropped(case: &Case<'_>, stage: Stage) -> Vec<String> {
    let other = match (case.transport(), stage) {
        (Transport::Tls, Stage::Tls) => Some(("Is this a plain MQTT port", Transport::Tcp)),
        (Transport::Wss, Stage::Tls) => Some(("Is this a port without TLS", Transport::Ws)),
        (Transport::Tcp, _) => Some(("Is this a TLS port", Transport::Tls)),
        (Transport::Ws, _) => Some(("Is this a TLS port", Transport::Wss)),
        _ => None,
    };
    let mut lines = Vec::new();
    if let Some((question, transport)) = other {
        lines.push(format!(
            "{question}? Mosquitto drops the wrong protocol without a word. Then {}",
            case.try_as(transport)
        ));
    }
    if stage == Stage::Websocket {
        let plain = if case.is_tls() { Transport::Tls } else { Transport::Tcp };
        lines.push(format!(
            "Does this port speak WebSocket? Mosquitto needs \"protocol websockets\" in that listener. If not, {}",
            case.try_as(plain)
        ));
    }
    lines.push("If the port is right, the broker's log says why it dropped us.".to_owned());
    lines
}

fn closed(case: &Case<'_>) -> Vec<String> {
    let port = case.port();
    let other = match case.transport() {
        Transport::Tcp => {
            lines![format!("Does the port expect TLS? Then {}", case.try_as(Transport::Tls))]
        }
        Transport::Tls => {
            lines![format!("Does the port expect WebSocket? Then {}", case.try_as(Transport::Wss))]
        }
        Transport::Ws | Transport::Wss => lines![
            "Check the path in the URL, and that a broker is up behind the proxy, if there is one."
        ],
    };
    let mut lines = other;
    lines.push(format!("Is {port} the broker's port, and does max_connections of that listener leave room for one more?"));
    lines.push("The broker's log says why it closed the connection.".to_owned());
    lines
}

/// A link that was up. Sessions that end as soon without an extra, or the broker's own word, point to
/// another client.
fn lost(case: &Case<'_>) -> Vec<String> {
    let mut lines = lines![
        "The broker's log says whether it was stopped, or closed this session, and why.",
        format!(
            "Two clients with one client id disconnect each other forever: is {} in use elsewhere? If so, choose another with {}.",
            quoted(&case.spec.client_id),
            case.client_id()
        ),
    ];
    if case.failure.message.contains("the same client id") {
        lines.reverse();
    }
    lines.splice(0..0, elsewhere::server(case));
    lines
}

fn not_upgraded(case: &Case<'_>) -> Vec<String> {
    let path = quoted(case.spec.url.path());
    let mut lines = Vec::new();
    match case.failure.errno {
        Some(300..=399) => lines.extend(lines![elsewhere::redirect(case).unwrap_or_else(|| {
            "The server redirects and does not say where to: ask its operator for the broker's URL.".to_owned()
        })]),
        Some(401 | 407) => lines.push("A proxy in front of the broker asks for an HTTP login, which haltere does not have: user name and password of a connection go to the broker itself. Let that proxy pass upgrades on this path without one.".to_owned()),
        Some(403) => lines.push("A proxy or firewall in front of the broker does not accept this client or address: look at its list of allowed addresses, and at its log.".to_owned()),
        Some(404 | 405 | 410 | 200..=299) => lines.push(format!("There is a web server, but no broker at {path}: usual paths are /mqtt, /ws and /.")),
        Some(400 | 426) => lines.push("If a proxy is in between, it has to pass the headers Upgrade and Connection on (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade). nginx says 400 as well to a client without TLS on a port with it.".to_owned()),
        Some(429) => lines.push("A proxy in front of the broker limits how often clients come: look at its limits. A stored connection is tried again by itself.".to_owned()),
        Some(502 | 504) => lines.push("The proxy does not reach the broker behind it: is that up, and are address and port in the proxy's configuration right?".to_owned()),
        Some(503) => lines.push("The proxy has no broker to give us to at the moment, or is overloaded: see whether the broker behind it is up. A stored connection is tried again by itself.".to_owned()),
        Some(500..=599) => lines.push("The web server failed on our request: its log says why, at the time of this test.".to_owned()),
        _ => lines.push("What answered does not speak MQTT over WebSocket: in Mosquitto the listener needs \"protocol websockets\".".to_owned()),
    }
    let plain = if case.is_tls() { Transport::Tls } else { Transport::Tcp };
    let scheme = plain.scheme();
    lines.push(format!(
        "If the broker has a port without WebSocket, {scheme}:// to that one is simpler."
    ));
    lines
}
