import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

/**
 * A choice that is kept in the URL's query, so that reloading, going back and sharing keep it. The first value is that
 * of a URL without it.
 */
export function useQueryChoice<T extends string>(
  name: string,
  values: readonly [T, ...T[]],
): readonly [T, (value: T) => void] {
  const [text, setText] = useQueryText(name);
  const value = values.find((each) => each === text) ?? values[0];
  const [initial] = values;
  return [value, useCallback((to: T) => setText(to === initial ? "" : to), [setText, initial])];
}

/** The same for a text; a URL without it means an empty one. */
export function useQueryText(name: string): readonly [string, (text: string) => void] {
  const value: unknown = (useSearch({ strict: false }) as Readonly<Record<string, unknown>>)[name];
  const update = useSearchUpdate();
  const setText = useCallback((text: string) => update({ [name]: text || undefined }), [update, name]);
  // The router parses `?q=1883` as a number.
  return [value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value), setText];
}

/** Returns a function that changes parameters of the URL's query, of the page at `from` or of the open one. */
export function useSearchUpdate<T extends object>(from?: string): (change: T) => void {
  const navigate = useNavigate();
  return useCallback(
    (change: T) =>
      void navigate({
        ...(from !== undefined && { from }),
        to: ".",
        search: (previous: object) => ({ ...previous, ...change }),
        replace: true,
      } as Parameters<typeof navigate>[0]),
    [navigate, from],
  );
}
