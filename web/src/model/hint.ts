import type { LinkStage } from "../api/schema";

/** The hint for a failure: by code and stage, by code, or by prefix of the code; undefined without one. */
export function findHint(hints: Readonly<Record<string, string>>, code: string, stage?: LinkStage): string | undefined {
  const family = Object.keys(hints).find((key) => key.endsWith("_") && code.startsWith(key));
  return hints[`${code}@${stage}`] ?? hints[code] ?? (family && hints[family]);
}

/** Whether a sentence of the server's advice says that a connection's TLS settings are not used. */
export function isTlsPluginAdvice(sentence: string): boolean {
  return sentence.startsWith("The plugin tls is off:");
}

/** Whether a failure's message ends with the same statement. */
export function blamesTlsPlugin(reason: string | undefined): boolean {
  return reason?.includes("; the plugin tls is off, so ") ?? false;
}

/** Whether the connection's page already says what a sentence of advice says to users of the API. */
export function isRedundantAdvice(sentence: string, isOnline: boolean): boolean {
  return isTlsPluginAdvice(sentence) || (isOnline && sentence.includes("$SYS"));
}
