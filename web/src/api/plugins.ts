import { queryOptions } from "@tanstack/react-query";

import { api, data } from "./client";

export const plugins = queryOptions({ queryKey: ["plugins"], queryFn: () => data(api.GET("/api/plugins")) });

export const switchPlugin = (pluginId: string, enabled: boolean) =>
  data(api.PUT("/api/plugins/{pluginId}", { params: { path: { pluginId } }, body: { enabled } }));

/** What a switch would do, without moving it. */
export const planSwitch = (pluginId: string, enabled: boolean) =>
  data(
    api.PUT("/api/plugins/{pluginId}", { params: { path: { pluginId }, query: { dryRun: true } }, body: { enabled } }),
  );
