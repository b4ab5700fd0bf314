// What the killed process and its judge agree on: the store's settings, and what a commit looks
// like.
//
//   group page   │ commit u32 │ extra page u32 │ filling │   every page of a group, in both spaces
//   extra page   │ commit u32 │ 0              │ filling │   taken by the commit, the last freed
//
// A commit of a group writes the same bytes to all its pages, so a group whose pages differ was cut
// in half. The filling follows from group and commit, and so does its length: bytes that are in the
// wrong place are seen. Groups are independent: each is written by one committer, one commit after
// another, so at most one commit of a group is not acknowledged yet.

import { ENGINE_OPTION, type EngineOverrides, type StoreOptions } from "../../../host/index.js";

export interface Scenario {
  readonly name: string;
  readonly options: StoreOptions;
  readonly committers: number;
  /** Commits through transactionSync, blocking. */
  readonly blocking: boolean;
  /** For a canary: a commit is two transactions, one for each tablespace. */
  readonly isTorn?: boolean;
}

export const GROUPS = 16;
export const SPACE_NAMES = ["left", "right"] as const;
/** Pages of a group in each space. */
export const GROUP_PAGES = 2;
/** The tablespace that is created and dropped again and again. */
export const VOLATILE_SPACE = "comes-and-goes";

/** Sizes far below InnoDB's, so that a few milliseconds wrap the log and evict every page. */
export const SMALL: EngineOverrides = new Map([
  [ENGINE_OPTION.framesCount, 64],
  [ENGINE_OPTION.redoCapacity, 131072],
  [ENGINE_OPTION.logBufferSize, 65536],
  [ENGINE_OPTION.trxBytesMax, 16384],
  [ENGINE_OPTION.doublewritePages, 8],
  [ENGINE_OPTION.batchesCount, 2],
  [ENGINE_OPTION.extendPages, 16],
  [ENGINE_OPTION.cleanerIntervalMs, 3],
]);

/** Bytes at the start of a page, in front of the filling. */
const HEAD_SIZE = 8;
const FILLING_MAX = 700;

/** What a commit writes to a page; all zeros for commit 0. */
export function pageContent(group: number, commit: number, extra: number): Uint8Array {
  const bytes = new Uint8Array(contentSize(group, commit));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, commit, true);
  view.setUint32(4, extra, true);
  let state = (group * 2654435761 + commit * 40503) >>> 0;
  for (let i = HEAD_SIZE; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Length of that content, in bytes. */
export function contentSize(group: number, commit: number): number {
  return commit === 0 ? HEAD_SIZE : HEAD_SIZE + ((group * 131 + commit * 257) % FILLING_MAX);
}

/** Page numbers of a group in each space: laid out by the first transaction of a store. */
export function groupPages(group: number, firstPage: number): number[] {
  return Array.from({ length: GROUP_PAGES }, (_, i) => firstPage + group * GROUP_PAGES + i);
}

/** Pages 1.. of a new tablespace are the first that the allocator hands out. */
export const FIRST_PAGE = 1;
