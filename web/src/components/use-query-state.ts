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
  const navigate = useNavigate();
  const setText = useCallback(
    (text: string) =>
      void navigate({
        to: ".",
        search: (previous: object) => ({ ...previous, [name]: text || undefined }),
        replace: true,
        resetScroll: false,
      } as Parameters<typeof navigate>[0]),
    [navigate, name],
  );
  // The router parses `?q=1883` as a number.
  return [value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value), setText];
}
