import type { LinkStage } from "../api/schema";

/** What to try about a failure: by code and stage, by code alone, or by how the code begins; nothing where we have no words. */
export function hint(hints: Readonly<Record<string, string>>, code: string, stage?: LinkStage): string | undefined {
  const family = Object.keys(hints).find((key) => key.endsWith("_") && code.startsWith(key));
  return hints[`${code}@${stage}`] ?? hints[code] ?? (family && hints[family]);
}
