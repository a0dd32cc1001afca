import type { QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "./client";
import type { SecondFactorProof, SecondFactorSetup } from "./schema";
import { checkSession } from "./session";

/** Begins to set up the user's second factor; what an app for one-time passwords needs to know. */
export const beginSecondFactor = (password: string): Promise<SecondFactorSetup> =>
  unwrap(api.POST("/api/profile/second-factor", { body: { password } }));

/** Ends the setup with a first code; the recovery codes. The user's other sessions end. */
export async function confirmSecondFactor(code: string): Promise<readonly string[]> {
  return (await unwrap(api.PUT("/api/profile/second-factor", { body: { code } }))).recoveryCodes;
}

/** Replaces the recovery codes; the new ones. */
export async function renewRecoveryCodes(proof: SecondFactorProof): Promise<readonly string[]> {
  return (await unwrap(api.POST("/api/profile/second-factor/recovery-codes", { body: proof }))).recoveryCodes;
}

/** Removes the user's second factor. Where one is required, the page that sets it up opens. */
export async function removeSecondFactor(queries: QueryClient, proof: SecondFactorProof): Promise<void> {
  await unwrap(api.DELETE("/api/profile/second-factor", { body: proof }));
  await checkSession(queries);
}

/** Notes that the user has seen that an administrator reset their second factor. */
export async function dismissSecondFactorReset(queries: QueryClient): Promise<void> {
  await unwrap(api.DELETE("/api/profile/second-factor/reset"));
  await checkSession(queries);
}
