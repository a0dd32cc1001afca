/** The hints of `en-hints.ts` in German. */
export const hints: Record<string, string> = {
  ECONNREFUSED: "Läuft der Broker, und stimmt der Port? Eine ablehnende Firewall sieht genauso aus.",
  ETIMEDOUT: "Niemand antwortet. Stimmt die Adresse, und verwirft eine Firewall die Pakete?",
  "ETIMEDOUT@tls":
    "Die Gegenseite nimmt die Verbindung an, beantwortet aber den TLS-Handshake nicht. Ist das der TLS-Port des Brokers?",
  "ETIMEDOUT@websocket":
    "Die Gegenseite nimmt die Verbindung an, beantwortet aber den WebSocket-Aufbau nicht. Prüfen Sie Port und Pfad.",
  "ETIMEDOUT@mqtt":
    "Die Gegenseite nimmt die Verbindung an, antwortet aber nicht auf MQTT. Ist das ein Broker, und ist das sein Port?",
  "ETIMEDOUT@closed":
    "Der Broker antwortet nicht mehr. Prüfen Sie das Netz zwischen beiden Maschinen und die Last des Brokers.",
  "ETIMEDOUT@roundtrip":
    "Die Nachricht kam nicht zurück. Die Regeln des Brokers müssen diesem Benutzer erlauben, an das Topic zu senden und es zu lesen.",
  EHOSTUNREACH: "Von hier führt kein Weg zu dieser Adresse. Prüfen Sie Routen, VPN und ob die Maschine an ist.",
  ENETUNREACH: "Diese Maschine hat keine Route in jenes Netz. Prüfen Sie Netz und VPN.",
  ECONNRESET: "Die Gegenseite hat aufgelegt. Stimmt das Schema: mqtt:// für Ports ohne, mqtts:// für solche mit TLS?",
  "ECONNRESET@closed":
    "Die Verbindung ist abgerissen. Das Protokoll des Brokers sagt, warum; auch ein Gerät im Netz dazwischen kann sie beendet haben.",
  EACCES:
    "Die Maschine, auf der haltere läuft, erlaubt diese Verbindung nicht. Prüfen Sie Firewall und Sicherheitsregeln.",
  EADDRNOTAVAIL: "Die Maschine, auf der haltere läuft, hat keinen Port und keine Adresse für diese Verbindung frei.",
  EMFILE: "haltere hat zu viele Dateien offen. Erhöhen Sie die Grenze (LimitNOFILE, ulimit -n).",
  EIO: "Die Maschine, auf der haltere läuft, konnte die Verbindung nicht aufbauen. Ihr Protokoll und ihre Netzeinstellungen sagen mehr.",
  EINVAL: "Benutzername, Passwort oder Client-Kennung ist zum Senden zu lang. Kürzen Sie.",
  ENOTFOUND: "Prüfen Sie die Schreibweise des Namens, und ob der Nameserver von haltere ihn kennt.",
  EAI_AGAIN: "Der Nameserver antwortet nicht. Prüfen Sie das Netz der Maschine, auf der haltere läuft.",
  EPROTO: "Was dort antwortet, spricht kein TLS. Prüfen Sie Schema und Port.",
  "EPROTO@websocket": "Was dort antwortet, spricht WebSocket nicht richtig. Prüfen Sie Port und Pfad.",
  "EPROTO@mqtt": "Was dort antwortet, spricht kein MQTT. Prüfen Sie Schema und Port.",
  "EPROTO@closed": "Der Broker hat eine Regel von MQTT verletzt. Ein Proxy dazwischen kann die Ursache sein.",
  ECONNCLOSED:
    "Der Broker hat die Verbindung geschlossen. Sein Protokoll sagt, warum; oft haben zwei Clients dieselbe Kennung.",
  "ECONNCLOSED@tls": "Die Verbindung wurde während des TLS-Handshakes geschlossen. Erwartet dieser Port TLS?",
  "ECONNCLOSED@mqtt":
    "Die Verbindung wurde geschlossen, bevor der Broker antwortete. Der Port erwartet vielleicht TLS oder ein anderes Protokoll.",
  "ECONNCLOSED@roundtrip":
    "Der Broker hat die Sitzung beendet, statt das Topic abzulehnen. Erlauben Sie diesem Benutzer, daran zu senden und es zu lesen.",
  ERR_WEBSOCKET_UPGRADE: "Ein Webserver hat geantwortet, aber nicht mit einem WebSocket. Prüfen Sie den Pfad.",
  ERR_NO_DESCRIPTORS: "haltere hat keine Dateideskriptoren für weitere Broker: LimitNOFILE erhöhen.",
  ERR_EGRESS_DENIED: "Die Konfiguration von haltere erlaubt diese Adresse nicht: siehe [egress].",
  ERR_INTERNAL: "Das ist ein Fehler in haltere. Sein Protokoll sagt mehr: Bitte melden Sie ihn.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "Das Zertifikat stammt von einer CA, die haltere nicht kennt. Geben Sie deren Zertifikat an.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "Ein CA-Zertifikat fehlt. Geben Sie die Wurzel an, in der die Kette des Brokers endet.",
  UNABLE_TO_GET_ISSUER_CERT: "Die vertraute CA ist eine Zwischen-CA. Geben Sie ihre Wurzel mit an.",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "Das Zertifikat des Brokers ist selbst signiert. Prüfen Sie unten den Fingerabdruck und vertrauen Sie ihm dann.",
  SELF_SIGNED_CERT_IN_CHAIN:
    "Die Kette des Brokers endet in einer eigenen CA. Prüfen Sie unten den Fingerabdruck und vertrauen Sie ihr dann.",
  CERT_HAS_EXPIRED: "Erneuern Sie das Zertifikat des Brokers. Bis dahin kommt niemand durch, der es prüft.",
  CERT_NOT_YET_VALID: "Das Zertifikat beginnt in der Zukunft. Prüfen Sie die Uhren beider Maschinen.",
  CERT_SIGNATURE_FAILURE:
    "Die CA wurde vermutlich neu ausgestellt. Geben Sie ihr jetziges Zertifikat als vertraute CA an.",
  CERT_UNTRUSTED:
    "Dem Zertifikat des Brokers wird für diesen Zweck nicht vertraut. Stellen Sie eines für einen TLS-Server aus.",
  CERT_CHAIN_TOO_LONG:
    "Zwischen dem Zertifikat des Brokers und seiner Wurzel stehen zu viele CAs. Benutzen Sie eine kürzere Kette.",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "Das Zertifikat gilt für einen anderen Namen. Benutzen Sie einen, der darin steht, oder stellen Sie eines für diesen Namen aus.",
  INVALID_PURPOSE:
    "Ein Zertifikat des Brokers ist für einen anderen Zweck gemacht. Stellen Sie eines für einen TLS-Server aus.",
  PATH_LENGTH_EXCEEDED:
    "Eine CA in der Kette des Brokers erlaubt keine weiteren CAs unter sich. Lassen Sie das Zertifikat von einer anderen ausstellen.",
  UNSPECIFIED: "Das Zertifikat des Brokers lässt sich nicht lesen. Stellen Sie ein neues aus.",
  ERR_TLS_INVALID_CONTEXT:
    "Die gespeicherte CA, das Zertifikat oder der Schlüssel ist unbrauchbar. Geben Sie sie neu an.",
  EE_KEY_TOO_SMALL:
    "Der Schlüssel des Zertifikats des Brokers ist zu klein. Stellen Sie eines mit RSA ab 2048 Bit, ECDSA oder Ed25519 aus.",
  CA_KEY_TOO_SMALL:
    "Der Schlüssel einer CA in der Kette des Brokers ist zu klein. Nötig ist RSA ab 2048 Bit, ECDSA oder Ed25519.",
  CA_MD_TOO_WEAK:
    "Ein Zertifikat des Brokers ist mit einem gebrochenen Verfahren signiert (MD5, SHA-1). Signieren Sie es neu mit SHA-256.",
  UNSUPPORTED_SIGNATURE_ALGORITHM:
    "Ein Zertifikat des Brokers benutzt ein Verfahren, das haltere nicht unterstützt. Stellen Sie eines mit RSA oder ECDSA und SHA-256 oder mit Ed25519 aus.",
  EC_KEY_EXPLICIT_PARAMS:
    "Das Zertifikat schreibt seine elliptische Kurve aus. Stellen Sie eines aus, das sie benennt, zum Beispiel P-256.",
  ERR_SSL_BAD_SIGNATURE:
    "Der Broker konnte nicht beweisen, dass er den Schlüssel zu seinem Zertifikat hat. Gehören beide auf dem Broker zusammen?",
  ERR_SSL_UNSUPPORTED_PROTOCOL:
    "Der Broker bietet keine TLS-Version an, die haltere annimmt. Erlauben Sie dort TLS 1.2 oder 1.3.",
  ERR_SSL_EXCESSIVE_MESSAGE_SIZE:
    "Der Broker schickt mehr Zertifikate, als haltere annimmt. Schicken Sie nur die eigene Kette.",
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    "Beide finden keine gemeinsamen TLS-Einstellungen, oder der Broker verlangt ein Client-Zertifikat. Prüfen Sie seine ciphers, und erlauben Sie TLS 1.2 oder 1.3.",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION:
    "Der Broker nimmt keine TLS-Version an, die haltere anbietet. Erlauben Sie dort TLS 1.2 oder 1.3.",
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY:
    "Der Broker verlangt stärkere Verfahren, als haltere anbietet. Prüfen Sie seine Einstellung ciphers.",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    "Der Broker verlangt ein Client-Zertifikat. Geben Sie eines samt Schlüssel an.",
  ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE: "Der Broker verlangt ein Client-Zertifikat. Geben Sie eines samt Schlüssel an.",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "Der Broker kennt die CA unseres Client-Zertifikats nicht.",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "Der Broker nimmt unser Client-Zertifikat nicht an. Sein Protokoll sagt, warum.",
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    "Der Broker kann unser Client-Zertifikat nicht gebrauchen. Stellen Sie eines für einen TLS-Client aus, mit RSA oder ECDSA.",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: "Unser Client-Zertifikat wurde widerrufen. Stellen Sie ein neues aus.",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    "Unser Client-Zertifikat ist abgelaufen, oder die Uhr des Brokers geht falsch.",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    "Der Broker nimmt unser Client-Zertifikat nicht an. Sein Protokoll sagt, warum.",
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: "Der Broker erkennt unser Client-Zertifikat und lässt es nicht ein.",
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME:
    "Unter diesem Namen antwortet dort niemand. Prüfen Sie den Host oder den Servernamen (SNI).",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY:
    "Der Broker erwartet einen vorab geteilten Schlüssel (PSK), den haltere nicht unterstützt. Richten Sie einen Listener mit Zertifikat ein.",
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
    "Der Broker nimmt keines der verlangten Protokolle an (ALPN). Prüfen Sie dieses Feld.",
  ERR_SSL_: "Der Broker hat den TLS-Handshake abgebrochen. Sein Protokoll sagt, warum.",
  NOT_AUTHORIZED: "Der Broker lehnt Benutzername und Passwort ab. Mosquitto sagt dasselbe, wenn beides fehlt.",
  "NOT_AUTHORIZED@closed": "Der Broker hat die Sitzung mangels Rechten beendet. Prüfen Sie, was dieser Benutzer darf.",
  "NOT_AUTHORIZED@roundtrip":
    "Erlauben Sie diesem Benutzer in den Regeln des Brokers, an das Topic zu senden und es zu abonnieren.",
  BAD_USER_NAME_OR_PASSWORD: "Prüfen Sie Benutzername und Passwort.",
  CLIENT_IDENTIFIER_NOT_VALID:
    "Der Broker nimmt diese Client-Kennung nicht an. Geben Sie unter Erweitert eine andere an.",
  IDENTIFIER_REJECTED: "Der Broker nimmt diese Client-Kennung nicht an. Geben Sie unter Erweitert eine andere an.",
  BANNED: "Der Broker hat diesen Client gesperrt. Heben Sie die Sperre dort auf.",
  BAD_AUTHENTICATION_METHOD:
    "Der Broker verlangt eine erweiterte Anmeldung, die haltere nicht unterstützt. Erlauben Sie dort Benutzername und Passwort.",
  UNSUPPORTED_PROTOCOL_VERSION: "Der Broker spricht weder MQTT 5 noch 3.1.1. Aktualisieren Sie ihn.",
  UNACCEPTABLE_PROTOCOL_VERSION: "Der Broker spricht weder MQTT 5 noch 3.1.1. Aktualisieren Sie ihn.",
  SERVER_UNAVAILABLE: "Der Broker ist zurzeit nicht verfügbar. Sein Protokoll sagt, warum.",
  SERVER_BUSY: "Der Broker ist ausgelastet. Prüfen Sie seine Last und seine Grenzen.",
  SERVER_SHUTTING_DOWN: "Der Broker wird heruntergefahren. haltere verbindet sich wieder, sobald er zurück ist.",
  USE_ANOTHER_SERVER: "Der Broker schickt Clients zu einem anderen Server. Benutzen Sie dessen URL.",
  SERVER_MOVED: "Der Broker ist endgültig umgezogen. Geben Sie seine neue URL an.",
  SESSION_TAKEN_OVER: "Ein anderer Client benutzt dieselbe Client-Kennung. Geben Sie jedem eine eigene.",
  KEEP_ALIVE_TIMEOUT:
    "Der Broker hat zu lange nichts von haltere gehört. Prüfen Sie das Netz zwischen beiden Maschinen.",
  ADMINISTRATIVE_ACTION: "Jemand hat die Sitzung auf dem Broker beendet.",
  CONNECTION_RATE_EXCEEDED: "Zu viele Verbindungen in kurzer Zeit. Erhöhen Sie diese Grenze auf dem Broker.",
  QUOTA_EXCEEDED: "Ein Kontingent auf dem Broker ist aufgebraucht. Erhöhen Sie es dort.",
  MESSAGE_RATE_TOO_HIGH: "Eine Ratengrenze auf dem Broker ist erreicht. Erhöhen Sie sie dort.",
  PACKET_TOO_LARGE: "Der Broker nimmt nur kleinere Pakete an. Erhöhen Sie seine Grenze (Mosquitto: max_packet_size).",
  MAXIMUM_CONNECT_TIME: "Der Broker begrenzt die Dauer einer Sitzung, und die Zeit war um.",
  UNSPECIFIED_ERROR: "Der Broker nennt keinen Grund. Sein Protokoll sagt mehr.",
  IMPLEMENTATION_SPECIFIC_ERROR: "Der Broker lehnt nach einer eigenen Regel ab. Sein Protokoll sagt mehr.",
  MALFORMED_PACKET:
    "Der Broker konnte nicht lesen, was haltere schickte. Ein Proxy dazwischen verändert es vielleicht.",
  PROTOCOL_ERROR: "Der Broker meldet, haltere habe eine Regel von MQTT verletzt. Sein Protokoll sagt mehr.",
  PAYLOAD_FORMAT_INVALID:
    "Der Broker beanstandet etwas, das haltere nicht schickt. Ein Plugin oder Proxy dort kann die Ursache sein.",
  CONNECTION_REFUSED: "Der Broker lehnt die Verbindung mit einem eigenen Code ab. Sein Protokoll sagt mehr.",
  NORMAL_DISCONNECTION: "Der Broker hat die Sitzung ohne Angabe von Gründen beendet. Sein Protokoll sagt mehr.",
};
