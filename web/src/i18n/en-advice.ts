/**
 * What to try, by the key of the server's sentence; `openapi/sentences.json` has the keys and their
 * parameters. Text between backticks is a command.
 */
export const advice = {
  lookIntoLog: "The broker's log may say more about this connection ({code}).",
  tryAnotherClient: "Try another client: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`",
  reportBug: "This is a bug in haltere. Please report it, together with the lines in haltere's log.",

  checkName:
    "Check the spelling of {host}. On haltere's machine, this command has to print an address: `getent hosts {host}`",
  nameIsLocal:
    "Names that end in .local are announced over multicast DNS, which haltere does not use. Use the IP address, or an entry in /etc/hosts.",
  nameIsShort: 'A name without a dot is searched in the domains after "search" in /etc/resolv.conf. Use the full name.',
  askNameServers: "Check the name servers in /etc/resolv.conf of haltere's machine: `dig {host}`",
  useAddress:
    "Until they answer, use the broker's IP address in the URL. With TLS, its certificate has to hold that address.",

  hostIsHaltere:
    "{host} is the machine, or the container, that haltere itself runs on. For a broker elsewhere, use that machine's name.",
  checkListening: "On the broker's machine, check whether anything listens on the port: `ss -ltn 'sport = :{port}'`",
  addListener:
    "Mosquitto 2 without a listener in its configuration listens on loopback only: add the line `listener {port}` and restart it.",
  checkReachable:
    "From haltere's machine, check whether the host is up and the port is open: `nc -vz {address} {port}`",
  droppedOnTheWay:
    "A refused connection fails at once; this one is dropped on the way. Check firewalls, security groups and VPN routes for this port.",
  checkRoute: "On haltere's machine, check the route to the broker: `ip route get {address}`",
  noIpv6: "This is an IPv6 address. If haltere's machine has no IPv6, use an IPv4 address of the broker.",
  ownFirewall:
    "A rule on haltere's own machine forbids connections to {address}. Check `nft list ruleset`, SELinux, and IPAddressDeny= or RestrictAddressFamilies= of its service.",
  allowEgress:
    'To allow this broker, add "allow {address} port {port}" to egress.rules in haltere\'s configuration, before any rule that denies it, and restart haltere.',
  egressNeverOwn: "haltere never connects to its own listener, whatever the rules say.",
  localPortsUsed:
    "All local ports for this address are in use. Count them with `ss -s`, and widen net.ipv4.ip_local_port_range if needed.",
  checkIpv6: "For an IPv6 address, check that this machine or container has IPv6: `ip -6 addr`",
  raiseDescriptors:
    "Raise the limit of open files and restart haltere: LimitNOFILE=65536 in its service, or `ulimit -n 65536`. haltere divides them at its start, and its log shows how.",
  freeDescriptor: "Until then, disconnect a connection you don't need. The one that has waited longest is next.",
  raiseFiles:
    "Raise the limit of open files: LimitNOFILE=65536 in the service, or `ulimit -n`. haltere needs one per connection and some more.",
  systemFailed: "This is an error of the operating system. `dmesg` on haltere's machine may say more.",
  checkNetwork: "Check the network between the two machines: `nc -vz {address} {port}`",
  resetOnTheWay:
    "A firewall or a load balancer between haltere and the broker resets connections. Is a broker behind it up?",

  wrongPort: "Is {port} the broker's port? Mosquitto's ports are in the listener lines of its configuration.",
  checkTlsAnswer: "Check whether a server answers there with TLS: `openssl s_client -connect {authority}`",
  checkHttpAnswer: "Check whether a server answers there with HTTP: `curl -v --max-time 5 {url}`",
  checkMqttAnswer:
    "Check whether another client gets an answer: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`",
  brokerHangs: "If it is the broker, it hangs, or a load balancer answers for one that is down.",
  perhapsPlain: "Is this a port for plain MQTT? Mosquitto drops the wrong protocol without an answer. Try `{url}`",
  perhapsNoTls: "Is this a port without TLS? Mosquitto drops the wrong protocol without an answer. Try `{url}`",
  perhapsTls: "Is this a TLS port? Mosquitto drops the wrong protocol without an answer. Try `{url}`",
  perhapsNoWebsocket:
    'Does this port speak WebSocket? In Mosquitto, the listener needs "protocol websockets". If it does not, try `{url}`',
  droppedLog: "If the port is right, the broker's log says why it dropped the connection.",
  expectsTls: "Does the port expect TLS? Try `{url}`",
  expectsWebsocket: "Does the port expect WebSocket? Try `{url}`",
  checkPath: "Check the path in the URL. If there is a proxy, check that a broker is up behind it.",
  portOrLimit: "Is {port} the broker's port, and does max_connections of that listener allow one more client?",
  closedLog: "The broker's log says why it closed the connection.",
  lostLog: "The broker's log says whether it was stopped or closed this session, and why.",
  clientIdElsewhere:
    "Two clients with the same client id keep disconnecting each other. Is {client} in use elsewhere? If so, enter another client id under Edit → Advanced.",

  serverNamed: "The broker names another server, “{server}”. If you trust it, change the URL to `{url}`",
  serverWritten: "The broker names another server, “{server}”. If you trust it, enter it as URL.",
  redirectNamed: "The web server redirects to “{location}”. If you trust it, change the URL to `{url}`",
  redirectWritten: "The web server redirects to “{location}”. If you trust it, enter it as URL.",
  redirectNowhere: "The server redirects without an address. Ask its administrator for the broker's URL.",
  serverNowhere: "The broker does not say where its clients should go. Check its log, or ask its administrator.",
  moveIsTemporary: "This is temporary: haltere keeps trying this server, which may accept it again.",
  moveIsPermanent: "This is permanent: change the URL of this connection.",

  upgradeLogin:
    "A proxy in front of the broker requires an HTTP login, which haltere does not send. Let that proxy pass WebSocket upgrades on this path without one.",
  upgradeDenied:
    "A proxy or firewall in front of the broker does not accept this client or address. Check its list of allowed addresses and its log.",
  upgradePath: "There is a web server, but no broker at {path}. Usual paths are /mqtt, /ws and /.",
  upgradeHeaders:
    "A proxy in between has to pass on the headers Upgrade and Connection (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade). nginx also answers 400 to a client without TLS on a TLS port.",
  upgradeLimits: "A proxy in front of the broker limits the rate of clients. Check its limits; haltere keeps retrying.",
  upgradeBackend:
    "The proxy can't reach the broker behind it. Is the broker up, and are address and port in the proxy's configuration right?",
  upgradeOverload:
    "The proxy has no broker available or is overloaded. Check whether the broker behind it is up; haltere keeps retrying.",
  upgradeServerLog: "The web server failed. Its log says why.",
  upgradeListener:
    'The server that answered does not speak MQTT over WebSocket. In Mosquitto, the listener needs "protocol websockets".',
  upgradeAvoid: "If the broker has a port without WebSocket, use {scheme}:// with that one.",

  websocketOther:
    "The server at {path} speaks WebSocket, but not MQTT. It may be another service. Usual paths of brokers are /mqtt, /ws and /.",
  websocketPort: 'Is {port} the port of the broker\'s WebSocket listener (Mosquitto: "protocol websockets")?',
  perhapsWeb: "If it is a web server or a WebSocket listener, try `{url}`",
  mqttPort:
    "Is {port} the broker's port? Mosquitto's ports are in the listener lines of its configuration, usually 1883, with TLS 8883.",
  notTls: "Is this a port without TLS? Try `{url}`",
  tlsPort: "Is {port} the port of another service? Brokers usually listen with TLS on 8883.",
  showHandshake: "To watch the handshake: `openssl s_client -connect {authority}`",
  tlsOfAnotherKind:
    "The broker, or a proxy that terminates TLS in front of it, uses a part of TLS that haltere does not support. Its log says more.",

  authMethod:
    "The broker requires extended authentication (SCRAM, Kerberos, …), which haltere does not support. Use a user with a password, or a client certificate.",
  anotherClientId:
    "Enter another client id under Edit → Advanced; this one is {client}. Some brokers bind an id to a user, or accept only ids they know.",
  clientIdPrefixes:
    "If the broker's configuration has clientid_prefixes, the client id has to begin with one of them. This one is {client}. Enter another under Edit → Advanced, or add its beginning there.",
  liftBan:
    "An administrator of the broker, or a rule against repeated failures, has banned this client or address. Lift the ban there, then fix what led to it.",
  brokerSaysBusy: "This usually passes. Check the broker's load and its log; haltere keeps retrying.",
  brokerLimit:
    "A limit of the broker is reached. Check max_connections, its quotas, and how many clients are connected ($SYS/broker/clients/connected).",
  oldMqtt:
    "In Mosquitto, accept_protocol_versions of that listener has to contain 5 or 4. Other brokers need an update.",
  clientIdTaken: "Another client connected with the client id {client}. Enter another one under Edit → Advanced.",
  brokersRule: "The broker ended the session by a rule of its own. Its log names the rule.",
  noBetterReason: "The broker gives no better reason, which often comes from a plugin there. Its log says more.",
  ruleWithoutName: "The broker has a rule that MQTT has no name for. Its log or its manual says which.",
  changedOnTheWay:
    "Something on the way may change the data: a load balancer that adds a PROXY header the broker does not expect, or a gateway for another protocol.",
  whatConnectSays:
    "The broker's log names the rule. haltere sends the client id {client}, a clean start, a keep-alive, and user name and password where they are set.",
  shortenCredentials: "Shorten user name, password or client id. Tokens used as passwords are long.",
  raisePacketSize: "Or raise the broker's limit (Mosquitto: max_packet_size).",
  noWillSent:
    "haltere sends no will message, so a plugin or a proxy in front of the broker answers, or changes what haltere sends. Check its log.",
  littleWasSent:
    "haltere sends only a login and a subscription to $SYS. If the broker's log names no rule of its own, please report this as a bug.",
  limitsOfMqtt:
    "Shorten user name, password or client id: MQTT allows 65,535 bytes for each, without the character U+0000.",
  otherClientGetsIn:
    "Check whether another client can log in: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`",
  noUserName:
    "The broker requires a user name, and this connection has none (Mosquitto: allow_anonymous false, the default since 2.0). Enter user name and password.",
  sameForMissing: "Mosquitto reports missing and wrong credentials in the same way.",
  noPassword: "This connection has a user name but no password. Enter its password, too.",
  checkPassword:
    "Check the password of \"{user}\" with another client: `mosquitto_sub -h {host} -p {port} -u {argument} -P PASSWORD -t '$SYS/broker/version' -C 1`",
  setPassword:
    "On the broker, `mosquitto_passwd FILE NAME` sets a password; the broker reads the file again only after `kill -HUP`. With dynamic security, `mosquitto_ctrl dynsec getClient NAME` must not show the client as disabled.",
  sameForUnknown: "Mosquitto reports an unknown user, a wrong password and a missing one in the same way.",

  giveClientCertificate:
    "Add a client certificate and its key to this connection, issued by the CA in the broker's cafile.",
  doNotRequire: "Or let clients connect without one: set require_certificate false in that listener of the broker.",
  offerCommonTls:
    "Let the broker offer TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305. In Mosquitto, remove ciphers, ciphers_tls1.3 and tls_version from that listener. CBC suites and RSA key exchange are not enough.",
  perhapsPsk:
    "Is that listener for pre-shared keys (psk_hint, psk_file)? haltere does not support those. Add a listener with certfile and keyfile.",
  perhapsKeyKind:
    "Or the broker's key is of a kind that TLS clients no longer accept. RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 are fine; Ed448, DSA, P-224, secp256k1 and brainpool curves are not: `openssl x509 -noout -text -in CERTFILE`",
  probablyWantsCertificate:
    "The broker probably requires a client certificate (require_certificate true). Add one to this connection.",
  elseLog: "If it does not, its log says why.",
  lookAtClientCertificate:
    "The broker's log says why. Check the client certificate first; on the broker's machine, this has to say OK: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`",
  usualCiphers:
    "The broker knows none of the usual cipher suites or key exchanges. Check ciphers, ciphers_tls1.3 and dhparamfile in its configuration, and its log.",
  clientCaUnknown:
    "The broker's cafile (or capath) does not contain the CA that issued the client certificate. Use a certificate from the broker's CA, or add this one's CA to cafile and restart the broker.",
  verifyClient: "On the broker's machine, this has to say OK: `openssl verify -CAfile CAFILE CLIENT_CERT`",
  renewClientCertificate: "Renew the client certificate of this connection.",
  clientCertificateRevoked: "The client certificate is in the broker's crlfile. Have a new one issued.",
  clientCertificateKind:
    "Check the client certificate: issued for clients (extendedKeyUsage=clientAuth, or none), RSA of 2048 bits or more or ECDSA, and signed with SHA-256 or better?",
  verifyClientUse:
    "On the broker's machine, this has to say OK: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`",
  otherServerName:
    'The server at {authority} does not serve the name "{name}". Change the server name (SNI) under Edit → One port for several hosts or protocols, or leave it empty.',
  otherHostName:
    'The server at {authority} does not serve the name "{name}". Use the name it serves in the URL, or enter it as server name (SNI) under Edit → One port for several hosts or protocols.',
  onlyPsk:
    "That listener is for pre-shared keys (psk_hint, psk_file), which haltere does not support. Add a listener with certfile and keyfile.",
  brokerFailedHandshake:
    "The broker failed during the handshake. Its log says why; an unreadable keyfile is the usual cause.",
  handshakeNotUnderstood:
    "The broker, or a proxy that terminates TLS in front of it, could not process the handshake. Its log says more.",
  giveAlpn:
    "Several protocols share this port, so it needs a protocol name (ALPN). Enter it under Edit → One port for several hosts or protocols: mqtt, or what its operator says (AWS IoT on port 443: x-amzn-mqtt-ca with a client certificate).",
  otherAlpn:
    "The server supports none of the protocols of this connection (ALPN: {protocols}). Ask its operator for the name; upper and lower case matter.",
  mqttOnlyPort: "Or use a port for MQTT alone, usually 8883.",
  newerTls:
    "Let the broker speak TLS 1.2 or 1.3: in Mosquitto, remove tls_version from that listener, and use OpenSSL 1.0.1 or newer.",

  appendRoot:
    "Add the root certificate to the trusted CA: the whole chain is needed, up to a certificate that is its own issuer.",
  caMadeAgain:
    "The CA was reissued under its old name. Get its current certificate from the broker's machine and enter it as trusted CA.",
  verifyByHand: "Check it with OpenSSL: `openssl verify -verbose -purpose sslserver -CAfile CA_FILE BROKER_CERT`",
  compareClocks: "Compare the clocks of the broker's machine and of haltere's: `date -u`",
  madeForLater: "If both are right, the certificate is not valid yet: it begins on {date}.",
  madeForLaterAnyway: "If both are right, the certificate is not valid yet.",
  forTlsServers:
    "Have a new certificate issued for a TLS server: with extendedKeyUsage=serverAuth or without that extension, by a CA (basicConstraints=CA:TRUE, keyUsage=keyCertSign).",
  pathLength:
    "A CA above the broker's certificate limits the length of the chain (pathlen in basicConstraints). Have the certificate issued by another CA, or make a new CA without pathlen.",
  oldNeedsCa:
    "Old certificates (X.509 version 1, without subjectAltName) are accepted only together with their CA: enter it as trusted CA.",
  correctFile:
    "Enter the client certificate and its key again: PEM, the key belonging to the certificate, and not encrypted.",
  nearerCa:
    "Have the broker's certificate issued by a CA nearer to the root, or enter a self-signed CA of its chain as trusted CA.",
  smallerChain:
    "The broker's certfile should contain its own certificate and the few up to the root, not a bundle of CAs: `grep -c BEGIN CERTFILE` counts them.",
  keyOfAnother:
    "The broker's keyfile does not belong to its certfile, or something intercepts the connection. Compare their public keys: `openssl x509 -in CERT -noout -pubkey; openssl pkey -in KEY -pubout`",
  signAgain:
    "Have that certificate signed again with SHA-256, by a CA with an RSA key of 2048 bits or more or ECDSA on P-256: `openssl x509 -req -sha256 -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -out BROKER_CERT`",
  showSignature: "To see how a certificate is signed and which key it has: `openssl x509 -noout -text -in FILE`",
  newKey:
    "Make a new key for the broker, and have a certificate issued for it: `openssl req -newkey rsa:2048 -nodes -keyout BROKER_KEY -out CSR -subj /CN=BROKER`",
  newCa:
    "Make a new CA with another key, issue the broker's certificate with it, and enter it as trusted CA: `openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -keyout CA_KEY -out CA_FILE -subj /CN=CA`",
  compareFingerprint:
    'Compare the fingerprint of "{subject}" with the file on the broker\'s machine: {fingerprint} `openssl x509 -noout -fingerprint -sha256 -in FILE`',
  thenTrust: "If they match, trust the certificate.",
  otherIsGiven: "The trusted CA of this connection is another certificate.",
  findCa:
    'Enter the certificate of "{subject}" as trusted CA. The broker does not send it; the administrator of the broker has it, often as ca.crt next to the broker\'s certfile.',
  checkCa:
    "To check that it is the right one, this has to say OK: `openssl verify -CAfile CA_FILE BROKER_CERT` (fingerprint of the broker's certificate: {fingerprint})",
  giveCa: "Enter the certificate of the broker's CA as trusted CA.",
  givenLeadsElsewhere:
    "The trusted CA of this connection does not match: it is another one, or an intermediate certificate is missing. The broker's certfile should contain the intermediate certificates.",
  fullChain:
    "If a public CA issued it, the broker does not send its intermediate certificates: its certfile has to contain the full chain (fullchain.pem, not cert.pem).",
  replaceExpired: "Replace the expired certificate in the trusted CA: `openssl x509 -noout -subject -enddate -in FILE`",
  renew:
    'Renew "{subject}", which expired on {date}. Put it where the broker\'s certfile says, and let the broker read it: `kill -HUP`, or a restart.',
  renewedAlready: "If it has been renewed already, the broker still uses the one it read at its start.",
  leaveServerName: "Leave the server name (SNI) empty: the certificate is valid for {host}, the host of the URL.",
  giveServerName: "Enter {name} as server name (SNI): the certificate holds that name.",
  useItsName: "Use a name that the certificate holds: `{url}`",
  noNames: "The certificate holds no name at all.",
  itsNames: "The certificate is valid for: {names}",
  newWithName:
    "Or have it reissued with subjectAltName={kind}:{name}: `printf 'subjectAltName={kind}:{name}\\n' > server.ext; openssl x509 -req -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -extfile server.ext -out BROKER_CERT`",
  giveItsCa: "Or enter its CA as trusted CA: together with that, haltere accepts a name in this old form.",

  allowSubscribe:
    "Allow this user to subscribe to the topic. In Mosquitto's dynamic security, its role needs an ACL of type subscribePattern or subscribeLiteral; an acl_file refuses no subscription.",
  allowPublish:
    'Allow this user to publish to the topic: "topic write TOPIC" in Mosquitto\'s acl_file, or an ACL of type publishClientSend in dynamic security.',
  allowReceive:
    'Allow this user to read the topic: "topic read TOPIC" in Mosquitto\'s acl_file, or an ACL of type publishClientReceive in dynamic security. Without it, Mosquitto accepts the subscription and delivers nothing.',
  perhapsNotPublished:
    "Brokers of MQTT 3.1.1, and some others, acknowledge a message that they then drop. Check that this user may publish to the topic as well.",
  perhapsSlow:
    "Behind a cluster or a bridge, the message may take longer than the time limit, or a rule there may route it elsewhere.",
  endedInsteadOfRefusing: "Some brokers end the session, or do not answer, instead of refusing. Their log says why.",
  anotherTopic: "Or test with a topic that this user may use. The broker's log names the rule that applied.",

  tlsPluginOff: "The plugin tls is off, so haltere does not use the TLS settings of this connection.",
  tlsPluginOffForAll: "The plugin tls is off, so haltere does not use TLS settings of connections.",
  passwordInClear:
    "The password is sent to {host} unencrypted. Use {scheme}:// as soon as the broker has a TLS listener.",
  sysEndsSession:
    "The broker ends the session of a client that asks for $SYS, so its version and uptime remain unknown. Let this user read $SYS/# and save the connection.",
  sysDenied:
    "The broker does not let this user read $SYS/#, so its version and uptime are unknown. Allow it (Mosquitto's acl_file: topic read $SYS/#).",
  sysSilent:
    "The broker publishes nothing about itself. To see its version and uptime, let this user read $SYS/# (Mosquitto's acl_file: topic read $SYS/#; sys_interval must not be 0).",
  notVerified:
    "The broker's identity is not checked. Enter its CA as trusted CA and turn on “Check the broker's certificate”.",
  legacyCertificate:
    "The certificate is of an old form (X.509 version 1, no matching subjectAltName, a CA used as a server, or an uncommon signature) and accepted only because its CA is trusted. Have a new one issued with subjectAltName.",
  expiresSoon: "Certificate {subject} expires on {date}.",

  unreadable:
    "haltere can't read what is stored of this connection. Edit it and enter its settings again, or delete it. The cause is “{field}”: {fault}",
  sameClientId:
    "{connections} uses the same client id at the same broker, so the two keep disconnecting each other. Give one of them another client id under Edit → Advanced.",
  testedWithOtherId:
    "The connection with this client id is up, so the test used another client id that begins with it. A broker with rules for whole client ids may treat it differently.",
};
