// Small files of every kind, made with the engine's own functions where it has them: bases for
// mutation, and known answers for the tests.

import { SCRATCH, type TestEngine } from "../engine-loader.js";
import { makePage, makeTablespace, type TablespaceShape } from "./support.js";

const BLOCK = 512;
const START_LSN = 8192;

/** A redo log of ours with `blocks` full blocks of records since the checkpoint, then zeros. */
export function makeRedo(
  engine: TestEngine,
  blocks: number,
  capacityBlocks = blocks + 8,
): Uint8Array {
  const file = new Uint8Array(2048 + capacityBlocks * BLOCK);
  const capacity = BigInt(capacityBlocks * BLOCK);
  engine.call("writeHeader", SCRATCH, 0x1234, BigInt(START_LSN), capacity, 16384);
  file.set(taken(engine, BLOCK), 0);
  engine.call("writeCheckpoint", SCRATCH, 2n, BigInt(START_LSN + 12), 1);
  file.set(taken(engine, BLOCK), 512);
  const stream = redoStream(engine, blocks * 496 - 100);
  for (let index = 0; index * 496 < stream.length; index++) {
    file.set(makeBlock(engine, stream, index), 2048 + index * BLOCK);
  }
  return file;
}

/** Record groups of one string record each, 62 bytes at a time, cut at `bytes`. */
function redoStream(engine: TestEngine, bytes: number): Uint8Array {
  const stream: number[] = [];
  for (let page = 1; stream.length + 70 < bytes; page = 1 + (page % 60)) {
    const data = SCRATCH + 4096;
    engine.bytes.fill(page, data, data + 50);
    const length = engine.call("writeStringRecord", SCRATCH, 7, page, 100 + page, 50, data);
    engine.call("markSingleRecord", SCRATCH);
    stream.push(...taken(engine, length));
  }
  return Uint8Array.from(stream);
}

function makeBlock(engine: TestEngine, stream: Uint8Array, index: number): Uint8Array {
  const data = stream.subarray(index * 496, (index + 1) * 496);
  engine.call("initBlock", SCRATCH, BigInt(START_LSN + index * BLOCK), 1);
  engine.bytes.set(data, SCRATCH + 12);
  const isFull = data.length === 496 && (index + 1) * 496 < stream.length;
  engine.call("setBlockDataLength", SCRATCH, isFull ? BLOCK : 12 + data.length);
  engine.call("setBlockFirstRecordGroup", SCRATCH, index === 0 ? 12 : 0);
  engine.call("stampBlock", SCRATCH);
  return taken(engine, BLOCK);
}

/** A redo file of MySQL 8.0.30 or later, which starts at `startLsn`. */
export function makeMysqlRedo(
  engine: TestEngine,
  blocks: number,
  startLsn = START_LSN,
): Uint8Array {
  const file = new Uint8Array(2048 + (blocks + 4) * BLOCK);
  const view = new DataView(file.buffer);
  view.setUint32(0, 6);
  view.setUint32(4, 0xabcd);
  view.setBigUint64(8, BigInt(startLsn));
  file.set(new TextEncoder().encode("MySQL 8.4.8"), 16);
  view.setUint32(508, crc32c(engine, file.subarray(0, 508)));
  view.setBigUint64(512 + 8, BigInt(startLsn + 12));
  view.setUint32(512 + 508, crc32c(engine, file.subarray(512, 512 + 508)));
  for (let index = 0; index < blocks; index++) {
    const lsn = startLsn + index * BLOCK;
    const at = 2048 + index * BLOCK;
    view.setUint32(at, 1 + ((lsn / BLOCK) % 2 ** 30));
    const isLast = index === blocks - 1;
    view.setUint16(at + 4, isLast ? 12 + 15 : BLOCK);
    view.setUint16(at + 6, 12);
    view.setUint32(at + 8, 1 + Math.floor(lsn / BLOCK / 2 ** 30));
    // MLOG_4BYTES, a group by itself: space 5, page 3, offset 120, value 9; six bytes, again.
    for (let byte = 12; byte < (isLast ? 12 + 15 : 508); byte++)
      file[at + byte] = MYSQL_RECORD[(index * 496 + byte - 12) % 6]!;
    view.setUint32(at + 508, crc32c(engine, file.subarray(at, at + 508)));
  }
  return file;
}

const MYSQL_RECORD = [0x84, 5, 3, 0, 120, 9];

/** A redo log of MariaDB 10.8 or later with `count` mini-transactions since the checkpoint. */
export function makeMariadbRedo(
  engine: TestEngine,
  count: number,
  checkpointLsn = 12288,
): Uint8Array {
  const capacity = 65536;
  const file = new Uint8Array(12288 + capacity);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x50687973);
  view.setBigUint64(8, 12288n);
  file.set(new TextEncoder().encode("MariaDB 10.11.19"), 16);
  view.setUint32(508, crc32c(engine, file.subarray(0, 508)));
  view.setBigUint64(4096, BigInt(checkpointLsn));
  view.setBigUint64(4104, BigInt(checkpointLsn));
  view.setUint32(4156, crc32c(engine, file.subarray(4096, 4156)));
  let lsn = checkpointLsn;
  for (let n = 0; n < count; n++) {
    const mtr = n === 0 ? checkpointMtr() : pageMtr(n);
    const bit = 1 - (Math.floor((lsn + mtr.length - 12288) / capacity) & 1);
    const bytes = [...mtr, bit, ...bigEndian(crc32c(engine, Uint8Array.from(mtr)))];
    for (const byte of bytes) file[12288 + ((lsn++ - 12288) % capacity)] = byte;
  }
  return file;
}

/** FILE_CHECKPOINT: 0xF0 | 10, then space, page and LSN. */
function checkpointMtr(): number[] {
  return [0xfa, 0, 0, 0, 0, 0, 0, 0, 0, 0x30, 0];
}

/** A WRITE to a page, short and long form of its length. */
function pageMtr(n: number): number[] {
  const short = [0x35, 7, n & 127, 40, n & 127, 9];
  const long = [0x30, 40 - 15, ...new Array<number>(40 - 1).fill(n & 127)];
  return n % 3 === 0 ? [...short, ...long] : short;
}

/** A file of DETECT_ONLY records, each with `entries` pages. */
export function makeDetectOnly(engine: TestEngine, records: number, entries: number): Uint8Array {
  const file = new Uint8Array(records * 8192);
  for (let record = 0; record < records; record++) {
    engine.call("beginBatch", SCRATCH, record);
    for (let page = 0; page < entries; page++) {
      engine.call("addEntry", SCRATCH, 7, page, BigInt(9000 + page));
    }
    engine.call("finishBatch", SCRATCH);
    file.set(taken(engine, 8192), record * 8192);
  }
  return file;
}

/** A doublewrite file: copies of pages 1 to `copies`, then unused slots. */
export function makeDoublewrite(
  engine: TestEngine,
  shape: TablespaceShape,
  copies: number,
  generation = 0,
): Uint8Array {
  const file = new Uint8Array((copies + 2) * shape.pageSize);
  for (let page = 1; page <= copies; page++) {
    file.set(makePage(engine, shape, page, generation), (page - 1) * shape.pageSize);
  }
  return file;
}

/** The same tablespace under another checksum, as MariaDB or old MySQL would write it. */
export function withChecksums(
  engine: TestEngine,
  file: Uint8Array,
  pageSize: number,
  restamp: (engine: TestEngine, page: Uint8Array) => void,
): Uint8Array {
  const copy = file.slice();
  for (let at = 0; at < copy.length; at += pageSize) {
    const page = copy.subarray(at, at + pageSize);
    if (page.some((byte) => byte !== 0)) restamp(engine, page);
  }
  return copy;
}

/** MariaDB's full_crc32: flags with the marker, LSN before the checksum at the end. */
export function stampFullCrc32(engine: TestEngine, page: Uint8Array): void {
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const size = page.length;
  view.setUint32(0, 0);
  if (view.getUint16(24) === 8) view.setUint32(54, 0x10 | Math.log2(size / 512));
  view.setUint32(size - 8, view.getUint32(20));
  view.setUint32(size - 4, crc32c(engine, page.subarray(0, size - 4)));
}

/** innodb_checksum_algorithm=none. */
export function stampNone(_engine: TestEngine, page: Uint8Array): void {
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  view.setUint32(0, 0xdeadbeef);
  view.setUint32(page.length - 8, 0xdeadbeef);
}

/** innodb_checksum_algorithm=innodb, computed here in another way than the inspector does. */
export function stampInnodb(_engine: TestEngine, page: Uint8Array): void {
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const size = page.length;
  view.setUint32(0, (fold(page.subarray(4, 26)) + fold(page.subarray(38, size - 8))) >>> 0);
  view.setUint32(size - 8, fold(page.subarray(0, 26)));
}

function fold(bytes: Uint8Array): number {
  let hash = 0n;
  const mask = 0xffffffffn;
  for (const byte of bytes) {
    const mixed = hash ^ BigInt(byte) ^ 1653893711n;
    hash = (((((mixed << 8n) + hash) & mask) ^ 1463735687n) + BigInt(byte)) & mask;
  }
  return Number(hash);
}

/** One file of every kind, small. */
export function everyKind(engine: TestEngine): { name: string; bytes: Uint8Array }[] {
  const shape = (pageSize: number): TablespaceShape => ({ pageSize, pages: 8, used: 6 });
  const plain = makeTablespace(engine, shape(4096));
  return [
    { name: "tablespace 4k", bytes: plain },
    { name: "tablespace 16k", bytes: makeTablespace(engine, shape(16384)) },
    { name: "full_crc32", bytes: withChecksums(engine, plain, 4096, stampFullCrc32) },
    { name: "innodb", bytes: withChecksums(engine, plain, 4096, stampInnodb) },
    { name: "none", bytes: withChecksums(engine, plain, 4096, stampNone) },
    { name: "doublewrite", bytes: makeDoublewrite(engine, shape(4096), 5) },
    { name: "detect-only", bytes: makeDetectOnly(engine, 3, 40) },
    { name: "redo", bytes: makeRedo(engine, 20) },
    { name: "mysql redo", bytes: makeMysqlRedo(engine, 20) },
    { name: "mariadb redo", bytes: makeMariadbRedo(engine, 40) },
    { name: "mariadb redo, around", bytes: makeMariadbRedo(engine, 40, 12288 + 3 * 65536 - 200) },
  ];
}

export function crc32c(engine: TestEngine, bytes: Uint8Array): number {
  engine.bytes.set(bytes, SCRATCH + 131072);
  return engine.call("crc32c", SCRATCH + 131072, bytes.length);
}

function bigEndian(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
}

function taken(engine: TestEngine, length: number): Uint8Array {
  return engine.bytes.slice(SCRATCH, SCRATCH + length);
}
