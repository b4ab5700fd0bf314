// Small steps that many tests of the store repeat: text in and out of pages, numbers, and errors.

import type { Store } from "../../host/store.js";
import type { Tablespace } from "../../host/transaction.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A number as 8 bytes, for counters and balances. */
export function numberBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

export function numberOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
}

/** Creates a tablespace with `count` pages, page n holding "page n"; returns the page numbers. */
export async function newPages(
  store: Store,
  name: string,
  count: number,
): Promise<{ space: Tablespace; pages: number[] }> {
  const space = await store.createTablespace(name);
  const pages: number[] = [];
  for (let n = 0; n < count; n++) {
    pages.push(store.transactionSync((tx) => tx.allocatePage(space)));
    store.transactionSync((tx) => tx.write(space, pages[n]!, 0, bytesOf(`page ${n}`)));
  }
  return { space, pages };
}

/** Reads `length` bytes of text from the start of a page, blocking. */
export function textAt(store: Store, space: Tablespace, page: number, length: number): string {
  const target = new Uint8Array(length);
  store.readSync(space, page, 0, target);
  return textOf(target);
}

/** What a promise or a call throws; fails when it does not. */
export async function errorFrom(action: () => unknown): Promise<Error & { code?: string }> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error, found none");
}

/** A generator of numbers that depends on its seed only. Source: mulberry32. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
