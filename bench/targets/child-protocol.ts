// What passes between the targets run and its child processes.

import type { StoreOptions } from "../api.js";

export interface ChildRequest {
  /** A turn of a workload, reads through the API, or fixes of pages by the engine's export. */
  readonly kind: "turn" | "read" | "hit";
  /** The work folder; the child makes its store below it. */
  readonly folder: string;
  readonly workload: string;
  readonly seconds: number;
  readonly concurrency: number;
  readonly isSyncApi: boolean;
  readonly changeSize: number;
  readonly workingSetPages: number;
  readonly bufferPoolMib: number;
  readonly options: StoreOptions;
  readonly seed: number;
}

export interface ChildAnswer {
  readonly operationsPerSecond: number;
  readonly seconds: number;
  readonly dataBytes: number;
  readonly dblwrBytes: number;
  /** Time with at least one in-place page write in flight. */
  readonly dataBusySeconds: number;
  readonly nanosecondsPerRead: number | null;
  /** Largest resident memory of the process. */
  readonly residentMib: number;
}
