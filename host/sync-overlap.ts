// Linux reports a failed write-back once per open file. When two syncs of a file overlap, one of
// them gets the error, and the other may return 0 for pages that were dropped: whoever waits for
// that one would be told that his redo is durable. Therefore a sync counts as done only when every
// sync of the same file that was in flight beside it has ended well too.
//
//   sync A ├──────────────┤ 0     held until B has ended
//   sync B      ├────────────┤ EIO     then both have failed

import type { OpenFile } from "./files.js";

const EIO = -5;

interface Running {
  readonly flight: number;
  /** A sync beside it has failed. */
  isTainted: boolean;
}

interface Held {
  readonly outcome: SyncOutcome;
  /** Flights that were running beside it when it ended. */
  readonly beside: Set<number>;
}

export interface SyncOutcome {
  readonly flight: number;
  readonly result: number;
  readonly nanoseconds: number;
}

interface FileSyncs {
  running: Running[];
  held: Held[];
}

export class SyncOverlap {
  private readonly files = new Map<OpenFile, FileSyncs>();

  began(file: OpenFile, flight: number): void {
    let syncs = this.files.get(file);
    if (syncs === undefined) this.files.set(file, (syncs = { running: [], held: [] }));
    syncs.running.push({ flight, isTainted: false });
  }

  /** A sync has ended at the backend; returns every outcome that is certain now, in order. */
  ended(file: OpenFile, outcome: SyncOutcome): SyncOutcome[] {
    const syncs = this.files.get(file)!;
    const own = syncs.running.find((each) => each.flight === outcome.flight)!;
    syncs.running = syncs.running.filter((each) => each !== own);
    if (syncs.running.length + syncs.held.length === 0) this.files.delete(file);
    const result = own.isTainted && outcome.result >= 0 ? EIO : outcome.result;
    const certain: SyncOutcome[] = [];
    if (result < 0) for (const each of syncs.running) each.isTainted = true;
    if (result < 0 || syncs.running.length === 0) certain.push({ ...outcome, result });
    else syncs.held.push({ outcome, beside: new Set(syncs.running.map((each) => each.flight)) });
    this.release(syncs, outcome.flight, result, certain);
    return certain;
  }

  private release(syncs: FileSyncs, flight: number, result: number, certain: SyncOutcome[]): void {
    syncs.held = syncs.held.filter(({ outcome, beside }) => {
      if (!beside.delete(flight)) return true;
      if (result < 0) certain.push({ ...outcome, result: EIO });
      else if (beside.size === 0) certain.push(outcome);
      return result >= 0 && beside.size > 0;
    });
  }

  /** Forgets everything. */
  clear(): void {
    this.files.clear();
  }
}
