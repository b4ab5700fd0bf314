// The few bytes of the formats that these tests forge: checksums, and where fields stand. The
// formats themselves are tested in test/format.

export const LOG_FILE_HEADER_SIZE = 2048;
export const LOG_BLOCK_SIZE = 512;
/** Offsets of the two checkpoint blocks in the redo log file. */
export const CHECKPOINT_OFFSETS = [512, 1536] as const;
/** Offset of the version in the store page, which is page 1 of the system tablespace. */
export const STORE_VERSION_OFFSET = 54;

/** CRC-32C, bit by bit. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Gives the 512 bytes at `offset` of a redo log file the checksum of their content. */
export function stampLogBlock(file: Uint8Array, offset: number): void {
  const block = file.subarray(offset, offset + LOG_BLOCK_SIZE);
  viewOf(block).setUint32(508, crc32c(block.subarray(0, 508)));
}

/** Gives a page the checksum of its content: before and after the header's fields that change. */
export function stampPage(page: Uint8Array): void {
  const end = page.length - 8;
  const sum = (crc32c(page.subarray(4, 26)) ^ crc32c(page.subarray(38, end))) >>> 0;
  viewOf(page).setUint32(0, sum);
  viewOf(page).setUint32(end, sum);
}

export function setU32(bytes: Uint8Array, offset: number, value: number): void {
  viewOf(bytes).setUint32(offset, value);
}

/** A redo log header as MySQL 8.0.30 and later write it: format 6. */
export function mysqlLogHeader(): Uint8Array {
  const file = new Uint8Array(64 * 1024);
  const view = viewOf(file);
  view.setUint32(0, 6);
  view.setUint32(4, 0x12345678);
  view.setBigUint64(8, 8192n);
  file.set(new TextEncoder().encode("MySQL 8.0.30"), 16);
  stampLogBlock(file, 0);
  return file;
}
