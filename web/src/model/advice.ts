import type { ConnectionError } from "../api/schema";

/** Advice that the connection's page shows in a way of its own: the switch, or a link to it. */
const TLS_PLUGIN: ReadonlySet<string> = new Set(["tlsPluginOff", "tlsPluginOffForAll"]);

/** The same while the link is up. */
const SYS: ReadonlySet<string> = new Set(["sysEndsSession", "sysDenied"]);

/** Advice that is wrong for a broker that has been reached before. */
const NEVER_REACHED: ReadonlySet<string> = new Set(["addListener", "nameIsShort", "nameIsLocal"]);

/** Whether advice says that a connection's TLS settings are not used. */
export const isTlsPluginAdvice = ({ key }: { key: string }): boolean => TLS_PLUGIN.has(key);

/** Whether a failure says the same. */
export const blamesTlsPlugin = (error: ConnectionError | undefined): boolean =>
  error?.notes?.some(({ key }) => key === "tlsSettingsUnused" || key === "tlsSettingsOff") ?? false;

/** Whether the connection's page says it elsewhere, or knows better. */
export function isRedundantAdvice({ key }: { key: string }, link: { isOnline: boolean; wasOnline: boolean }): boolean {
  return TLS_PLUGIN.has(key) || (link.isOnline && SYS.has(key)) || (link.wasOnline && NEVER_REACHED.has(key));
}
