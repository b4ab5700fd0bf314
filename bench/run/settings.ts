// Everything a run was asked to do, parsed and checked. The command line makes one of these; the
// runner reads nothing else.

/** How the result is printed on stdout or written to a file. */
export type Format = "text" | "json" | "md" | "csv";

export interface RunSettings {
  readonly dir: string;
  readonly methods: readonly string[];
  /** The user named no method: one that is not available here is left out instead of an error. */
  readonly isEveryMethod: boolean;
  readonly doublewrites: readonly string[];
  readonly trxCommits: readonly number[];
  readonly profile: string;
  readonly backend: string;
  readonly strict: boolean;
  readonly workload: string;
  readonly concurrency: number;
  readonly isSyncApi: boolean;
  /** Bytes of one change; null: the workload's own. */
  readonly changeSize: number | null;
  /** Bytes of the working set. */
  readonly fileSize: number;
  /** Every other innodb_ option, the scaled defaults included. */
  readonly innodb: Readonly<Record<string, string | number>>;
  readonly pageSize: number;
  readonly bufferPoolSize: number;
  readonly redoLogCapacity: number;
  readonly rounds: number;
  /** Seconds per turn; null: chosen so that the whole run measures for `targetSeconds`. */
  readonly runtime: number | null;
  readonly warmup: number | null;
  readonly targetSeconds: number;
  readonly seed: number;
  readonly maxBytes: number;
  readonly percentiles: readonly number[];
  /** Of stdout. */
  readonly format: Format;
  readonly output: string | null;
  readonly outputFormat: Format;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly argv: readonly string[];
}

const RUNTIME_MIN = 0.3;
const RUNTIME_MAX = 3;
const WARMUP_MAX = 1;

/** Returns seconds of warm-up and of measurement for each of `turns` turns. */
export function turnSeconds(settings: RunSettings, turns: number): { warmup: number; run: number } {
  const fair = settings.targetSeconds / Math.max(1, turns);
  const run = settings.runtime ?? Math.min(RUNTIME_MAX, Math.max(RUNTIME_MIN, fair));
  return { run, warmup: settings.warmup ?? Math.min(WARMUP_MAX, run / 4) };
}
