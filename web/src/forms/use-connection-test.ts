import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import type { TestTarget } from "../api/connection-test";
import { testConnection } from "../api/connection-test";
import type { TestRun } from "./TestPanel";

/** Runs connection tests, one at a time, and holds the latest. `onError` gets what prevented a test. */
export function useConnectionTest(onError?: (error: Error) => void) {
  const [latest, setLatest] = useState<TestRun>();
  const running = useRef<AbortController | undefined>(undefined);
  // A running test ends with the form.
  useEffect(() => () => running.current?.abort(), []);
  const test = useMutation({
    mutationFn: async (target: TestTarget) => {
      running.current?.abort();
      running.current = new AbortController();
      const startedAt = Date.now();
      setLatest({ startedAt, stages: [] });
      const onStages = (stages: TestRun["stages"]) => setLatest({ startedAt, stages });
      const result = await testConnection(target, onStages, running.current.signal);
      setLatest((before) => ({ startedAt, stages: before?.stages ?? [], result }));
    },
    onError: (error) => {
      setLatest(undefined);
      if (!running.current?.signal.aborted) onError?.(error);
    },
  });
  const clear = () => {
    running.current?.abort();
    setLatest(undefined);
  };
  return { clear, latest, error: test.error, isRunning: test.isPending, run: test.mutate, forget: test.reset };
}
