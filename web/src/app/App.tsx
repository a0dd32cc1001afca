import { MantineProvider, mergeThemeOverrides } from "@mantine/core";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Suspense, useMemo } from "react";

import { ApiError } from "../api/client";
import { followEvents } from "../api/events";
import { lazyComponent } from "../api/lazy-component";
import { keepPreferences } from "../api/preferences";
import { readinessQuery } from "../api/readiness";
import { checkSession, prefetchProfile } from "../api/session";
import { useIsSettled } from "../hooks/use-is-settled";
import { useMessages } from "../i18n/language";
import { styleNonce } from "../util/page-meta";
import { router } from "./routes";
import { theme } from "./theme";

const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: onRequestError }),
  mutationCache: new MutationCache({
    onError: (error) => {
      if (error instanceof ApiError && error.isUnauthorized) void checkSession(queryClient);
      onRequestError(error);
    },
  }),
  defaultOptions: {
    // haltere may be reachable while the browser believes to be offline, so always try.
    queries: {
      networkMode: "always",
      retry: (count, error) => count < 3 && isUnreachable(error),
      refetchOnWindowFocus: false,
    },
    // Passwords, tokens and invitations do not stay in memory once their form is closed.
    mutations: { networkMode: "always", gcTime: 0 },
  },
});

prefetchProfile(queryClient);
followEvents(queryClient);
keepPreferences(queryClient);

/** An error may reveal that the server can't store anything: then update the banner, too. */
function onRequestError(error: Error) {
  if (error instanceof ApiError && error.reason) void queryClient.invalidateQueries(readinessQuery);
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.isUnreachable;
}

const NotificationList = lazyComponent(async () => (await import("../components/NotificationList")).NotificationList);

/** Shows notifications, also those from before it has loaded. */
function Toasts() {
  const isSettled = useIsSettled();
  return (
    // There before the first notification: screen readers announce what is added to a region that they know.
    <div aria-live="polite">
      <Suspense>{isSettled && <NotificationList />}</Suspense>
    </div>
  );
}

/** Names the close buttons for screen readers. */
function closeButtonLabels(close: string) {
  const named = { defaultProps: { closeButtonProps: { "aria-label": close } } };
  return { Modal: named, Notification: named };
}

/** The root component: providers and router. */
export function App() {
  const t = useMessages();
  const localizedTheme = useMemo(() => mergeThemeOverrides(theme, { components: closeButtonLabels(t.close) }), [t]);
  return (
    <MantineProvider theme={localizedTheme} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} context={{ queryClient }} />
        <Toasts />
      </QueryClientProvider>
    </MantineProvider>
  );
}
