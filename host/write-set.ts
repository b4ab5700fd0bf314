// The private changes of one transaction, in the form the engine takes (engine/trx/write-set.ts):
//
//   │ op │ 0 │ offset u16 │ length u16 │ 0 u16 │ space u32 │ page u32 │ payload │     little-endian
//
// Until commit nothing of this leaves the buffer, so a rollback is forgetting it.

export const WS_WRITE = 1;
export const WS_ALLOCATE = 2;
export const WS_FREE = 3;
export const WS_CHECK = 4;

const HEADER_SIZE = 16;
const FIRST_SIZE = 4096;

export class WriteSet {
  private bytes = new Uint8Array(FIRST_SIZE);
  private view = new DataView(this.bytes.buffer);
  length = 0;
  /** Pages touched, at the least once for each; an upper bound. */
  pages = 0;
  private lastSpace = -1;
  private lastPage = -1;

  /** Bytes of memory it holds. */
  get capacity(): number {
    return this.bytes.length;
  }

  clear(): void {
    this.length = 0;
    this.pages = 0;
    this.lastPage = -1;
  }

  /** Appends a record. Requires: the caller has checked offset and length against the page body. */
  append(
    op: number,
    space: number,
    page: number,
    offset: number,
    payload: Uint8Array | null,
  ): void {
    const size = payload === null ? 0 : payload.length;
    if (page !== this.lastPage || space !== this.lastSpace) this.pages++;
    this.lastPage = page;
    this.lastSpace = space;
    const at = this.length;
    const end = at + HEADER_SIZE + size;
    if (end > this.bytes.length) this.grow(end);
    const { view } = this;
    view.setUint16(at, op, true);
    view.setUint16(at + 2, offset, true);
    view.setUint32(at + 4, size, true);
    view.setUint32(at + 8, space, true);
    view.setUint32(at + 12, page, true);
    if (payload !== null) this.bytes.set(payload, at + HEADER_SIZE);
    this.length = end;
  }

  private grow(needed: number): void {
    let size = this.bytes.length * 2;
    while (size < needed) size *= 2;
    const larger = new Uint8Array(size);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  /** Copies the whole set to `at`. */
  copyTo(target: Uint8Array, at: number): void {
    target.set(
      this.length === this.bytes.length ? this.bytes : this.bytes.subarray(0, this.length),
      at,
    );
  }

  /** Lays this set's writes to a page over `body`, which starts at `offset` of the page body. */
  overlay(space: number, page: number, offset: number, body: Uint8Array): void {
    const { view } = this;
    for (let at = 0; at < this.length;) {
      const size = view.getUint32(at + 4, true);
      const isIt = view.getUint32(at + 12, true) === page && view.getUint32(at + 8, true) === space;
      if (isIt && view.getUint16(at, true) === WS_WRITE) {
        const from = view.getUint16(at + 2, true);
        copyOverlap(this.bytes, at + HEADER_SIZE, from, size, offset, body);
      }
      at += HEADER_SIZE + size;
    }
  }
}

function copyOverlap(
  source: Uint8Array,
  sourceAt: number,
  from: number,
  size: number,
  offset: number,
  body: Uint8Array,
): void {
  const start = Math.max(from, offset);
  const end = Math.min(from + size, offset + body.length);
  if (start >= end) return;
  const first = sourceAt + start - from;
  body.set(source.subarray(first, first + end - start), start - offset);
}
