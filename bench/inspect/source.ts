// Where the bytes of a file come from. A file on disk is one source (file-source.ts); a file that
// was dropped into a page could be another.

export interface ByteSource {
  readonly path: string;
  readonly size: number;
  /**
   * Reads up to `length` bytes from `offset` into a buffer that stays valid until the next but one
   * call. Fewer bytes come only at the end of the file.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * Reads a window that goes on at `wrapTo` when it meets the end of the file, but never reads a byte
 * twice. `wrapTo` 0: it ends there.
 */
export async function readWindow(
  source: ByteSource,
  offset: number,
  length: number,
  wrapTo: number,
): Promise<Uint8Array> {
  const first = await source.read(offset, length);
  const missing = Math.min(length - first.length, offset - wrapTo);
  if (wrapTo === 0 || missing <= 0) return first;
  const head = first.slice();
  const rest = await source.read(wrapTo, missing);
  const joined = new Uint8Array(head.length + rest.length);
  joined.set(head);
  joined.set(rest, head.length);
  return joined;
}
