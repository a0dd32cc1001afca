import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "./client";

export const pluginsQuery = queryOptions({ queryKey: ["plugins"], queryFn: () => unwrap(api.GET("/api/plugins")) });

export const switchPlugin = (pluginId: string, enabled: boolean) =>
  unwrap(api.PUT("/api/plugins/{pluginId}", { params: { path: { pluginId } }, body: { enabled } }));

/** What switching a plugin would do, without switching it. */
export const previewPluginSwitch = (pluginId: string, enabled: boolean) =>
  unwrap(
    api.PUT("/api/plugins/{pluginId}", { params: { path: { pluginId }, query: { dryRun: true } }, body: { enabled } }),
  );
