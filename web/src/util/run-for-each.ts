import { toError } from "./to-error";

/** The most concurrent runs. */
const CONCURRENCY = 6;

/** What failed for one item. */
export interface Failure<T> {
  readonly item: T;
  readonly error: Error;
}

/** Runs an action for each item, a few at a time. Goes on after an error; returns the items that failed. */
export async function runForEach<T>(
  items: readonly T[],
  run: (item: T) => Promise<unknown>,
  onProgress: (done: number) => void = () => undefined,
): Promise<Failure<T>[]> {
  const failed: Failure<T>[] = [];
  const queue = items.values();
  let done = 0;
  const worker = async () => {
    for (const item of queue) {
      try {
        await run(item);
      } catch (error) {
        failed.push({ item, error: toError(error) });
      }
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return failed;
}

/** The items that did not fail. */
export function withoutFailures<T>(items: readonly T[], failures: readonly Failure<T>[]): T[] {
  const failed = new Set(failures.map(({ item }) => item));
  return items.filter((item) => !failed.has(item));
}
