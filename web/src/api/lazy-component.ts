import type { ComponentType, LazyExoticComponent } from "react";
import { lazy } from "react";

import { api } from "./client";

/** How long to wait before the server is asked again, in milliseconds. */
const PAUSE = 2_000;

const RELOADED = "haltere.reloaded";

/**
 * A component whose code loads when it is first rendered, or as soon as the server is reachable. If the server no
 * longer has that code because it was upgraded, the page is reloaded.
 */
export function lazyComponent<P>(load: () => Promise<ComponentType<P>>): LazyExoticComponent<ComponentType<P>> {
  const loadWhenReachable = whenReachable(load);
  return lazy(async () => ({ default: await loadWhenReachable().catch(reload) }));
}

/**
 * Loads code, and if the server is unreachable, as soon as that is over: an error, or the reload that the router tries
 * then, would take the whole page away.
 */
export function whenReachable<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => {
    // oxlint-disable no-await-in-loop -- one attempt after the other
    for (let wasReachable = false; ;) {
      try {
        return await load();
      } catch (error) {
        if (wasReachable) throw error;
      }
      wasReachable = await isReachable();
      if (!wasReachable) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  };
}

const isReachable = async (): Promise<boolean> =>
  api.GET("/healthz").then(
    () => true,
    () => false,
  );

/** Only once a minute, so that another cause shows up as an error. */
async function reload(error: unknown): Promise<never> {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < 60_000) throw error;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
  return new Promise(() => undefined);
}
