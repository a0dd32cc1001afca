import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Suspense, lazy } from "react";

import { ApiFailure } from "../api/client";
import { checkSession } from "../api/session";
import { router } from "./routes";
import { styleNonce } from "./server";
import { theme } from "./theme";

const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: (count, failure) => count < 3 && isUnreachable(failure), refetchOnWindowFocus: false },
    mutations: {
      onError: (failure) => {
        if (failure instanceof ApiFailure && failure.isLoggedOut) void checkSession(queries);
      },
    },
  },
});

function isUnreachable(failure: unknown): boolean {
  return failure instanceof ApiFailure && failure.isUnreachable;
}

const Notifications = lazy(() =>
  import("@mantine/notifications").then(({ Notifications }) => ({ default: Notifications })),
);

/** Everything around the pages. */
export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
      <QueryClientProvider client={queries}>
        <Suspense>
          <Notifications position="bottom-right" limit={3} />
        </Suspense>
        <RouterProvider router={router} context={{ queries }} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
