/** Made by `build/role-actions.ts`. */
declare module "virtual:role-actions" {
  /** The actions that each role allows, by the API's names. */
  export const ROLE_ACTIONS: Readonly<Record<string, readonly import("./api/schema").Permission[]>>;
}
