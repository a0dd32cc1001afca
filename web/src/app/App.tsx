import { MantineProvider, mergeThemeOverrides } from "@mantine/core";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Suspense, lazy, useMemo } from "react";

import { ApiFailure } from "../api/client";
import { readiness } from "../api/readiness";
import { askEarly, checkSession } from "../api/session";
import { useWords } from "../i18n/language";
import { router } from "./routes";
import { styleNonce } from "./server";
import { theme } from "./theme";

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: learn }),
  mutationCache: new MutationCache({
    onError: (failure) => {
      if (failure instanceof ApiFailure && failure.isLoggedOut) void checkSession(queries);
      learn(failure);
    },
  }),
  defaultOptions: {
    // A browser without the internet may well have haltere: it is asked, whatever the browser thinks.
    queries: {
      networkMode: "always",
      retry: (count, failure) => count < 3 && isUnreachable(failure),
      refetchOnWindowFocus: false,
    },
    mutations: { networkMode: "always" },
  },
});

askEarly(queries);

/** A failure may tell of more than itself: that nothing can be stored. */
function learn(failure: Error) {
  if (failure instanceof ApiFailure && failure.reason) void queries.invalidateQueries(readiness);
}

function isUnreachable(failure: unknown): boolean {
  return failure instanceof ApiFailure && failure.isUnreachable;
}

const Notifications = lazy(() =>
  import("@mantine/notifications").then(({ Notifications }) => ({ default: Notifications })),
);

/** Says to a screen reader what the crosses in the corners are. */
function closedBy(close: string) {
  const named = { defaultProps: { closeButtonProps: { "aria-label": close } } };
  return { Modal: named, Notification: named };
}

/** Everything around the pages. */
export function App() {
  const words = useWords();
  const spoken = useMemo(() => mergeThemeOverrides(theme, { components: closedBy(words.close) }), [words]);
  return (
    <MantineProvider theme={spoken} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
      <QueryClientProvider client={queries}>
        <Suspense>
          <Notifications position="bottom-right" limit={3} />
        </Suspense>
        <RouterProvider router={router} context={{ queries }} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
