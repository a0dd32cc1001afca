import type { LinkStage } from "../api/schema";

/** What to try about a failure: by code and stage, by code alone, or by how the code begins; nothing where we have no words. */
export function findHint(hints: Readonly<Record<string, string>>, code: string, stage?: LinkStage): string | undefined {
  const family = Object.keys(hints).find((key) => key.endsWith("_") && code.startsWith(key));
  return hints[`${code}@${stage}`] ?? hints[code] ?? (family && hints[family]);
}

/** How the server says, in its advice, that the TLS settings of a connection are not used. */
export function isTlsPluginAdvice(sentence: string): boolean {
  return sentence.startsWith("The plugin tls is off:");
}

/** How the server says the same at the end of a reason. */
export function blamesTlsPlugin(reason: string | undefined): boolean {
  return reason?.includes("; the plugin tls is off, so ") ?? false;
}

/** Whether a connection's page says by itself what a sentence of advice says, which is for users of the API. */
export function isRedundantAdvice(sentence: string, isWell: boolean): boolean {
  return isTlsPluginAdvice(sentence) || (isWell && sentence.includes("$SYS"));
}
