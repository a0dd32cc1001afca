import { queryOptions } from "@tanstack/react-query";

import { api, data } from "./client";

export const plugins = queryOptions({ queryKey: ["plugins"], queryFn: () => data(api.GET("/api/plugins")) });

export const switchPlugin = (pluginId: string, enabled: boolean) =>
  data(api.PUT("/api/plugins/{pluginId}", { params: { path: { pluginId } }, body: { enabled } }));
