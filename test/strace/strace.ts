// Runs a process under strace and reads what strace wrote: the calls in the order in which they
// were started, by all threads together, cut at the markers the process wrote to standard output.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** File calls that change or persist something, and the ways to open files. */
const CALLS = [
  ...["openat", "open", "creat", "write", "writev", "pwrite64", "pwritev", "pwritev2"],
  ...["fsync", "fdatasync", "sync", "syncfs", "sync_file_range", "msync", "fallocate"],
  ...["ftruncate", "truncate", "unlink", "unlinkat", "rename", "renameat", "renameat2"],
  ...["link", "linkat", "symlink", "mkdir", "mkdirat", "fcntl", "io_uring_enter"],
];

export interface SystemCall {
  readonly name: string;
  /** Of the file that the call is about; "" when it has none. */
  readonly path: string;
  readonly offset: number;
  /** Bytes asked for; 0 where a call has none. */
  readonly length: number;
  /** The flags of an open, as strace names them. */
  readonly flags: readonly string[];
  /** What it returned. */
  readonly result: number;
  /** As strace printed it, without the result; for messages. */
  readonly text: string;
}

/** strace is installed, and the system lets it trace. */
export const canTrace =
  spawnSync("strace", ["-o", "/dev/null", process.execPath, "--version"]).status === 0;

export interface Traced {
  /** Calls by marker, the part before the first marker under "". */
  readonly calls: ReadonlyMap<string, readonly SystemCall[]>;
  readonly output: string;
}

/** Runs `script` with node under strace. Errors: Error when it does not end well. */
export function traceNode(script: string, args: string[], log: string): Traced {
  const options = ["-f", "-y", "-s", "48", "-e", "signal=none", "-o", log];
  const filter = ["-e", `trace=${CALLS.map((name) => `?${name}`).join(",")}`];
  // Page writes through io_uring make no calls that strace could show.
  const env = { ...process.env, TORNPROOF_IO_URING: "0", UV_USE_IO_URING: "0" };
  const command = [...options, ...filter, process.execPath, script, ...args];
  const ended = spawnSync("strace", command, { encoding: "utf8", env, maxBuffer: 2 ** 28 });
  if (ended.status !== 0) throw new Error(`the traced process failed: ${ended.stderr}`);
  return { calls: cut(parse(readFileSync(log, "utf8"))), output: ended.stdout };
}

function cut(calls: readonly SystemCall[]): Map<string, SystemCall[]> {
  let part: SystemCall[] = [];
  const parts = new Map([["", part]]);
  for (const call of calls) {
    const marker = /^write\(1<[^>]*>, "(@\d+ \w+)\\n"/.exec(call.text)?.[1];
    if (marker === undefined) part.push(call);
    else parts.set(marker, (part = []));
  }
  return parts;
}

/** Signals, exits, and a thread that was killed before strace could ask what it was doing. */
const NO_CALL = /^(\+\+\+|---|\?\?\?\()/;

/** The calls of strace's output; one that another thread interrupted stands where it began. */
export function parse(output: string): SystemCall[] {
  const calls: { text: string; result: number }[] = [];
  const unfinished = new Map<string, { text: string; result: number }>();
  for (const line of output.split("\n")) {
    const [, thread, text] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (thread === undefined || text === undefined || NO_CALL.test(text)) continue;
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    if (resumed !== null) {
      const call = unfinished.get(thread)!;
      call.text += resumed[1]!;
      call.result = resultOf(resumed[1]!);
      continue;
    }
    const call = { text: text.replace(/ <unfinished \.\.\.>$/, ""), result: resultOf(text) };
    if (text.endsWith("<unfinished ...>")) unfinished.set(thread, call);
    calls.push(call);
  }
  return calls.map(({ text, result }) => decode(text, result));
}

function resultOf(text: string): number {
  return Number(/\) += (-?\d+)/.exec(text)?.[1] ?? NaN);
}

function decode(text: string, result: number): SystemCall {
  const name = /^\w+/.exec(text)![0];
  const call = { name, path: "", offset: 0, length: 0, flags: [] as string[], result, text };
  if (name === "openat" || name === "open" || name === "creat") {
    const [, path, flags] = /"([^"]*)"(?:, ([A-Z_|0-9x]+))?/.exec(text)!;
    return { ...call, path: path!, flags: flags?.split("|") ?? [] };
  }
  const path = /^\w+\((?:\d+|AT_FDCWD)<([^>]*)>/.exec(text)?.[1] ?? named(text);
  const numbers = /, (\d+), (\d+)(?:, \w+)?\)/.exec(text);
  if (name !== "pwrite64" || numbers === null) return { ...call, path };
  return { ...call, path, length: Number(numbers[1]), offset: Number(numbers[2]) };
}

/** The file of a call that names it: unlink, mkdir, rename. */
function named(text: string): string {
  return /"([^"]*)"/.exec(text)?.[1] ?? "";
}
