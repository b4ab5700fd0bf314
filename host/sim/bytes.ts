// Comparing bytes. Node does it in one call; a browser one by one.

interface Comparer {
  compare(a: Uint8Array, b: Uint8Array): number;
}

const native = (globalThis as { Buffer?: Comparer }).Buffer;

/** Index of the first byte that differs, or -1. Both have the same length. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  if (native !== undefined && native.compare(a, b) === 0) return -1;
  return a.findIndex((byte, i) => byte !== b[i]);
}
