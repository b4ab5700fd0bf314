// What the store must reach: a ratio of two measurements of one interleaved run, or a bound on one.

export interface Criterion {
  readonly name: string;
  /** Name of the measurement that is judged. */
  readonly measured: string;
  /** Name of the measurement it is divided by; null for an absolute bound. */
  readonly against: string | null;
  readonly op: ">=" | "<=" | "=";
  readonly bound: number;
}

export const CRITERIA: readonly Criterion[] = [
  ratio("one blocking committer / C loop", "sync-1", "raw-commit", 0.9),
  ratio("one async committer / C loop", "async-1", "raw-commit", 0.7),
  ratio("64 async committers / C loop", "async-64", "raw-commit", 8),
  ratio("64 async committers / C loop, slow sync", "async-64-slow", "raw-commit-slow", 55),
  ratio("page-update, doublewrite OFF / C io_uring", "page-update-off", "raw-page-uring", 0.8),
  ratio("checkpoint, doublewrite OFF / C io_uring", "checkpoint-off", "raw-page-uring", 0.8),
  ratio("checkpoint, doublewrite ON / C io_uring", "checkpoint-on", "raw-page-uring", 0.45),
  bound("bytes per page, doublewrite ON", "bytes-per-page-on", "=", 2),
  bound("pool hit: fix and unfix", "hit-ns", "<=", 40),
  bound("read of a cached page from JavaScript", "read-ns", "<=", 150),
  bound("resident memory beyond the pool", "memory", "<=", 100),
];

/** Whether a value meets the bound. Equality allows for rounding of a quotient only. */
export function isReached({ op, bound }: Criterion, value: number): boolean {
  if (op === ">=") return value >= bound;
  return op === "<=" ? value <= bound : Math.abs(value - bound) < 1e-9;
}

function ratio(name: string, measured: string, against: string, least: number): Criterion {
  return { name, measured, against, op: ">=", bound: least };
}

function bound(name: string, measured: string, op: Criterion["op"], value: number): Criterion {
  return { name, measured, against: null, op, bound: value };
}
