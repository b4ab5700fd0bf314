// What the killed process and its judge agree on: the store's settings, and what a commit looks like.
//
//   group page body   │ commit number u32 │ extra page u32 │      every page of a group, in both spaces
//   extra page body   │ commit number u32 │                     allocated by the commit, the last freed
//
// A commit of a group writes the same number to all its pages, so a group whose pages differ was cut
// in half. Groups are independent: each is written by one committer, one commit after another.

import { ENGINE_OPTION, type EngineOverrides, type StoreOptions } from "../../../host/index.js";

export interface Scenario {
  readonly name: string;
  readonly options: StoreOptions;
  readonly committers: number;
  /** Commits through transactionSync, blocking. */
  readonly blocking: boolean;
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

/** Page numbers of a group in each space: laid out by the first transaction of a store. */
export function groupPages(group: number, firstPage: number): number[] {
  return Array.from({ length: GROUP_PAGES }, (_, i) => firstPage + group * GROUP_PAGES + i);
}

/** Pages 1.. of a new tablespace are the first that the allocator hands out. */
export const FIRST_PAGE = 1;
