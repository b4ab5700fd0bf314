// Every way to run an operation, on real files: content, checksums, chains and errors.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DONE_BAD_CHECKSUM, DONE_VERIFIED } from "../../host/abi.js";
import * as wire from "../../host/backend/backend.js";
import { loadAddon } from "../../native/index.js";
import { BUFFERED, DIRECT, isMissing, Lab, LAB_EXECUTORS, PAGE, seeded } from "./lab.js";

const { CALL, OP_LINK, OP_STAMP_LOG, OP_STAMP_PAGES, OP_VERIFY_PAGE } = wire;
const EBADF = -9;
const EFAULT = -14;
const EINVAL = -22;
const ENODATA = -61;
const ECANCELED = -125;
const PAGES = 200;

describe.each(LAB_EXECUTORS)("native $executor", (executor) => {
  let lab: Lab;
  beforeEach((context) => {
    if (isMissing(executor)) context.skip();
    lab = new Lab(executor);
  });
  afterEach(() => lab?.end());

  const content = (name: string) => readFileSync(join(lab.directory, name));

  test("pwrite, fdatasync, pread: bytes come back", async () => {
    const file = lab.create("file", BUFFERED);
    lab.memory.fill(7, 0, 512);

    const write = lab.op(CALL.pwrite, file, { offset: 1024, length: 512 });
    expect(await lab.results(write)).toEqual([512]);
    expect(await lab.results(lab.op(CALL.fdatasync, file))).toEqual([0]);
    expect(await lab.results(lab.op(CALL.fsync, file))).toEqual([0]);
    const read = lab.op(CALL.pread, file, { offset: 1024, address: 4096, length: 512 });
    expect(await lab.results(read)).toEqual([512]);

    expect(lab.memory.subarray(4096, 4608).every((byte) => byte === 7)).toBe(true);
    expect(
      content("file")
        .subarray(0, 1024)
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  test.each([BUFFERED, DIRECT])(
    "1000 random page writes and reads, %o → verified",
    async (mode) => {
      const seed = 4711;
      const random = seeded(seed);
      const file = lab.create("pages", mode);
      const expected = new Map<number, number>(); // page number → byte it is filled with
      await lab.run(lab.op(CALL.zeroFill, file, { length: PAGES * PAGE }));

      for (let round = 0; round < 20; round++) {
        const numbers = [...new Set(Array.from({ length: 50 }, () => random(PAGES)))];
        numbers.forEach((number, slot) => {
          const fill = 1 + random(255);
          expected.set(number, fill);
          lab.memory.fill(fill, slot * PAGE, (slot + 1) * PAGE);
        });
        const writes = numbers.map((number, slot) =>
          lab.op(CALL.pwrite, file, page(slot, number, OP_STAMP_PAGES)),
        );
        expect(new Set(await lab.results(...writes)), `seed ${seed}`).toEqual(new Set([PAGE]));
      }

      for (const number of Array.from({ length: PAGES }, (_, index) => index)) {
        const read = lab.op(CALL.pread, file, page(60, number, OP_VERIFY_PAGE));
        const [outcome] = await lab.run(read);
        const where = `seed ${seed}, page ${number}`;
        expect(outcome, where).toMatchObject({ result: PAGE, doneFlags: DONE_VERIFIED });
        expect(lab.memory[60 * PAGE + 5000], where).toBe(expected.get(number) ?? 0);
      }
    },
  );

  test("zeroFill: 2.5 MiB, direct → real zeros of that size", async () => {
    const file = lab.create("zeros", DIRECT);

    const [result] = await lab.results(lab.op(CALL.zeroFill, file, { length: 2.5 * 2 ** 20 }));

    expect(result).toBe(2.5 * 2 ** 20);
    expect(content("zeros").length).toBe(2.5 * 2 ** 20);
    expect(content("zeros").every((byte) => byte === 0)).toBe(true);
  });

  test("OP_STAMP_PAGES: two pages → both carry their checksum at both ends", async () => {
    const file = lab.create("stamped", BUFFERED);
    lab.memory.fill(0xab, 0, PAGE);
    lab.memory.fill(0xcd, PAGE, 2 * PAGE);

    await lab.run(lab.op(CALL.pwrite, file, { length: 2 * PAGE, flags: OP_STAMP_PAGES }));

    for (const number of [0, 1]) {
      const bytes = content("stamped").subarray(number * PAGE, (number + 1) * PAGE);
      const sum = loadAddon()!.pageChecksum(bytes, "table");
      expect([bytes.readUInt32BE(0), bytes.readUInt32BE(PAGE - 8)]).toEqual([sum, sum]);
    }
  });

  test("OP_STAMP_LOG: a used block is stamped, a block of zeros is left alone", async () => {
    const file = lab.create("log", BUFFERED);
    lab.memory.fill(0x11, 0, 512);

    await lab.run(lab.op(CALL.pwrite, file, { length: 1024, flags: OP_STAMP_LOG }));

    const bytes = content("log");
    const sum = loadAddon()!.crc32c(bytes.subarray(0, 508), 0, "table");
    expect(bytes.readUInt32BE(508)).toBe(sum);
    expect(bytes.subarray(512).every((byte) => byte === 0)).toBe(true);
  });

  test("OP_VERIFY_PAGE: one changed byte → DONE_BAD_CHECKSUM, and the bytes still arrive", async () => {
    const file = lab.create("bad", BUFFERED);
    lab.memory.fill(0x77, 0, PAGE);
    await lab.run(lab.op(CALL.pwrite, file, page(0, 0, OP_STAMP_PAGES)));
    await lab.run(lab.op(CALL.pwrite, file, { offset: 9000, address: 3 * PAGE, length: 1 }));

    const [outcome] = await lab.run(lab.op(CALL.pread, file, page(1, 0, OP_VERIFY_PAGE)));

    expect(outcome).toMatchObject({ result: PAGE, doneFlags: DONE_BAD_CHECKSUM });
  });

  test("pread: over the end of the file, buffered or direct → ENODATA", async () => {
    const buffered = lab.create("short", BUFFERED);
    await lab.run(lab.op(CALL.pwrite, buffered, { length: 4196 }));
    const direct = lab.backend.open(join(lab.directory, "short"), DIRECT, false);

    for (const file of [buffered, direct]) {
      expect(await lab.results(lab.op(CALL.pread, file, { length: 8192 }))).toEqual([ENODATA]);
      const beyond = lab.op(CALL.pread, file, { offset: 16384, length: 4096 });
      expect(await lab.results(beyond)).toEqual([ENODATA]);
    }
  });

  test("direct: unaligned offset or address → EINVAL", async () => {
    const file = lab.create("direct", DIRECT);
    await lab.run(lab.op(CALL.zeroFill, file, { length: PAGE }));

    const offset = lab.op(CALL.pwrite, file, { offset: 100, length: 4096 });
    const address = lab.op(CALL.pread, file, { address: 1, length: 4096 });

    expect(await lab.results(offset, address)).toEqual([EINVAL, EINVAL]);
  });

  test("chain: a failure in the middle → the rest of that chain is canceled, no other", async () => {
    const file = lab.create("chain", BUFFERED);
    const broken = 1 << 20; // no such file descriptor
    const linked = { length: 512, flags: OP_LINK };

    const results = await lab.results(
      lab.op(CALL.pwrite, file, linked),
      lab.op(CALL.pwrite, broken, linked),
      lab.op(CALL.pwrite, file, { ...linked, offset: 8192 }),
      lab.op(CALL.fdatasync, file),
      lab.op(CALL.pwrite, file, { ...linked, offset: 512 }),
      lab.op(CALL.fdatasync, file),
    );

    expect(results).toEqual([512, EBADF, ECANCELED, ECANCELED, 512, 0]);
    expect(content("chain").length).toBe(1024);
  });

  test("chain: an operation that is refused unseen also cancels what follows", async () => {
    const file = lab.create("refused", BUFFERED);
    const outside = { address: lab.memory.length - 100, length: 512, flags: OP_LINK };

    const results = await lab.results(
      lab.op(CALL.pwrite, file, outside),
      lab.op(CALL.fdatasync, file),
    );

    expect(results).toEqual([EFAULT, ECANCELED]);
  });

  test("chain: open at the end of what was started → ends there", async () => {
    const file = lab.create("open-end", BUFFERED);

    const first = lab.op(CALL.pwrite, 1 << 20, { length: 512, flags: OP_LINK });
    expect(await lab.results(first)).toEqual([EBADF]);
    expect(await lab.results(lab.op(CALL.fdatasync, file))).toEqual([0]);
  });

  test("log chains: started together → run in order, the last write wins", async () => {
    const file = lab.create("order", BUFFERED);
    const writes = Array.from({ length: 40 }, (_, index) => {
      lab.memory.fill(index + 1, index * 512, index * 512 + 508);
      const flags = OP_STAMP_LOG | (index % 2 === 0 ? OP_LINK : 0);
      return lab.op(CALL.pwrite, file, { address: index * 512, length: 512, flags });
    });

    await lab.run(...writes);

    expect(content("order")[0]).toBe(40);
  });

  test("range checks: past the memory → EFAULT, half a page to stamp → EINVAL", async () => {
    const file = lab.create("ranges", BUFFERED);

    const results = await lab.results(
      lab.op(CALL.pread, file, { address: lab.memory.length, length: 1 }),
      lab.op(CALL.pwrite, file, { length: PAGE / 2, flags: OP_STAMP_PAGES }),
      lab.op(CALL.pwrite, file, { length: 500, flags: OP_STAMP_LOG }),
    );

    expect(results).toEqual([EFAULT, EINVAL, EINVAL]);
    expect(content("ranges").length).toBe(0);
  });

  test("nop: result 0, and a time that is not absurd", async () => {
    const [outcome] = await lab.run(lab.op(CALL.nop, -1));

    expect(outcome!.result).toBe(0);
    expect(outcome!.nanoseconds).toBeLessThan(10e9);
  });

  test("OP_RWF_DSYNC: accepted, bytes arrive", async () => {
    const file = lab.create("dsync", BUFFERED);
    const fields = { length: 512, flags: wire.OP_RWF_DSYNC };

    expect(await lab.results(lab.op(CALL.pwrite, file, fields))).toEqual([512]);
  });

  test("OP_RWF_ATOMIC: where the file has no atomic unit → refused, never plain", async () => {
    const file = lab.create("atomic", DIRECT);
    await lab.run(lab.op(CALL.zeroFill, file, { length: PAGE }));
    const unitMax = loadAddon()!.fileFacts(file).atomicUnitMax ?? 0;
    const fields = { length: PAGE, flags: wire.OP_RWF_ATOMIC };

    const [result] = await lab.results(lab.op(CALL.pwrite, file, fields));

    if (unitMax >= PAGE) expect(result).toBe(PAGE);
    else expect(result).toBeLessThan(0);
  });

  test("more operations than the queue is deep, mixed calls → each completes once", async () => {
    const file = lab.create("many", BUFFERED);
    const ops = Array.from({ length: 1500 }, (_, index) =>
      index % 100 === 99
        ? lab.op(CALL.fdatasync, file)
        : lab.op(CALL.pwrite, file, { offset: index * 512, length: 512 }),
    );

    const results = await lab.results(...ops);

    expect(results.filter((result) => result === 512)).toHaveLength(1485);
    expect(results.filter((result) => result === 0)).toHaveLength(15);
    expect(lab.backend.pending()).toBe(0);
  });
});

function page(slot: number, number: number, flags: number) {
  return { address: slot * PAGE, offset: number * PAGE, length: PAGE, flags };
}
