// Builds write sets by hand, so that the tests do not share the host's encoder: see
// engine/trx/write-set.ts for the layout.

export const WS_WRITE = 1;
export const WS_ALLOCATE = 2;
export const WS_FREE = 3;
export const WS_CHECK = 4;

const HEADER_SIZE = 16;

export class WriteSet {
  private readonly records: Uint8Array[] = [];

  write(space: number, page: number, offset: number, payload: Uint8Array | string): this {
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    return this.add(WS_WRITE, space, page, offset, bytes);
  }

  allocate(space: number, page: number): this {
    return this.add(WS_ALLOCATE, space, page, 0, new Uint8Array(0));
  }

  free(space: number, page: number): this {
    return this.add(WS_FREE, space, page, 0, new Uint8Array(0));
  }

  /** `lsn`: the 8 bytes of the page header as the transaction saw them. */
  check(space: number, page: number, lsn: Uint8Array): this {
    return this.add(WS_CHECK, space, page, 0, lsn);
  }

  add(op: number, space: number, page: number, offset: number, payload: Uint8Array): this {
    const record = new Uint8Array(HEADER_SIZE + payload.length);
    const view = new DataView(record.buffer);
    view.setUint8(0, op);
    view.setUint16(2, offset, true);
    view.setUint16(4, payload.length, true);
    view.setUint32(8, space, true);
    view.setUint32(12, page, true);
    record.set(payload, HEADER_SIZE);
    this.records.push(record);
    return this;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.records);
  }
}
