// What the faulted process and its judge agree on: sizes, cells, content, and the words in between.
//
//   cell              value                              where it stands
//   slot:<0..5>       number of the commit, 1..          the same page of both tablespaces
//   page:<number>     any number from 1; 0: not there    one page of "left"
//   space:<name>      1: exists, 0: does not             the dictionary
//
// The process says "try <cell> <value>" before it asks for a change and "ack <cell> <value>" once
// the change is acknowledged; both go to a file of their own, with one write call each, so that
// strace sees on which side of a failed call an acknowledgment stands.

import { ENGINE_OPTION, type EngineOverrides, type StoreOptions } from "../../../host/index.js";

/** The parts of a store's life that are faulted, each in a process that does nothing else. */
export const PHASES = [
  "commit",
  "checkpoint",
  "evict",
  "extend",
  "create",
  "drop",
  "recover",
  "close",
] as const;
export type Phase = (typeof PHASES)[number];

export interface Setting {
  readonly backend: "native" | "node-fs";
  readonly method: string;
}

/** One command, one line of JSON on standard input. */
export type Command =
  | {
      readonly do: "prepare";
      readonly dir: string;
      readonly said: string;
      readonly phase: Phase;
      readonly setting: Setting;
    }
  | { readonly do: "run" };

/** The answer to "run", one line of JSON; "prepare" is answered with "prepared". */
export interface Outcome {
  /** Of the phase itself. */
  readonly error: Failure | null;
  /**
   * What the store does afterward: takes commits, refuses every call with the error that came
   * first, was closed, was never open, or something in between that it should not.
   */
  readonly after: "usable" | "poisoned" | "closed" | "never open" | `mixed: ${string}`;
  readonly close: Failure | null;
}

export interface Failure {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** Said when the phase has ended, well or not, and the store is asked what it is good for. */
export const END = "end";

export const SPACES = ["left", "right"] as const;
export const SLOTS = 6;
/** A new tablespace hands out its pages from 1 on; those of the slots come first. */
export const slotPage = (slot: number): number => 1 + slot;
/** Pages of "left" that hold one value each, more than the buffer pool has frames. */
export const FIRST_PLAIN_PAGE = 1 + SLOTS;
export const PLAIN_PAGES = 40;
const CONTENT_BYTES = 200;

export const SMALL: EngineOverrides = new Map([
  [ENGINE_OPTION.framesCount, 32],
  [ENGINE_OPTION.redoCapacity, 131072],
  [ENGINE_OPTION.logBufferSize, 65536],
  [ENGINE_OPTION.trxBytesMax, 16384],
  [ENGINE_OPTION.batchesCount, 2],
  [ENGINE_OPTION.extendPages, 8],
]);

export function optionsFor({ backend, method }: Setting): StoreOptions {
  return {
    backend,
    innodb_page_size: 4096,
    innodb_flush_method: method,
    innodb_doublewrite_pages: 8,
  };
}

/** The first bytes of a page that holds `value`, in both directions a function of it. */
export function contentOf(value: number): Uint8Array {
  const bytes = new Uint8Array(CONTENT_BYTES);
  new DataView(bytes.buffer).setUint32(0, value);
  if (value !== 0) for (let i = 4; i < CONTENT_BYTES; i++) bytes[i] = (value * 31 + i * 7) & 0xff;
  return bytes;
}

/** The value that the content stands for. Errors: Error when it is nobody's content. */
export function valueIn(bytes: Uint8Array): number {
  const value = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const expected = contentOf(value);
  const at = expected.findIndex((byte, i) => byte !== bytes[i]);
  if (at >= 0) throw new Error(`value ${value} with byte ${at} ${bytes[at]}, not ${expected[at]}`);
  return value;
}
