// strace, attached to a process that is already running, for the length of one phase.
//
// What a clause really does, by this program's tests and strace's manual:
//   error=E     the call is not made; the process sees E. The file is as it was
//   retval=0    the call is not made; the process sees "nothing moved", which is the truth
//   signal=S    S is delivered on the way into the call; with SIGKILL the call is not made
//   when=N      the N-th call of that name, counted for each thread from the attachment on
//   when=1+2    every call once, since the one after it is the same call again
//   -P path     calls on other files are neither counted nor shown

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { parse, type SystemCall } from "../../strace/strace.js";

export type FileCall = "pwrite64" | "pread64" | "fsync" | "fdatasync" | "openat" | "unlink";
export const FILE_CALLS: readonly FileCall[] = [
  "pwrite64",
  "pread64",
  "fsync",
  "fdatasync",
  "openat",
  "unlink",
];

export interface Injection {
  readonly call: FileCall;
  /** The file or folder whose calls count; "" for any. */
  readonly path: string;
  /** Its strace clause, for example "error=EIO". */
  readonly clause: string;
  /** From 1; or strace's "1+2": the first and every second after it. */
  readonly n: number | "1+2";
}

export interface Tracer {
  /** Lets go of the process; returns what it did. */
  detach(): Promise<readonly SystemCall[]>;
}

/** Attaches to all threads of `pid`, and to those it starts. `said` is shown whatever is asked. */
export async function attach(
  pid: number,
  log: string,
  said: string,
  injection: Injection | null,
): Promise<Tracer> {
  const options = ["-f", "-y", "-s", "64", "-e", "signal=none", "-o", log, "-p", `${pid}`];
  const calls = [...FILE_CALLS, "write"].map((name) => `?${name}`).join(",");
  const strace = spawn(
    "strace",
    [...options, "-e", `trace=${calls}`, ...clauses(said, injection)],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const ended = once(strace, "close");
  await attached(strace);
  return {
    detach: async () => {
      strace.kill("SIGINT");
      await ended;
      return parse(readFileSync(log, "utf8"));
    },
  };
}

function clauses(said: string, injection: Injection | null): string[] {
  if (injection === null) return [];
  const { call, path, clause, n } = injection;
  const only = path === "" ? [] : ["-P", path, "-P", said];
  return [...only, "-e", `inject=${call}:${clause}:when=${n}`];
}

/** strace says so once it holds every thread. Errors: Error with its complaint. */
function attached(strace: ChildProcess): Promise<void> {
  let heard = "";
  return new Promise((resolve, reject) => {
    strace.stderr!.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
      if (/ attached/.test(heard)) resolve();
    });
    strace.once("close", () => reject(new Error(`strace ended at once: ${heard}`)));
  });
}

/** strace marks what it has tampered with; a signal alone leaves no mark. */
export function isInjected(call: SystemCall): boolean {
  return call.text.includes("(INJECTED)");
}
