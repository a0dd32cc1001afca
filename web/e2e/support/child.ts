import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { basename } from "node:path";

/** All running children; killed when this process exits. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Debian installs servers in sbin, which is not on every user's PATH. */
const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/** Longer than any orderly shutdown takes, in milliseconds. */
const TERMINATE_TIMEOUT = 8_000;

/** The most output to keep, in characters. */
const MAX_OUTPUT = 1_000_000;

/** A child process and its output. */
export class Child {
  readonly #process: ChildProcess;
  readonly #listeners = new Set<() => void>();
  readonly #name: string;
  #output = "";
  #hasEnded = false;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#name = basename(command);
    this.#process = spawn(command, args, { env: { PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this.#process);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => this.#append(text));
    }
    this.#process.on("error", (error) => this.#onEnd(`${error.message}\n`));
    this.#process.on("close", () => this.#onEnd(""));
  }

  /** Its output so far, stdout and stderr. */
  get output(): string {
    return this.#output;
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  /** Waits for output that matches; fails if the process ends before. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      this.#listen(() => {
        const found = pattern.exec(this.#output);
        if (found) resolve(found);
        else if (this.#hasEnded) reject(new Error(`${this.#name} has ended:\n${this.#output}`));
        return found !== null || this.#hasEnded;
      });
    });
  }

  /** Waits for its end. */
  async ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#listen(() => {
        if (this.#hasEnded) resolve();
        return this.#hasEnded;
      });
    });
  }

  /** Terminates it; kills it after a timeout. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), TERMINATE_TIMEOUT);
    await this.ended();
    clearTimeout(timer);
  }

  /** Calls `check` now and after every output until it returns true. */
  #listen(check: () => boolean): void {
    if (check()) return;
    const listener = () => {
      if (check()) this.#listeners.delete(listener);
    };
    this.#listeners.add(listener);
  }

  #append(text: string): void {
    this.#output = (this.#output + text).slice(-MAX_OUTPUT);
    this.#notify();
  }

  #onEnd(text: string): void {
    running.delete(this.#process);
    this.#hasEnded = true;
    this.#append(text);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Runs a program and returns its output; throws if it fails. */
export async function run(
  command: string,
  args: readonly string[],
  { input, cwd }: { input?: string; cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const stdin = input === undefined ? "ignore" : "pipe";
    const child = spawn(command, args, { cwd, env: { PATH }, stdio: [stdin, "pipe", "pipe"] });
    running.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    child.on("error", reject);
    child.on("close", (code) => {
      running.delete(child);
      if (code === 0) resolve(output);
      else reject(new Error(`${basename(command)} ${args.join(" ")} failed (${code}):\n${output}`));
    });
    // A program that ends without reading its input fails by its exit code.
    child.stdin?.on("error", () => undefined).end(input);
  });
}
