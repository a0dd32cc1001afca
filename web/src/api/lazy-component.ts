import type { ComponentType, LazyExoticComponent } from "react";
import { lazy } from "react";

import { api } from "./client";

/** How long to wait before the server is asked again, in milliseconds. */
const PAUSE = 2_000;

/**
 * A component whose code loads when it is first rendered. If the server is unreachable, it loads as soon as that is
 * over: an error would take the whole page away.
 */
export function lazyComponent<P>(load: () => Promise<ComponentType<P>>): LazyExoticComponent<ComponentType<P>> {
  return lazy(async () => ({ default: await loadWhenReachable(load) }));
}

async function loadWhenReachable<T>(load: () => Promise<T>): Promise<T> {
  // oxlint-disable no-await-in-loop -- one attempt after the other
  for (let wasReachable = false; ;) {
    try {
      return await load();
    } catch (error) {
      // A server that answers and does not have the file may have been upgraded.
      if (wasReachable) throw error;
    }
    wasReachable = await isReachable();
    if (!wasReachable) await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

const isReachable = async (): Promise<boolean> =>
  api.GET("/healthz").then(
    () => true,
    () => false,
  );
