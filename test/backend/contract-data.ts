// Contract, part 1: bytes. What is written is what is read, holes and zero fills are zeros, and
// checksums are stamped by those who promise it and by nobody else.

import { DONE_BAD_CHECKSUM, DONE_VERIFIED } from "../../host/abi.js";
import {
  CALL,
  OP_RWF_ATOMIC,
  OP_RWF_DSYNC,
  OP_STAMP_LOG,
  OP_STAMP_PAGES,
  OP_VERIFY_PAGE,
} from "../../host/backend/backend.js";
import type { FileHandle } from "../../host/backend/backend.js";
import type { Check } from "./contract.js";
import { bytesDiffer, differ, first, PAGE } from "./rig.js";
import type { OpFields, Rig } from "./rig.js";

const { pread, pwrite, fsync, fdatasync, zeroFill, nop } = CALL;
const MIB = 1 << 20;
const EINVAL = -22;
const ENODATA = -61;
const EOPNOTSUPP = -95;

/** Checksums of the two blocks built below; two innochecksum binaries agree on the first. */
const PAGE_CRC32 = 0x970ee1cb;
const LOG_BLOCK_CRC32C = 0xe262dfe3;

export const dataChecks: Readonly<Record<string, Check>> = {
  "a read returns exactly the bytes written, and touches no others": async (rig) => {
    const file = rig.create("bytes");
    const size = 300_000;
    const model = rig.pattern(0, size, 1).slice();
    await rig.results({ call: pwrite, file, length: size });
    const ops: OpFields[] = [];
    for (const [i, length] of [1, 511, 512, 4096, PAGE, 65_543].entries()) {
      const [offset, address] = [i * 40_001 + 3, MIB + i * 100_003];
      model.set(rig.pattern(address, length, i + 2), offset);
      ops.push({ call: pwrite, file, offset, address, length });
    }
    await rig.results(...ops);
    const target = 2 * MIB;
    rig.memory.fill(0xee, target - 64, target + size + 64);
    await rig.results({ call: pread, file, address: target, length: size });
    const guard = new Uint8Array(64).fill(0xee);
    return first(
      bytesDiffer("the file", model, rig.memory.subarray(target, target + size)),
      bytesDiffer("memory before", guard, rig.memory.subarray(target - 64, target)),
      bytesDiffer("memory after", guard, rig.memory.subarray(target + size, target + size + 64)),
    );
  },

  "a result is the whole length, and 0 for a sync": async (rig) => {
    const file = rig.create("lengths");
    const found = [
      ...(await rig.results({ call: pwrite, file, length: 2 * PAGE })),
      ...(await rig.results({ call: zeroFill, file, offset: PAGE, length: 3 * MIB + 5 })),
      ...(await rig.results({ call: pread, file, length: 100 }, { call: pread, file, length: 0 })),
      ...(await rig.results({ call: fsync, file }, { call: fdatasync, file }, { call: nop })),
      ...(await rig.results({ call: pwrite, file, length: 0 })),
    ];
    return differ("results", [2 * PAGE, 3 * MIB + 5, 100, 0, 0, 0, 0, 0], found);
  },

  "a write beyond the end leaves zeros between": async (rig) => {
    const file = rig.create("hole");
    const [a, b] = [rig.pattern(0, 100, 1).slice(), rig.pattern(PAGE, 100, 2).slice()];
    await rig.results({ call: pwrite, file, length: 100 });
    await rig.results({ call: pwrite, file, offset: 50_000, address: PAGE, length: 100 });
    const expected = new Uint8Array(50_100);
    expected.set(a);
    expected.set(b, 50_000);
    return first(
      differ("size", expected.length, rig.backend.fileSize(file)),
      bytesDiffer("the file", expected, await rig.content(file, 0, expected.length)),
    );
  },

  "a zero fill overwrites what is there and grows the file": async (rig) => {
    const file = rig.create("zeros");
    const expected = new Uint8Array(2 * MIB + 9000);
    const old = rig.pattern(0, MIB + 7000, 3);
    expected.set(old);
    await rig.results({ call: pwrite, file, length: old.length });
    await rig.results({ call: zeroFill, file, offset: 3000, length: 2 * MIB + 6000 });
    expected.fill(0, 3000);
    return first(
      differ("size", expected.length, rig.backend.fileSize(file)),
      bytesDiffer("the file", expected, await rig.content(file, 0, expected.length)),
    );
  },

  "a read that reaches past the end is ENODATA": async (rig) => {
    const file = rig.create("short");
    await rig.results({ call: pwrite, file, length: 1000 });
    const found = await rig.results(
      { call: pread, file, offset: 0, length: 1000 },
      { call: pread, file, offset: 0, length: 1001 },
      { call: pread, file, offset: 999, length: 2 },
      { call: pread, file, offset: 1000, length: 1 },
      { call: pread, file, offset: 1 << 30, length: PAGE },
    );
    return differ("results", [1000, ENODATA, ENODATA, ENODATA, ENODATA], found);
  },

  "an offset above 4 GiB is not cut to 32 bits": async (rig) => {
    // Only a file system stores a hole of 5 GiB; a memory has no room for it.
    if (!rig.backend.capabilities.persistent) return null;
    const file = rig.create("sparse");
    const far = 5 * 2 ** 30 + 12_345;
    const expected = rig.pattern(0, PAGE, 7).slice();
    await rig.results({ call: pwrite, file, offset: far, length: PAGE });
    return first(
      differ("size", far + PAGE, rig.backend.fileSize(file)),
      bytesDiffer("the page", expected, await rig.content(file, far, PAGE)),
    );
  },

  "pwritev2 flags are honored or refused, never dropped": async (rig) => {
    const file = rig.create("flags");
    rig.pattern(0, PAGE, 5);
    const flags = [OP_RWF_DSYNC, OP_RWF_ATOMIC];
    const found = await rig.results(
      ...flags.map((flag, i) => ({
        ...{ call: pwrite, file, flags: flag, offset: i * PAGE, length: PAGE },
      })),
    );
    if (!rig.backend.capabilities.rwf) return differ("results", [EOPNOTSUPP, EOPNOTSUPP], found);
    // The device decides about atomic writes; the kernel does about durable ones.
    const atomic = [PAGE, EOPNOTSUPP, EINVAL].includes(found[1] ?? 0);
    return first(
      differ("RWF_DSYNC", PAGE, found[0]),
      atomic ? null : `RWF_ATOMIC: expected the length or a refusal, found ${found[1]}`,
    );
  },

  "checksums are stamped where promised, and only there": async (rig) => {
    const file = rig.create("stamps");
    const page = buildPage(rig, 0);
    const block = buildLogBlock(rig, PAGE);
    const flags = OP_STAMP_PAGES;
    await rig.results({ call: pwrite, file, flags, length: PAGE });
    await rig.results({
      ...{ call: pwrite, file, flags: OP_STAMP_LOG, offset: PAGE, address: PAGE, length: 512 },
    });
    if (rig.backend.capabilities.checksums) {
      write32(page, 0, PAGE_CRC32);
      write32(page, PAGE - 8, PAGE_CRC32);
      write32(block, 508, LOG_BLOCK_CRC32C);
    }
    return first(
      bytesDiffer("the page", page, await rig.content(file, 0, PAGE)),
      bytesDiffer("the log block", block, await rig.content(file, PAGE, 512)),
    );
  },

  "checksums are verified where promised, and never claimed elsewhere": async (rig) => {
    const file = rig.create("verified");
    const page = buildPage(rig, 0);
    write32(page, 0, PAGE_CRC32);
    write32(page, PAGE - 8, PAGE_CRC32);
    rig.memory.set(page, 0);
    page[5000]! ^= 1;
    rig.memory.set(page, PAGE);
    await rig.results({ call: pwrite, file, length: 2 * PAGE });
    const found = await verifiedReads(rig, file);
    const [good, bad] = rig.backend.capabilities.checksums
      ? [DONE_VERIFIED, DONE_BAD_CHECKSUM]
      : [0, 0];
    return differ("done flags of a good, a damaged and a plain read", [good, bad, 0], found);
  },
};

async function verifiedReads(rig: Rig, file: FileHandle): Promise<(number | null)[]> {
  const read = { call: pread, file, address: 2 * PAGE, length: PAGE };
  const found: (number | null)[] = [];
  for (const [offset, flags] of [
    [0, OP_VERIFY_PAGE],
    [PAGE, OP_VERIFY_PAGE],
    [0, 0],
  ] as const) {
    const [completion] = await rig.run({ ...read, offset, flags });
    found.push(completion?.doneFlags ?? null);
  }
  return found;
}

/** Page 1 of space 7, without checksums; the image is in memory at `address` and returned. */
function buildPage(rig: Rig, address: number): Uint8Array {
  const page = new Uint8Array(PAGE);
  write32(page, 4, 1); // page number
  write32(page, 8, 0xffffffff); // no previous page
  write32(page, 12, 0xffffffff); // no next page
  write32(page, 16, 0x00000001); // page LSN, high half
  write32(page, 20, 0x00001235); // page LSN, low half
  page[25] = 5; // page type
  write32(page, 34, 7); // space id
  for (let j = 0; j < 200; j++) page[38 + j] = (37 + j) & 255;
  write32(page, PAGE - 4, 0x00001235); // low half of the page LSN again
  rig.memory.set(page, address);
  return page;
}

/** Log block 37745, without its checksum; the image is in memory at `address` and returned. */
function buildLogBlock(rig: Rig, address: number): Uint8Array {
  const block = new Uint8Array(512);
  write32(block, 0, 37_745); // block number
  write32(block, 4, (512 << 16) | 19); // data length, first record group
  write32(block, 8, 1); // epoch
  for (let j = 0; j < 496; j++) block[12 + j] = j & 255;
  rig.memory.set(block, address);
  return block;
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, value);
}
