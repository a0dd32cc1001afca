import type { Messages } from "./en";

/** The messages of `en-reasons.ts` in German. */
const reasons: Messages["reasons"] = {
  text: "{text}",
  internal: "haltere hat einen Fehler gemacht: {bug}",
  linkPanicked: "haltere hat einen Fehler gemacht. Mehr steht in seinem Protokoll; die Verbindung wird neu gestartet.",

  nameNotFound: "Den Hostnamen {host} gibt es nicht, oder er hat keine Adresse.",
  lookupFailed: "Der Hostname {host} lässt sich nicht auflösen: {resolver}",
  lookupTimedOut: "Der Hostname {host} lässt sich nicht auflösen: keine Antwort innerhalb von {seconds} s.",

  connectionRefused:
    "{peer} hat die Verbindung abgelehnt: Dort lauscht nichts, oder eine Firewall hat sie zurückgewiesen.",
  hostUnreachable: "{peer} ist nicht erreichbar: Es gibt keine Route zu diesem Host.",
  networkUnreachable: "{peer} ist nicht erreichbar: Es gibt keine Route in dieses Netz.",
  connectTimedOut:
    "{peer} hat nicht rechtzeitig geantwortet: Der Host ist aus, oder eine Firewall verwirft die Pakete.",
  connectReset: "{peer} hat die Verbindung während des Aufbaus abgebrochen.",
  connectForbidden: "Der Rechner von haltere erlaubt keine Verbindung zu {peer}.",
  noLocalAddress: "Der Rechner von haltere hat keine Adresse und keinen Port mehr frei für {peer}.",
  tooManyFiles: "haltere kann sich nicht mit {peer} verbinden: Es hat zu viele Dateien offen.",
  connectFailed: "haltere kann sich nicht mit {peer} verbinden: {io}",
  egressOwn: "haltere verbindet sich nicht mit {peer}, weil es dort selbst lauscht.",
  egressRule: "Die Egress-Regeln verbieten {ip}: egress.rules[{index}], {rule}",
  egressDefault: "Die Egress-Regeln verbieten {ip}, solange keine Regel in egress.rules es erlaubt ({network}).",
  noDescriptors: "Wartet: haltere hat keinen Dateideskriptor mehr für diesen Broker.",

  silentAtTls: "{peer} hat die Verbindung angenommen, aber nicht rechtzeitig auf den TLS-Handshake geantwortet.",
  silentAtWebsocket:
    "{peer} hat die Verbindung angenommen, aber nicht rechtzeitig auf das WebSocket-Upgrade geantwortet.",
  silentAtMqtt: "{peer} hat die Verbindung angenommen, aber nicht rechtzeitig per MQTT geantwortet.",
  closedEarly:
    "{peer} hat die Verbindung geschlossen, ohne zu antworten. Der Port erwartet vielleicht TLS oder ein anderes Protokoll, oder der Broker nimmt diesen Client nicht an.",
  closedBecause: "{peer} hat den WebSocket geschlossen (Status {status}).",
  speaksTlsInTls: "{peer} antwortet nicht wie ein MQTT-Broker: Es kam TLS innerhalb von TLS.",
  speaksHttp: "{peer} spricht HTTP, nicht MQTT. Für MQTT über WebSocket dient ws:// oder wss://.",
  notMqtt: "{peer} antwortet nicht wie ein MQTT-Broker: {violation}",
  droppedByBroker:
    "{peer} hat die Verbindung abgebrochen. Der Broker nimmt diesen Client vielleicht nicht an; mehr steht in seinem Protokoll.",
  droppedAtWebsocket: "{peer} hat die Verbindung abgebrochen. Spricht dieser Port WebSocket, und mit oder ohne TLS?",
  droppedAtMqtt: "{peer} hat die Verbindung abgebrochen. Erwartet dieser Port TLS?",
  connectionFailed: "Die Verbindung zu {peer} ist gescheitert: {io}",
  unsendable: "Mit diesen Zugangsdaten kann sich haltere nicht anmelden: {violation}",

  upgradeRedirected: "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}): Es verweist auf „{location}“.",
  upgradeRedirectedNowhere: "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}) und verweist anderswohin.",
  upgradeNeedsLogin: "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}): Es verlangt eine eigene Anmeldung.",
  upgradeForbidden: "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}): Es verweigert den Zugriff.",
  upgradeNotAccepted: "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}).",
  upgradeNoBroker: "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}): Unter diesem Pfad ist kein Broker.",
  upgradeTooMany: "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}): zu viele Anfragen in kurzer Zeit.",
  upgradeBadGateway:
    "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}): Es erreicht den Broker dahinter nicht.",
  upgradeUnavailable:
    "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}): Der Server oder der Broker dahinter ist zurzeit nicht verfügbar.",
  upgradeServerFailed: "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}): Der Server hat einen Fehler.",
  upgradeNotWebsocket:
    "{peer} hat das WebSocket-Upgrade abgelehnt (HTTP {status}): Unter diesem Pfad gibt es kein WebSocket.",
  upgradeSpeaksTls: "{peer} hat das WebSocket-Upgrade abgelehnt: Der Port erwartet TLS, also wss://.",
  upgradeFailed: "{peer} hat das WebSocket-Upgrade abgelehnt: {answer}",

  refusedNotAuthorized:
    "Der Broker hat die Verbindung abgelehnt: Er nimmt Benutzername und Passwort nicht an oder erlaubt diese Client-Kennung nicht.",
  refusedCredentials: "Der Broker hat die Verbindung abgelehnt: Er nimmt Benutzername und Passwort nicht an.",
  refusedUnavailable: "Der Broker hat die Verbindung abgelehnt: Er ist zurzeit nicht verfügbar.",
  refusedBusy: "Der Broker hat die Verbindung abgelehnt: Er ist überlastet.",
  refusedBanned: "Der Broker hat die Verbindung abgelehnt: Er hat diesen Client gesperrt.",
  refusedClientId: "Der Broker hat die Verbindung abgelehnt: Er erlaubt diese Client-Kennung nicht.",
  refusedVersion: "Der Broker hat die Verbindung abgelehnt: Er unterstützt weder MQTT 5 noch 3.1.1.",
  refusedRate: "Der Broker hat die Verbindung abgelehnt: zu viele Verbindungen in kurzer Zeit.",
  refusedQuota: "Der Broker hat die Verbindung abgelehnt: Ein Kontingent ist aufgebraucht.",
  refusedUnspecified: "Der Broker hat die Verbindung ohne Angabe eines Grundes abgelehnt.",
  refusedMalformed: "Der Broker hat die Verbindung abgelehnt: Er konnte nicht lesen, was haltere gesendet hat.",
  refusedProtocol: "Der Broker hat die Verbindung abgelehnt: haltere habe gegen eine Regel von MQTT verstoßen.",
  refusedOwnRule: "Der Broker hat die Verbindung nach einer eigenen Regel abgelehnt.",
  refusedAuthMethod:
    "Der Broker hat die Verbindung abgelehnt: Er verlangt erweiterte Authentifizierung, die haltere nicht unterstützt.",
  refusedPacketSize:
    "Der Broker hat die Verbindung abgelehnt: Die Anmeldung ist größer als die Pakete, die er annimmt.",
  refusedWill:
    "Der Broker hat die Verbindung abgelehnt: Er beanstandet eine Will-Nachricht, obwohl haltere keine sendet.",
  refusedUseAnother: "Der Broker hat die Verbindung abgelehnt: Er verweist vorerst auf einen anderen Server.",
  refusedMoved: "Der Broker hat die Verbindung abgelehnt: Er ist endgültig auf einen anderen Server umgezogen.",
  refusedWith: "Der Broker hat die Verbindung mit dem Grund {code} abgelehnt.",

  lostTakenOver: "Die Verbindung ist abgerissen: Ein anderer Client hat sich mit derselben Client-Kennung verbunden.",
  lostShutDown: "Die Verbindung ist abgerissen: Der Broker wird beendet.",
  lostKeepAlive: "Die Verbindung ist abgerissen: Der Broker hat von haltere nicht rechtzeitig etwas empfangen.",
  lostByAdministrator: "Die Verbindung ist abgerissen: Ein Administrator des Brokers hat sie beendet.",
  lostNotAuthorized: "Die Verbindung ist abgerissen: Der Broker nimmt diesen Client nicht mehr an.",
  lostUseAnother: "Die Verbindung ist abgerissen: Der Broker verweist vorerst auf einen anderen Server.",
  lostMoved: "Die Verbindung ist abgerissen: Der Broker ist endgültig auf einen anderen Server umgezogen.",
  lostWith: "Die Verbindung ist abgerissen: Der Broker hat sie mit dem Grund {code} beendet.",
  lostSilent:
    "Die Verbindung ist abgerissen: Der Broker hat innerhalb von {seconds} s nicht auf einen Ping geantwortet.",
  lostClosed: "Die Verbindung ist abgerissen: Der Broker hat sie geschlossen.",
  lostReset: "Die Verbindung ist abgerissen: Der Broker oder etwas auf dem Weg dorthin hat sie abgebrochen.",
  lostTimedOut: "Die Verbindung ist abgerissen: Der Broker hat Daten nicht rechtzeitig bestätigt.",
  lostViolation: "Die Verbindung ist abgerissen, weil der Broker gegen das MQTT-Protokoll verstoßen hat: {violation}",
  lostBecause: "Die Verbindung ist abgerissen: Der Broker hat den WebSocket geschlossen (Status {status}).",
  lostError: "Die Verbindung ist abgerissen: {io}",

  roundtripSubscriptionRefused: "Der Broker hat das Abonnement von {topic} abgelehnt: {code}",
  roundtripMessageRefused: "Der Broker hat die Nachricht an {topic} abgelehnt: {code}",
  roundtripSubscriptionSilent: "Der Broker hat das Abonnement von {topic} nicht innerhalb von {seconds} s beantwortet.",
  roundtripMessageSilent: "Der Broker hat die Nachricht an {topic} nicht innerhalb von {seconds} s bestätigt.",
  roundtripNotReturned:
    "Der Broker hat die Nachricht an {topic} angenommen, aber nicht innerhalb von {seconds} s zurückgesendet.",

  tlsSettings: "Die TLS-Einstellungen dieser Verbindung sind unbrauchbar. {field}: {fault}",
  tlsNothingInCommon:
    "Der Broker hat den TLS-Handshake sofort abgelehnt: Er nimmt keine TLS-Version, Cipher-Suite und Schlüsselart von haltere an oder nur Pre-shared Keys (PSK).",
  tlsBrokenOff:
    "Der Broker hat den TLS-Handshake abgebrochen, nachdem er sein Zertifikat gezeigt hatte. Sein Protokoll nennt den Grund.",
  tlsAlert: "Der Broker hat den TLS-Handshake abgebrochen ({alert}).",
  tlsSilent: "Der Broker ist während des TLS-Handshakes verstummt.",
  tlsClosed: "Die Verbindung wurde während des TLS-Handshakes geschlossen. Erwartet dieser Port TLS?",
  tlsOldVersion: "Der Broker spricht nur ältere TLS-Versionen; nötig ist 1.2 oder 1.3.",
  tlsNameUnknown: "Der Broker antwortet nicht auf den Hostnamen in der URL.",
  tlsServerNameUnknown: "Der Broker antwortet nicht auf den Servernamen (SNI) dieser Verbindung.",
  tlsNotSpoken: "Was dort antwortet, spricht kein TLS. Prüfen Sie den Port, oder nehmen Sie mqtt:// oder ws://.",
  tlsIncompatible: "Das TLS des Brokers und das von haltere passen nicht zusammen ({code}).",
  tlsViolation: "Der Broker verstößt gegen das TLS-Protokoll ({code}).",
  tlsTooLarge: "Der Broker sendet mehr als 64 KiB an Zertifikaten. Er sollte nur die Kette seines eigenen senden.",
  tlsKeyNotProven: "Der Broker konnte nicht beweisen, dass er den Schlüssel seines Zertifikats hat.",

  clientCertificateRequested: "Der Broker verlangt ein Client-Zertifikat.",
  clientCaUnknown: "Der Broker kennt die CA nicht, die das Client-Zertifikat ausgestellt hat.",
  clientCertificateExpired: "Der Broker hat das Client-Zertifikat abgelehnt, weil es abgelaufen ist.",
  clientCertificateRevoked: "Der Broker hat das Client-Zertifikat abgelehnt, weil es widerrufen ist.",
  clientCertificateRefused: "Der Broker hat das Client-Zertifikat abgelehnt ({alert}).",

  certificateUnreadable: "Das Zertifikat des Brokers ist unlesbar.",
  certificateExpired: "{whose} ist am {date} abgelaufen.",
  certificateNotYetValid: "{whose} gilt erst ab {time}. Prüfen Sie die Uhren beider Rechner.",
  chainTooLong: "Zwischen dem Zertifikat des Brokers und seiner Wurzel liegen mehr als 6 CAs.",
  selfSigned: "Das Zertifikat des Brokers ist selbstsigniert, und haltere vertraut ihm noch nicht.",
  privateCa: "Das Zertifikat des Brokers stammt von einer privaten CA, der haltere noch nicht vertraut.",
  unknownCa:
    "Das Zertifikat des Brokers stammt von einer CA, der haltere noch nicht vertraut, und der Broker hat kein Zwischenzertifikat gesendet.",
  chainEndsUnknown: "Die Kette des Zertifikats endet bei einer CA, der haltere noch nicht vertraut.",
  rootMissing: "Die vertrauenswürdige CA ist eine Zwischen-CA, und deren Wurzel fehlt.",
  signatureMismatch: "Eine Signatur in der Kette des Zertifikats passt nicht zur CA dieses Namens.",
  signerIsNoCa:
    "Das Zertifikat des Brokers wurde abgelehnt: Ein Zertifikat in seiner Kette signiert andere, ohne eine CA zu sein.",
  pathTooLong:
    "Das Zertifikat des Brokers wurde abgelehnt: Eine CA in seiner Kette erlaubt nicht so viele CAs unter sich.",
  notForServers: "Das Zertifikat des Brokers wurde abgelehnt: Es ist nicht für einen TLS-Server ausgestellt.",
  wrongName: "Das Zertifikat des Brokers gilt nicht für {host}, sondern für {names}.",
  noName: "Das Zertifikat des Brokers gilt nicht für {host}: Es enthält gar keinen Hostnamen.",
  addressAsDnsName:
    "Das Zertifikat des Brokers enthält die Adresse {host} als DNS-Namen. Das nimmt haltere nur zusammen mit einer vertrauenswürdigen CA der Verbindung an.",
  impossibleName: "Für {host} kann es kein Zertifikat geben: Das ist kein gültiger Hostname.",
  onlyCommonName:
    "Das Zertifikat des Brokers nennt den Host nur als Common Name. Das nimmt haltere nur zusammen mit einer vertrauenswürdigen CA der Verbindung an.",
  beginsBefore1970:
    "Das Zertifikat des Brokers gilt ab einem Tag vor 1970. Das nimmt haltere nur zusammen mit einer vertrauenswürdigen CA der Verbindung an.",
  certificateForm: "Das Zertifikat des Brokers hat eine Form, die haltere nicht annimmt ({code}).",
  certificateRefused: "Das Zertifikat des Brokers wurde abgelehnt ({code}).",
  keyTooSmall:
    "{whose} hat einen RSA-Schlüssel mit {bits} Bit; das ist zu klein. Erlaubt sind RSA ab 2048 Bit, ECDSA und Ed25519.",
  keyUnsupported:
    "{whose} hat einen Schlüssel, den haltere nicht unterstützt ({kind}). Erlaubt sind RSA, ECDSA und Ed25519.",
  curveExplicit: "{whose} schreibt seine elliptische Kurve aus. Sie muss mit Namen genannt sein, zum Beispiel P-256.",
  signatureTooWeak: "{whose} ist mit {algorithm} signiert; das ist zu schwach. Erlaubt ist SHA-256 oder besser.",
  signatureUnsupported:
    "{whose} ist mit {algorithm} signiert; das unterstützt haltere nicht. Erlaubt sind RSA und ECDSA mit SHA-256 oder besser und Ed25519.",
};

const notes: Messages["notes"] = {
  serverAddress: "Adresse des anderen Servers: „{server}“",
  brokerWords: "Meldung des Brokers: „{text}“",
  onceSubscribed: "Es geschah gleich nach dem Abonnieren von {topic}.",
  oncePublished: "Es geschah gleich nach dem Senden an {topic}.",
  onceSysAsked: "Es geschah, gleich nachdem haltere nach den Topics unter $SYS gefragt hatte.",
  withoutSysToo: "Sitzungen ohne die Frage nach $SYS enden ebenso schnell.",
  perhapsSameClientId:
    "Sitzungen ohne die Frage nach $SYS enden ebenso schnell; wahrscheinlich benutzt ein anderer Client dieselbe Client-Kennung.",
  tlsSettingsUnused: "Das Plugin tls ist aus; deshalb benutzt haltere die TLS-Einstellungen dieser Verbindung nicht.",
  tlsSettingsOff: "Das Plugin tls ist aus; deshalb würde haltere TLS-Einstellungen einer Verbindung nicht benutzen.",
  giveClientCertificate: "Geben Sie dieser Verbindung eines.",
  checkClientCertificate: "Prüfen Sie Client-Zertifikat und Schlüssel.",
  giveCa: "Tragen Sie diese CA unter „Vertrauenswürdige CA“ ein.",
  giveSelfSigned: "Um ihm zu vertrauen, tragen Sie es unter „Vertrauenswürdige CA“ ein.",
  otherCa: "Die Verbindung vertraut einer anderen CA. Tragen Sie die richtige unter „Vertrauenswürdige CA“ ein.",
  otherCaOrIntermediate:
    "Die Verbindung vertraut einer anderen CA. Tragen Sie die richtige unter „Vertrauenswürdige CA“ ein, oder lassen Sie den Broker seine Zwischenzertifikate mitsenden.",
  otherSelfSigned:
    "Die Verbindung vertraut einem anderen Zertifikat. Um diesem zu vertrauen, tragen Sie es unter „Vertrauenswürdige CA“ ein.",
  caMadeAgain:
    "Die CA wurde wahrscheinlich neu ausgestellt. Tragen Sie ihr aktuelles Zertifikat unter „Vertrauenswürdige CA“ ein.",
  useNameInUrl: "Nehmen Sie einen dieser Namen in die URL, oder lassen Sie das Zertifikat neu ausstellen.",
  useServerName:
    "Tragen Sie einen dieser Namen als Servernamen (SNI) ein, lassen Sie ihn leer, oder lassen Sie das Zertifikat neu ausstellen.",
};

const certificateOwners: Messages["certificateOwners"] = {
  broker: "Das Zertifikat des Brokers",
  trusted: "Ein Zertifikat unter „Vertrauenswürdige CA“",
  chain: "Ein Zertifikat in der Kette des Brokers",
};

/** What is part of the first load. */
export const reasonMessages = { reasons, notes, certificateOwners };
