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
  const place = /^(\[[0-9a-f:.%]+\]|[^:]*)(?::(.*))?$/i.exec(authority);
  if (!place?.[1]) return "host";
  const port = place[2];
  if (port !== undefined && !(/^[0-9]+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) return "port";
  return undefined;
}

/** Whether a URL has a TLS scheme. */
export function isTls(url: string): boolean {
  return /^\s*(mqtts|wss|ssl|tls):/i.test(url);
}
