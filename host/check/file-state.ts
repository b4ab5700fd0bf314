// What is known of one file: its writes that no sync has covered, its size, its directory entry.
//
//   in flight ──ended──▶ waiting ──a sync that began later has ended──▶ durable
//        └── O_DSYNC, O_SYNC; O_DIRECT on a protected device: durable when it has ended ──▶
//
// A direct write carries no metadata: the size it gave the file waits for a sync on any device.

import type { FileKind } from "../abi.js";
import type { BeganEvent, PageVersion } from "../observe/event.js";
import type { PageState } from "./page-state.js";

/** Writes of one file that wait for a sync; older ones are forgotten, as if they were lost. */
const WAITING_MAX = 2 ** 20;

export interface Write {
  readonly seq: number;
  readonly file: FileState;
  readonly offset: number;
  readonly end: number;
  /** Sequence number of the first operation of its chain. */
  readonly chain: number;
  readonly pages: readonly PageVersion[];
  /** Redo: where it starts and ends; 0 for other writes. */
  readonly redoFrom: number;
  readonly redoTo: number;
  readonly checkpointLsn: number | null;
  /** When it has ended well, in events; 0 while it is in flight. */
  endedAt: number;
  isDurable: boolean;
}

export interface Sync {
  readonly seq: number;
  readonly file: FileState;
  readonly chain: number;
  /** When it began, in events. */
  readonly beganAt: number;
}

/** The newest copy of a page, or a record of it, in a doublewrite file. */
export interface Copy {
  readonly version: PageVersion;
  readonly write: Write;
}

export class FileState {
  /** Bytes: what was written, or found. */
  size = 0;
  durableSize = 0;
  entryIsDurable = false;
  /** Left by an interrupted creation. */
  isIncomplete = false;
  isGone = false;
  /** A sync has ended since the engine started. */
  wasSynced = false;
  /** LSNs where redo says that the tablespace was created, dropped. */
  createdLsn: number | null = null;
  droppedLsn: number | null = null;
  /** The last sync point at which no call was made. */
  elidedAt: string | null = null;
  /** Data files: pages with changes or images that are not durable in place, by number. */
  readonly pages = new Map<number, PageState>();
  /** Data files: the newest copy of each page, by number. */
  readonly copies = new Map<number, Copy>();
  /** Doublewrite files: what stands at each offset. */
  readonly slots = new Map<number, readonly Copy[]>();
  readonly inFlight: Write[] = [];
  /** Not durable, or of a size that is not. */
  private waiting: Write[] = [];
  private foundSize = 0;

  constructor(
    readonly kind: FileKind,
    readonly id: number,
    readonly path: string,
    readonly directory: string,
  ) {}

  /** Everything that was written is durable, the size included. */
  get isWhole(): boolean {
    return this.waiting.every((write) => write.isDurable) && this.durableSize >= this.size;
  }

  began(write: Write): void {
    if (write.end > this.size) this.size = write.end;
    this.inFlight.push(write);
    this.waiting.push(write);
    if (this.waiting.length > WAITING_MAX) this.waiting.splice(0, WAITING_MAX / 2);
  }

  /** The write has ended, well or not; a failed one never becomes durable. */
  ended(write: Write, now: number, isWell: boolean): void {
    remove(this.inFlight, write);
    if (isWell) write.endedAt = now;
    else remove(this.waiting, write);
  }

  /** An O_DSYNC or O_SYNC write has ended: bytes and size are durable. */
  endedSynchronous(write: Write): void {
    remove(this.waiting, write);
    if (write.end > this.durableSize) this.durableSize = write.end;
  }

  /** The bytes of a direct write are durable where the cache is; its size waits, if it is new. */
  endedProtected(write: Write): void {
    if (write.end <= this.durableSize) remove(this.waiting, write);
  }

  /** Takes the writes that a sync has made durable, or has lost when it failed. */
  synced(sync: Sync, isWell: boolean): Write[] {
    const covered: Write[] = [];
    const rest: Write[] = [];
    for (const write of this.waiting) (covers(sync, write) ? covered : rest).push(write);
    this.waiting = rest;
    if (!isWell) return covered;
    this.wasSynced = true;
    this.durableSize = Math.max(this.durableSize, this.foundSize);
    for (const { end } of covered) if (end > this.durableSize) this.durableSize = end;
    return covered;
  }

  /** The engine was started anew while the system ran on: what was in flight is anybody's guess. */
  reopened(size: number): void {
    this.waiting = this.waiting.filter((write) => write.endedAt !== 0);
    this.inFlight.length = 0;
    this.size = size;
    this.foundSize = size;
    this.durableSize = Math.min(this.durableSize, size);
    this.wasSynced = false;
  }

  /** What stands there is what the medium holds. */
  foundDurable(size: number): void {
    this.waiting = [];
    this.inFlight.length = 0;
    this.size = size;
    this.foundSize = size;
    this.durableSize = size;
    this.entryIsDurable = true;
    this.wasSynced = true;
  }
}

/** A sync covers what had ended when it began, and what it was linked to. */
function covers(sync: Sync, write: Write): boolean {
  if (write.seq >= sync.chain && write.seq < sync.seq) return true;
  return write.endedAt !== 0 && write.endedAt < sync.beganAt;
}

function remove(writes: Write[], write: Write): void {
  // The newest ones end first or soon: search from the end.
  const at = writes.lastIndexOf(write);
  if (at < 0) return;
  writes.splice(at, 1);
}

export function writeOf(event: BeganEvent, file: FileState, chain: number): Write {
  return {
    seq: event.seq,
    file,
    offset: event.offset,
    end: event.offset + event.length,
    chain,
    pages: event.pages,
    redoFrom: event.redo?.from ?? 0,
    redoTo: event.redo?.to ?? 0,
    checkpointLsn: event.checkpointLsn,
    endedAt: 0,
    isDurable: false,
  };
}
