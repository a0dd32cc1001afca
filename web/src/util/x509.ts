/** What people recognise a certificate by. */
export interface CertificateName {
  /** The common name of its subject, else its organization: `CN=press`; empty if it has neither. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** The most characters of a name. */
const MAX_NAME = 64;

/** One element of DER: its tag, and where its content is. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const [SEQUENCE, SET, OID, UTC_TIME, GENERALIZED_TIME, BMP_STRING, VERSION] = [
  0x30, 0x31, 0x06, 0x17, 0x18, 0x1e, 0xa0,
];

/** The attributes that name a subject, the preferred one first, by their encoded types. */
const NAMES = [
  ["85.4.3", "CN"],
  ["85.4.10", "O"],
  ["85.4.11", "OU"],
] as const;

/** Reads a certificate in DER (RFC 5280 §4.1); undefined if it is none. Nothing of it is verified. */
export function readCertificate(der: Uint8Array): CertificateName | undefined {
  const certificate = elementAt(der, 0, der.length);
  const [tbs] = certificate?.tag === SEQUENCE ? children(der, certificate) : [];
  const fields = tbs?.tag === SEQUENCE ? children(der, tbs) : [];
  // The version is left out of certificates of version 1.
  const [, , , validity, subject] = fields[0]?.tag === VERSION ? fields.slice(1) : fields;
  if (validity?.tag !== SEQUENCE || subject?.tag !== SEQUENCE) return undefined;
  const [, end] = children(der, validity);
  const notAfter = end && readTime(der, end);
  return notAfter === undefined ? undefined : { name: readName(der, subject), notAfter };
}

function readName(der: Uint8Array, subject: Element): string {
  const found = new Map<string, string>();
  for (const set of children(der, subject)) {
    if (set.tag !== SET) continue;
    for (const attribute of children(der, set)) {
      const [type, value] = children(der, attribute);
      if (type?.tag === OID && value) found.set(der.subarray(type.start, type.end).join("."), readText(der, value));
    }
  }
  const [type, attribute] = NAMES.find(([type]) => found.has(type)) ?? [];
  return type ? `${attribute}=${found.get(type)}` : "";
}

/** A text without characters that are invisible or change the direction of others. */
function readText(der: Uint8Array, { tag, start, end }: Element): string {
  const text = new TextDecoder(tag === BMP_STRING ? "utf-16be" : "utf-8").decode(der.subarray(start, end));
  const visible = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
  const characters = [...visible];
  return characters.length > MAX_NAME ? `${characters.slice(0, MAX_NAME).join("")}…` : visible;
}

function readTime(der: Uint8Array, { tag, start, end }: Element): number | undefined {
  if (tag !== UTC_TIME && tag !== GENERALIZED_TIME) return undefined;
  const text = new TextDecoder().decode(der.subarray(start, end));
  const pattern =
    tag === UTC_TIME ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
  const [, year, month, day, hour, minute, second] = (pattern.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined) return undefined;
  // Two digits are a year from 1950 to 2049.
  const century = tag === UTC_TIME ? (year < 50 ? 2000 : 1900) : 0;
  return Date.UTC(century + year, month - 1, day, hour, minute, second);
}

/** The elements inside another one; fewer if it is cut off. */
function children(der: Uint8Array, { start, end }: Element): Element[] {
  const found: Element[] = [];
  for (let at = start; at < end;) {
    const element = elementAt(der, at, end);
    if (!element) break;
    found.push(element);
    at = element.end;
  }
  return found;
}

/** The element at an offset; undefined if it does not end before `limit`. */
function elementAt(der: Uint8Array, at: number, limit: number): Element | undefined {
  const [tag, first] = [der[at], der[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const bytes = first - 0x80;
    // A length of no or more than four bytes is not that of a certificate.
    if (bytes === 0 || bytes > 4) return undefined;
    length = der.subarray(start, start + bytes).reduce((sum, byte) => sum * 256 + byte, 0);
    start += bytes;
  }
  const end = start + length;
  return end <= limit ? { tag, start, end } : undefined;
}
