import { act, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useTrailingText } from "./use-trailing-text";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a key that is typed while an earlier text is saved is kept", () => {
  const save = vi.fn<(text: string) => void>();
  let field: ReturnType<typeof useTrailingText>;
  function Field() {
    field = useTrailingText("", save);
    return field.text;
  }
  const page = document.createElement("div");
  act(() => createRoot(page).render(<Field />));
  act(() => field.type("471"));

  act(() => {
    startTransition(() => field.type("4711"));
    vi.runOnlyPendingTimers();
  });

  expect(save.mock.calls).toEqual([["471"]]);
  expect(page.textContent).toBe("4711");
  act(() => vi.runOnlyPendingTimers());
  expect(save.mock.calls).toEqual([["471"], ["4711"]]);
});
