import type { advice as english } from "./en-advice";

/** The messages of `en-advice.ts` in German. */
export const advice: typeof english = {
  lookIntoLog: "Das Protokoll des Brokers sagt vielleicht mehr über diese Verbindung ({code}).",
  tryAnotherClient:
    "Versuchen Sie es mit einem anderen Client: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`",
  reportBug: "Das ist ein Fehler in haltere. Bitte melden Sie ihn, zusammen mit den Zeilen im Protokoll von haltere.",

  checkName:
    "Prüfen Sie die Schreibweise von {host}. Auf dem Rechner von haltere muss dieser Befehl eine Adresse ausgeben: `getent hosts {host}`",
  nameIsLocal:
    "Namen auf .local werden über Multicast-DNS bekannt gemacht, das haltere nicht benutzt. Nehmen Sie die IP-Adresse oder einen Eintrag in /etc/hosts.",
  nameIsShort:
    "Ein Name ohne Punkt wird in den Domains hinter „search“ in /etc/resolv.conf gesucht. Nehmen Sie den vollen Namen.",
  askNameServers: "Prüfen Sie die Nameserver in /etc/resolv.conf auf dem Rechner von haltere: `dig {host}`",
  useAddress:
    "Bis sie antworten, hilft die IP-Adresse des Brokers in der URL. Mit TLS muss sein Zertifikat diese Adresse enthalten.",

  hostIsHaltere:
    "{host} ist der Rechner oder der Container, auf dem haltere selbst läuft. Für einen Broker anderswo nehmen Sie den Namen seines Rechners.",
  checkListening: "Prüfen Sie auf dem Rechner des Brokers, ob etwas auf dem Port lauscht: `ss -ltn 'sport = :{port}'`",
  addListener:
    "Mosquitto 2 ohne Listener in der Konfiguration lauscht nur auf Loopback: Ergänzen Sie die Zeile `listener {port}`, und starten Sie es neu.",
  checkReachable:
    "Prüfen Sie vom Rechner von haltere aus, ob der Host läuft und der Port offen ist: `nc -vz {address} {port}`",
  droppedOnTheWay:
    "Eine abgelehnte Verbindung scheitert sofort; diese wird unterwegs verworfen. Prüfen Sie Firewalls, Security Groups und VPN-Routen für diesen Port.",
  checkRoute: "Prüfen Sie auf dem Rechner von haltere die Route zum Broker: `ip route get {address}`",
  noIpv6: "Das ist eine IPv6-Adresse. Hat der Rechner von haltere kein IPv6, nehmen Sie eine IPv4-Adresse des Brokers.",
  ownFirewall:
    "Eine Regel auf dem Rechner von haltere verbietet Verbindungen zu {address}. Prüfen Sie `nft list ruleset`, SELinux sowie IPAddressDeny= oder RestrictAddressFamilies= seines Dienstes.",
  allowEgress:
    "Um diesen Broker zu erlauben, setzen Sie „allow {address} port {port}“ in egress.rules der Konfiguration von haltere vor jede Regel, die ihn verbietet, und starten haltere neu.",
  egressNeverOwn: "Mit seinem eigenen Listener verbindet sich haltere nie, gleich was die Regeln sagen.",
  localPortsUsed:
    "Alle lokalen Ports für diese Adresse sind belegt. Zählen Sie sie mit `ss -s`, und erweitern Sie bei Bedarf net.ipv4.ip_local_port_range.",
  checkIpv6: "Bei einer IPv6-Adresse: Prüfen Sie, ob dieser Rechner oder Container IPv6 hat: `ip -6 addr`",
  raiseDescriptors:
    "Erhöhen Sie die Grenze für offene Dateien, und starten Sie haltere neu: LimitNOFILE=65536 im Dienst oder `ulimit -n 65536`. haltere teilt sie beim Start auf; sein Protokoll zeigt, wie.",
  freeDescriptor:
    "Trennen Sie bis dahin eine Verbindung, die Sie nicht brauchen. Die am längsten wartende kommt dann dran.",
  raiseFiles:
    "Erhöhen Sie die Grenze für offene Dateien: LimitNOFILE=65536 im Dienst oder `ulimit -n`. haltere braucht eine je Verbindung und einige mehr.",
  systemFailed: "Das ist ein Fehler des Betriebssystems. `dmesg` auf dem Rechner von haltere sagt vielleicht mehr.",
  checkNetwork: "Prüfen Sie das Netz zwischen den beiden Rechnern: `nc -vz {address} {port}`",
  resetOnTheWay:
    "Eine Firewall oder ein Load Balancer zwischen haltere und dem Broker bricht Verbindungen ab. Läuft dahinter ein Broker?",

  wrongPort: "Ist {port} der Port des Brokers? Bei Mosquitto steht er in den listener-Zeilen der Konfiguration.",
  checkTlsAnswer: "Prüfen Sie, ob dort ein Server mit TLS antwortet: `openssl s_client -connect {authority}`",
  checkHttpAnswer: "Prüfen Sie, ob dort ein Server mit HTTP antwortet: `curl -v --max-time 5 {url}`",
  checkMqttAnswer:
    "Prüfen Sie, ob ein anderer Client eine Antwort bekommt: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`",
  brokerHangs: "Wenn es der Broker ist, hängt er, oder ein Load Balancer antwortet für einen, der ausgefallen ist.",
  perhapsPlain:
    "Ist das ein Port für MQTT ohne TLS? Mosquitto verwirft ein falsches Protokoll ohne Antwort. Versuchen Sie `{url}`",
  perhapsNoTls:
    "Ist das ein Port ohne TLS? Mosquitto verwirft ein falsches Protokoll ohne Antwort. Versuchen Sie `{url}`",
  perhapsTls: "Ist das ein TLS-Port? Mosquitto verwirft ein falsches Protokoll ohne Antwort. Versuchen Sie `{url}`",
  perhapsNoWebsocket:
    "Spricht dieser Port WebSocket? Bei Mosquitto braucht der Listener „protocol websockets“. Wenn nicht, versuchen Sie `{url}`",
  droppedLog: "Stimmt der Port, dann steht im Protokoll des Brokers, warum er die Verbindung verworfen hat.",
  expectsTls: "Erwartet der Port TLS? Versuchen Sie `{url}`",
  expectsWebsocket: "Erwartet der Port WebSocket? Versuchen Sie `{url}`",
  checkPath: "Prüfen Sie den Pfad in der URL und, falls es einen Proxy gibt, ob dahinter ein Broker läuft.",
  portOrLimit: "Ist {port} der Port des Brokers, und lässt max_connections dieses Listeners noch einen Client zu?",
  closedLog: "Im Protokoll des Brokers steht, warum er die Verbindung geschlossen hat.",
  lostLog: "Im Protokoll des Brokers steht, ob er angehalten wurde oder diese Sitzung geschlossen hat, und warum.",
  clientIdElsewhere:
    "Zwei Clients mit derselben Client-Kennung trennen einander immer wieder. Wird {client} noch anderswo benutzt? Dann tragen Sie unter Bearbeiten → Erweitert eine andere ein.",

  serverNamed:
    "Der Broker nennt einen anderen Server: „{server}“. Wenn Sie ihm vertrauen, ändern Sie die URL in `{url}`",
  serverWritten:
    "Der Broker nennt einen anderen Server: „{server}“. Wenn Sie ihm vertrauen, tragen Sie ihn als URL ein.",
  redirectNamed: "Der Webserver verweist auf „{location}“. Wenn Sie dem vertrauen, ändern Sie die URL in `{url}`",
  redirectWritten: "Der Webserver verweist auf „{location}“. Wenn Sie dem vertrauen, tragen Sie das als URL ein.",
  redirectNowhere:
    "Der Server verweist weiter, ohne zu sagen, wohin. Fragen Sie seinen Betreiber nach der URL des Brokers.",
  serverNowhere:
    "Der Broker sagt nicht, wohin seine Clients gehen sollen. Sehen Sie in sein Protokoll, oder fragen Sie seinen Betreiber.",
  moveIsTemporary: "Das ist vorübergehend: haltere versucht es bei diesem Server weiter.",
  moveIsPermanent: "Das ist endgültig: Ändern Sie die URL dieser Verbindung.",

  upgradeLogin:
    "Ein Proxy vor dem Broker verlangt eine HTTP-Anmeldung, die haltere nicht sendet. Lassen Sie ihn WebSocket-Upgrades auf diesem Pfad ohne Anmeldung durch.",
  upgradeDenied:
    "Ein Proxy oder eine Firewall vor dem Broker nimmt diesen Client oder diese Adresse nicht an. Prüfen Sie die Liste der erlaubten Adressen und das Protokoll dort.",
  upgradePath: "Dort ist ein Webserver, aber kein Broker unter {path}. Üblich sind die Pfade /mqtt, /ws und /.",
  upgradeHeaders:
    "Ein Proxy dazwischen muss die Header Upgrade und Connection weitergeben (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade). nginx antwortet mit 400 auch einem Client ohne TLS auf einem TLS-Port.",
  upgradeLimits:
    "Ein Proxy vor dem Broker begrenzt die Rate der Clients. Prüfen Sie seine Grenzen; haltere versucht es weiter.",
  upgradeBackend:
    "Der Proxy erreicht den Broker dahinter nicht. Läuft der Broker, und stimmen Adresse und Port in der Konfiguration des Proxys?",
  upgradeOverload:
    "Der Proxy hat keinen Broker verfügbar oder ist überlastet. Prüfen Sie, ob der Broker dahinter läuft; haltere versucht es weiter.",
  upgradeServerLog: "Der Webserver hat einen Fehler. Sein Protokoll nennt den Grund.",
  upgradeListener:
    "Was dort antwortet, spricht kein MQTT über WebSocket. Bei Mosquitto braucht der Listener „protocol websockets“.",
  upgradeAvoid: "Hat der Broker einen Port ohne WebSocket, nehmen Sie {scheme}:// mit diesem Port.",

  websocketOther:
    "Was unter {path} antwortet, spricht WebSocket, aber kein MQTT. Es ist wohl ein anderer Dienst. Üblich sind bei Brokern die Pfade /mqtt, /ws und /.",
  websocketPort: "Ist {port} der Port des WebSocket-Listeners (Mosquitto: „protocol websockets“)?",
  perhapsWeb: "Ist das ein Webserver oder ein WebSocket-Listener, versuchen Sie `{url}`",
  mqttPort:
    "Ist {port} der Port des Brokers? Bei Mosquitto steht er in den listener-Zeilen der Konfiguration, meist 1883, mit TLS 8883.",
  notTls: "Ist das ein Port ohne TLS? Versuchen Sie `{url}`",
  tlsPort: "Ist {port} der Port eines anderen Dienstes? Mit TLS lauschen Broker meist auf 8883.",
  showHandshake: "So sehen Sie den Handshake: `openssl s_client -connect {authority}`",
  tlsOfAnotherKind:
    "Der Broker oder ein Proxy davor, der TLS beendet, benutzt etwas an TLS, das haltere nicht unterstützt. Mehr steht in seinem Protokoll.",

  authMethod:
    "Der Broker verlangt erweiterte Authentifizierung (SCRAM, Kerberos, …), die haltere nicht unterstützt. Nehmen Sie einen Benutzer mit Passwort oder ein Client-Zertifikat.",
  anotherClientId:
    "Tragen Sie unter Bearbeiten → Erweitert eine andere Client-Kennung ein; diese ist {client}. Manche Broker binden eine Kennung an einen Benutzer oder nehmen nur bekannte an.",
  clientIdPrefixes:
    "Hat die Konfiguration des Brokers clientid_prefixes, muss die Client-Kennung mit einem davon beginnen. Diese ist {client}. Tragen Sie unter Bearbeiten → Erweitert eine andere ein, oder ergänzen Sie dort ihren Anfang.",
  liftBan:
    "Ein Administrator des Brokers oder eine Regel gegen wiederholte Fehler hat diesen Client oder diese Adresse gesperrt. Heben Sie die Sperre dort auf, und beheben Sie, was dazu geführt hat.",
  brokerSaysBusy: "Das geht meist vorüber. Prüfen Sie Last und Protokoll des Brokers; haltere versucht es weiter.",
  brokerLimit:
    "Eine Grenze des Brokers ist erreicht. Prüfen Sie max_connections, seine Kontingente und die Zahl der Clients ($SYS/broker/clients/connected).",
  oldMqtt:
    "Bei Mosquitto muss accept_protocol_versions dieses Listeners 5 oder 4 enthalten. Andere Broker brauchen ein Update.",
  clientIdTaken:
    "Ein anderer Client hat sich mit der Client-Kennung {client} verbunden. Tragen Sie unter Bearbeiten → Erweitert eine andere ein.",
  brokersRule: "Der Broker hat die Sitzung nach einer eigenen Regel beendet. Sein Protokoll nennt sie.",
  noBetterReason:
    "Der Broker nennt keinen genaueren Grund; oft steckt dort ein Plugin dahinter. Mehr steht in seinem Protokoll.",
  ruleWithoutName:
    "Der Broker hat eine Regel, für die MQTT keinen Namen hat. Sein Protokoll oder sein Handbuch nennt sie.",
  changedOnTheWay:
    "Vielleicht verändert etwas unterwegs die Daten: ein Load Balancer mit einem PROXY-Header, den der Broker nicht erwartet, oder ein Gateway für ein anderes Protokoll.",
  whatConnectSays:
    "Das Protokoll des Brokers nennt die Regel. haltere sendet die Client-Kennung {client}, Clean Start, Keep-Alive und, falls angegeben, Benutzername und Passwort.",
  shortenCredentials:
    "Kürzen Sie Benutzername, Passwort oder Client-Kennung. Tokens anstelle von Passwörtern sind lang.",
  raisePacketSize: "Oder erhöhen Sie die Grenze des Brokers (Mosquitto: max_packet_size).",
  noWillSent:
    "haltere sendet keine Will-Nachricht. Also antwortet ein Plugin oder ein Proxy vor dem Broker, oder er verändert die Daten. Sehen Sie in sein Protokoll.",
  littleWasSent:
    "haltere sendet nur eine Anmeldung und ein Abonnement von $SYS. Nennt das Protokoll des Brokers keine eigene Regel, melden Sie das bitte als Fehler.",
  limitsOfMqtt:
    "Kürzen Sie Benutzername, Passwort oder Client-Kennung: MQTT erlaubt je 65.535 Byte, ohne das Zeichen U+0000.",
  otherClientGetsIn:
    "Prüfen Sie, ob sich ein anderer Client anmelden kann: `mosquitto_sub -h {host} -p {port} -t '$SYS/broker/version' -C 1 -d`",
  noUserName:
    "Der Broker verlangt einen Benutzernamen, und diese Verbindung hat keinen (Mosquitto: allow_anonymous false, Standard seit 2.0). Tragen Sie Benutzername und Passwort ein.",
  sameForMissing: "Mosquitto meldet fehlende und falsche Zugangsdaten auf dieselbe Weise.",
  noPassword: "Diese Verbindung hat einen Benutzernamen, aber kein Passwort. Tragen Sie auch das Passwort ein.",
  checkPassword:
    "Prüfen Sie das Passwort von „{user}“ mit einem anderen Client: `mosquitto_sub -h {host} -p {port} -u {argument} -P PASSWORD -t '$SYS/broker/version' -C 1`",
  setPassword:
    "Auf dem Broker setzt `mosquitto_passwd FILE NAME` ein Passwort; die Datei liest er erst nach `kill -HUP` wieder. Mit Dynamic Security darf `mosquitto_ctrl dynsec getClient NAME` den Client nicht als gesperrt zeigen.",
  sameForUnknown:
    "Mosquitto meldet einen unbekannten Benutzer, ein falsches und ein fehlendes Passwort auf dieselbe Weise.",

  giveClientCertificate:
    "Geben Sie dieser Verbindung ein Client-Zertifikat mit Schlüssel, ausgestellt von der CA im cafile des Brokers.",
  doNotRequire: "Oder lassen Sie Clients ohne Zertifikat zu: require_certificate false in diesem Listener des Brokers.",
  offerCommonTls:
    "Lassen Sie den Broker TLS 1.2 oder 1.3 mit ECDHE und AES-GCM oder ChaCha20-Poly1305 anbieten. Bei Mosquitto entfernen Sie dazu ciphers, ciphers_tls1.3 und tls_version aus diesem Listener. CBC-Suites und Schlüsselaustausch mit RSA genügen nicht.",
  perhapsPsk:
    "Ist dieser Listener für Pre-shared Keys (psk_hint, psk_file)? Die unterstützt haltere nicht. Ergänzen Sie einen Listener mit certfile und keyfile.",
  perhapsKeyKind:
    "Oder der Schlüssel des Brokers ist von einer Art, die TLS-Clients nicht mehr annehmen. RSA, ECDSA auf P-256, P-384 oder P-521 und Ed25519 sind gut; Ed448, DSA, P-224, secp256k1 und Brainpool-Kurven nicht: `openssl x509 -noout -text -in CERTFILE`",
  probablyWantsCertificate:
    "Der Broker verlangt wahrscheinlich ein Client-Zertifikat (require_certificate true). Geben Sie dieser Verbindung eines.",
  elseLog: "Wenn nicht, nennt sein Protokoll den Grund.",
  lookAtClientCertificate:
    "Das Protokoll des Brokers nennt den Grund. Prüfen Sie zuerst das Client-Zertifikat; auf dem Rechner des Brokers muss das hier OK melden: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`",
  usualCiphers:
    "Der Broker kennt keine der üblichen Cipher-Suites oder Schlüsselaustausche. Prüfen Sie ciphers, ciphers_tls1.3 und dhparamfile in seiner Konfiguration und sein Protokoll.",
  clientCaUnknown:
    "Das cafile (oder capath) des Brokers enthält die CA nicht, die das Client-Zertifikat ausgestellt hat. Nehmen Sie ein Zertifikat von der CA des Brokers, oder ergänzen Sie diese CA im cafile und starten den Broker neu.",
  verifyClient: "Auf dem Rechner des Brokers muss das hier OK melden: `openssl verify -CAfile CAFILE CLIENT_CERT`",
  renewClientCertificate: "Erneuern Sie das Client-Zertifikat dieser Verbindung.",
  clientCertificateRevoked: "Das Client-Zertifikat steht im crlfile des Brokers. Lassen Sie ein neues ausstellen.",
  clientCertificateKind:
    "Prüfen Sie das Client-Zertifikat: Ist es für Clients ausgestellt (extendedKeyUsage=clientAuth oder ohne), RSA ab 2048 Bit oder ECDSA und mit SHA-256 oder besser signiert?",
  verifyClientUse:
    "Auf dem Rechner des Brokers muss das hier OK melden: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`",
  otherServerName:
    "Der Server auf {authority} bedient den Namen „{name}“ nicht. Ändern Sie den Servernamen (SNI) unter Bearbeiten → Ein Port für mehrere Hosts oder Protokolle, oder lassen Sie ihn leer.",
  otherHostName:
    "Der Server auf {authority} bedient den Namen „{name}“ nicht. Nehmen Sie den richtigen Namen in die URL, oder tragen Sie ihn unter Bearbeiten → Ein Port für mehrere Hosts oder Protokolle als Servernamen (SNI) ein.",
  onlyPsk:
    "Dieser Listener ist für Pre-shared Keys (psk_hint, psk_file), die haltere nicht unterstützt. Ergänzen Sie einen Listener mit certfile und keyfile.",
  brokerFailedHandshake:
    "Der Broker ist beim Handshake gescheitert. Sein Protokoll nennt den Grund; meist kann er sein keyfile nicht lesen.",
  handshakeNotUnderstood:
    "Der Broker oder ein Proxy davor, der TLS beendet, konnte den Handshake nicht verarbeiten. Mehr steht in seinem Protokoll.",
  giveAlpn:
    "Mehrere Protokolle teilen sich diesen Port; deshalb braucht er den Namen eines Protokolls (ALPN). Tragen Sie ihn unter Bearbeiten → Ein Port für mehrere Hosts oder Protokolle ein: mqtt oder was der Betreiber nennt (AWS IoT auf Port 443: x-amzn-mqtt-ca mit einem Client-Zertifikat).",
  otherAlpn:
    "Der Server unterstützt keines der Protokolle dieser Verbindung (ALPN: {protocols}). Fragen Sie seinen Betreiber nach dem Namen; auf Groß- und Kleinschreibung kommt es an.",
  mqttOnlyPort: "Oder nehmen Sie einen Port nur für MQTT, meist 8883.",
  newerTls:
    "Lassen Sie den Broker TLS 1.2 oder 1.3 sprechen: Bei Mosquitto entfernen Sie tls_version aus diesem Listener; nötig ist OpenSSL ab 1.0.1.",

  appendRoot:
    "Ergänzen Sie die vertrauenswürdige CA um das Wurzelzertifikat: Nötig ist die ganze Kette bis zu einem Zertifikat, das sich selbst ausgestellt hat.",
  caMadeAgain:
    "Die CA wurde unter ihrem alten Namen neu ausgestellt. Holen Sie ihr aktuelles Zertifikat vom Rechner des Brokers, und tragen Sie es als vertrauenswürdige CA ein.",
  verifyByHand: "Prüfen Sie es mit OpenSSL: `openssl verify -verbose -purpose sslserver -CAfile CA_FILE BROKER_CERT`",
  compareClocks: "Vergleichen Sie die Uhren auf dem Rechner des Brokers und auf dem von haltere: `date -u`",
  madeForLater: "Gehen beide richtig, gilt das Zertifikat noch nicht: Es beginnt am {date}.",
  madeForLaterAnyway: "Gehen beide richtig, gilt das Zertifikat noch nicht.",
  forTlsServers:
    "Lassen Sie ein neues Zertifikat für einen TLS-Server ausstellen: mit extendedKeyUsage=serverAuth oder ohne diese Erweiterung, von einer CA (basicConstraints=CA:TRUE, keyUsage=keyCertSign).",
  pathLength:
    "Eine CA über dem Zertifikat des Brokers begrenzt die Länge der Kette (pathlen in basicConstraints). Lassen Sie das Zertifikat von einer anderen CA ausstellen, oder erstellen Sie eine CA ohne pathlen.",
  oldNeedsCa:
    "Alte Zertifikate (X.509 Version 1, ohne subjectAltName) nimmt haltere nur zusammen mit ihrer CA an: Tragen Sie sie als vertrauenswürdige CA ein.",
  correctFile:
    "Geben Sie Client-Zertifikat und Schlüssel neu ein: als PEM, der Schlüssel passend zum Zertifikat und unverschlüsselt.",
  nearerCa:
    "Lassen Sie das Zertifikat des Brokers von einer CA näher an der Wurzel ausstellen, oder tragen Sie eine selbstsignierte CA seiner Kette als vertrauenswürdige CA ein.",
  smallerChain:
    "In das certfile des Brokers gehören sein eigenes Zertifikat und die wenigen bis zur Wurzel, kein Bündel von CAs: `grep -c BEGIN CERTFILE` zählt sie.",
  keyOfAnother:
    "Das keyfile des Brokers gehört nicht zu seinem certfile, oder etwas fängt die Verbindung ab. Vergleichen Sie die öffentlichen Schlüssel: `openssl x509 -in CERT -noout -pubkey; openssl pkey -in KEY -pubout`",
  signAgain:
    "Lassen Sie dieses Zertifikat neu signieren, mit SHA-256 und von einer CA mit RSA ab 2048 Bit oder ECDSA auf P-256: `openssl x509 -req -sha256 -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -out BROKER_CERT`",
  showSignature:
    "So sehen Sie, wie ein Zertifikat signiert ist und welchen Schlüssel es hat: `openssl x509 -noout -text -in FILE`",
  newKey:
    "Erzeugen Sie einen neuen Schlüssel für den Broker, und lassen Sie ein Zertifikat dafür ausstellen: `openssl req -newkey rsa:2048 -nodes -keyout BROKER_KEY -out CSR -subj /CN=BROKER`",
  newCa:
    "Erstellen Sie eine neue CA mit einem anderen Schlüssel, stellen Sie damit das Zertifikat des Brokers aus, und tragen Sie sie als vertrauenswürdige CA ein: `openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -keyout CA_KEY -out CA_FILE -subj /CN=CA`",
  compareFingerprint:
    "Vergleichen Sie den Fingerabdruck von „{subject}“ mit der Datei auf dem Rechner des Brokers: {fingerprint} `openssl x509 -noout -fingerprint -sha256 -in FILE`",
  thenTrust: "Stimmen sie überein, vertrauen Sie dem Zertifikat.",
  otherIsGiven: "Die vertrauenswürdige CA dieser Verbindung ist ein anderes Zertifikat.",
  findCa:
    "Tragen Sie das Zertifikat von „{subject}“ als vertrauenswürdige CA ein. Der Broker sendet es nicht; sein Betreiber hat es, oft als ca.crt neben dem certfile des Brokers.",
  checkCa:
    "Um zu prüfen, ob es das richtige ist, muss das hier OK melden: `openssl verify -CAfile CA_FILE BROKER_CERT` (Fingerabdruck des Zertifikats des Brokers: {fingerprint})",
  giveCa: "Tragen Sie das Zertifikat der CA des Brokers als vertrauenswürdige CA ein.",
  givenLeadsElsewhere:
    "Die vertrauenswürdige CA dieser Verbindung passt nicht: Es ist eine andere, oder ein Zwischenzertifikat fehlt. Das certfile des Brokers sollte die Zwischenzertifikate enthalten.",
  fullChain:
    "Hat eine öffentliche CA es ausgestellt, sendet der Broker seine Zwischenzertifikate nicht: Sein certfile muss die ganze Kette enthalten (fullchain.pem, nicht cert.pem).",
  replaceExpired:
    "Ersetzen Sie das abgelaufene Zertifikat in der vertrauenswürdigen CA: `openssl x509 -noout -subject -enddate -in FILE`",
  renew:
    "Erneuern Sie „{subject}“, abgelaufen am {date}. Legen Sie es dorthin, wo das certfile des Brokers es erwartet, und lassen Sie den Broker es lesen: `kill -HUP` oder ein Neustart.",
  renewedAlready: "Ist es schon erneuert, benutzt der Broker noch das beim Start gelesene.",
  leaveServerName: "Lassen Sie den Servernamen (SNI) leer: Das Zertifikat gilt für {host}, den Host der URL.",
  giveServerName: "Tragen Sie {name} als Servernamen (SNI) ein: Das Zertifikat enthält diesen Namen.",
  useItsName: "Nehmen Sie einen Namen, den das Zertifikat enthält: `{url}`",
  noNames: "Das Zertifikat enthält gar keinen Namen.",
  itsNames: "Das Zertifikat gilt für: {names}",
  newWithName:
    "Oder lassen Sie es mit subjectAltName={kind}:{name} neu ausstellen: `printf 'subjectAltName={kind}:{name}\\n' > server.ext; openssl x509 -req -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -extfile server.ext -out BROKER_CERT`",
  giveItsCa:
    "Oder tragen Sie seine CA als vertrauenswürdige CA ein: Zusammen damit nimmt haltere einen Namen in dieser alten Form an.",

  allowSubscribe:
    "Erlauben Sie diesem Benutzer, das Topic zu abonnieren. In Dynamic Security von Mosquitto braucht seine Rolle eine ACL vom Typ subscribePattern oder subscribeLiteral; ein acl_file lehnt kein Abonnement ab.",
  allowPublish:
    "Erlauben Sie diesem Benutzer, an das Topic zu senden: „topic write TOPIC“ im acl_file von Mosquitto oder eine ACL vom Typ publishClientSend in Dynamic Security.",
  allowReceive:
    "Erlauben Sie diesem Benutzer, das Topic zu lesen: „topic read TOPIC“ im acl_file von Mosquitto oder eine ACL vom Typ publishClientReceive in Dynamic Security. Ohne sie nimmt Mosquitto das Abonnement an und liefert nichts.",
  perhapsNotPublished:
    "Broker mit MQTT 3.1.1 und manche andere bestätigen eine Nachricht, die sie dann verwerfen. Prüfen Sie, ob dieser Benutzer auch an das Topic senden darf.",
  perhapsSlow:
    "Hinter einem Cluster oder einer Bridge braucht die Nachricht vielleicht länger als erlaubt, oder eine Regel dort leitet sie anderswohin.",
  endedInsteadOfRefusing:
    "Manche Broker beenden die Sitzung oder antworten nicht, statt abzulehnen. Ihr Protokoll nennt den Grund.",
  anotherTopic:
    "Oder testen Sie mit einem Topic, das dieser Benutzer verwenden darf. Das Protokoll des Brokers nennt die Regel, die gegriffen hat.",

  tlsPluginOff: "Das Plugin tls ist aus; deshalb benutzt haltere die TLS-Einstellungen dieser Verbindung nicht.",
  tlsPluginOffForAll: "Das Plugin tls ist aus; deshalb benutzt haltere keine TLS-Einstellungen von Verbindungen.",
  passwordInClear:
    "Das Passwort geht unverschlüsselt an {host}. Nehmen Sie {scheme}://, sobald der Broker einen TLS-Listener hat.",
  sysEndsSession:
    "Der Broker beendet die Sitzung eines Clients, der nach $SYS fragt; Version und Laufzeit bleiben deshalb unbekannt. Lassen Sie diesen Benutzer $SYS/# lesen, und speichern Sie die Verbindung.",
  sysDenied:
    "Der Broker lässt diesen Benutzer $SYS/# nicht lesen; Version und Laufzeit sind deshalb unbekannt. Erlauben Sie es (acl_file von Mosquitto: topic read $SYS/#).",
  sysSilent:
    "Der Broker veröffentlicht nichts über sich. Um Version und Laufzeit zu sehen, lassen Sie diesen Benutzer $SYS/# lesen (acl_file von Mosquitto: topic read $SYS/#; sys_interval darf nicht 0 sein).",
  notVerified:
    "Die Identität des Brokers wird nicht geprüft. Tragen Sie seine CA als vertrauenswürdige CA ein, und schalten Sie „Zertifikat des Brokers prüfen“ ein.",
  legacyCertificate:
    "Das Zertifikat hat eine alte Form (X.509 Version 1, kein passender subjectAltName, eine CA als Server oder eine unübliche Signatur) und wird nur angenommen, weil seiner CA vertraut wird. Lassen Sie ein neues mit subjectAltName ausstellen.",
  expiresSoon: "Das Zertifikat {subject} läuft am {date} ab.",

  unreadable:
    "haltere kann nicht lesen, was von dieser Verbindung gespeichert ist. Bearbeiten Sie sie und geben Sie ihre Einstellungen neu ein, oder löschen Sie sie. Der Grund liegt im Feld „{field}“: {fault}",
  sameClientId:
    "{connections} benutzt dieselbe Client-Kennung am selben Broker; die beiden trennen einander immer wieder. Geben Sie einer davon unter Bearbeiten → Erweitert eine andere.",
  testedWithOtherId:
    "Die Verbindung mit dieser Client-Kennung steht; deshalb hat der Test eine andere benutzt, die mit ihr beginnt. Ein Broker mit Regeln für ganze Kennungen behandelt sie vielleicht anders.",
};
