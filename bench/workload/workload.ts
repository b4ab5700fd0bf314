// What a workload is: a loop over a store until its window closes. One file per workload; each says
// in its header what it stands for.

import type { BenchStore, BenchTablespace } from "../api.js";
import type { Random } from "../host.js";
import type { Unit } from "../result.js";
import type { Window } from "../run/window.js";

/** What a workload finds prepared. Sizes in bytes. */
export interface WorkloadContext {
  readonly store: BenchStore;
  /** The loaded working set: its tablespace and the numbers of its pages. */
  readonly space: BenchTablespace;
  readonly pages: Uint32Array;
  readonly window: Window;
  readonly random: Random;
  readonly concurrency: number;
  readonly isSyncApi: boolean;
  /** Bytes one change writes. */
  readonly changeSize: number;
  readonly bufferPoolSize: number;
}

export interface Workload {
  readonly name: string;
  /** One sentence for `bench list workloads`. */
  readonly summary: string;
  /** What rates and costs are counted per. */
  readonly unit: Unit;
  /** What the operation latency times, in words for a table heading. */
  readonly timed: string;
  /** Bytes of one change when --change-size is not given. */
  readonly changeSize: number;
  /** Whether the loop honors --concurrency and --sync-api. */
  readonly hasCommitters: boolean;
  /** Brings the store to the state in which the workload begins; before every warm-up. */
  prepare?(context: Omit<WorkloadContext, "window">): Promise<void>;
  /** Runs until the window closes; everything started has finished when it resolves. */
  run(context: WorkloadContext): Promise<void>;
}
