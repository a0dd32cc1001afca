/** The first fault of a URL, checked while it is typed. The server makes the final check. */
export type UrlFault = "empty" | "scheme" | "host" | "port" | "userinfo" | "fragment";

const SCHEMES = new Set(["mqtt", "mqtts", "ws", "wss", "tcp", "ssl", "tls"]);

export function urlFault(text: string): UrlFault | undefined {
  const url = text.trim();
  if (url === "") return "empty";
  const parts = /^([a-z]+):\/\/([^/?#]*)([^#]*)(#.*)?$/i.exec(url);
  if (!parts || !SCHEMES.has((parts[1] ?? "").toLowerCase())) return "scheme";
  const authority = parts[2] ?? "";
  if (authority.includes("@")) return "userinfo";
  if (parts[4]) return "fragment";
  const hostAndPort = /^(\[[0-9a-f:.%]+\]|[^:]*)(?::(.*))?$/i.exec(authority);
  if (!hostAndPort?.[1]) return "host";
  const port = hostAndPort[2];
  if (port !== undefined && !(/^[0-9]+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) return "port";
  return undefined;
}

/** Whether a URL has a TLS scheme. */
export function isTls(url: string): boolean {
  return /^\s*(mqtts|wss|ssl|tls):/i.test(url);
}

/** The schemes by the ports that brokers commonly use. */
const SCHEME_OF_PORT: Readonly<Record<string, string>> = {
  "1883": "mqtt",
  "80": "ws",
  "8080": "ws",
  "9001": "ws",
  "443": "wss",
  "8084": "wss",
};

/** A complete URL for a host that was entered without a scheme; undefined if the text is not a host. */
export function suggestUrl(text: string): string | undefined {
  const [, host, port] = /^([a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?\/?$/i.exec(text.trim()) ?? [];
  if (host === undefined) return undefined;
  const url = port === undefined ? `mqtts://${host}:8883` : `${SCHEME_OF_PORT[port] ?? "mqtts"}://${host}:${port}`;
  return urlFault(url) === undefined ? url : undefined;
}

/** The schemes to choose from, with their default ports. The others are aliases. */
export const SCHEMES_AND_PORTS = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;
export type Scheme = keyof typeof SCHEMES_AND_PORTS;

const ALIASES: Readonly<Record<string, Scheme>> = { tcp: "mqtt", ssl: "mqtts", tls: "mqtts" };

/** The URL with another scheme. A port that is the default one stays the default; a path needs WebSocket. */
export function withScheme(url: string, scheme: Scheme): string {
  const [, before = "", host = "", port, path = ""] =
    /^([a-z]+):\/\/(\[[^\]]*\]|[^/?#:]*)(?::([0-9]+))?(.*)$/is.exec(url.trim()) ?? [];
  const old = ALIASES[before.toLowerCase()] ?? (before.toLowerCase() as Scheme);
  if (host === "" || old === scheme) return url;
  const isDefault = Number(port) === SCHEMES_AND_PORTS[old];
  const newPort = port === undefined ? "" : `:${isDefault ? SCHEMES_AND_PORTS[scheme] : port}`;
  return `${scheme}://${host}${newPort}${scheme.startsWith("ws") ? path : ""}`;
}

/** The host of a broker's URL, as a first name for the connection; empty without one. */
export function hostOf(url: string): string {
  const [, host = ""] = /^\s*[a-z]+:\/\/(\[[^\]]*\]|[^/?#:@\s]*)(?![^/?#]*@)/i.exec(url) ?? [];
  return host.replaceAll(/[[\]]/g, "");
}
