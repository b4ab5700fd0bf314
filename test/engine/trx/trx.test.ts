// Commits: atomic, refused without a trace, and never a panic whatever the write set says.

import { describe, expect, test } from "vitest";
import { randomBytes, seededRandom } from "../../format/helpers.js";
import { allocatePages, BODY_SIZE, createStore, PAGE, STATUS, WriteSet } from "../harness.js";
import type { Machine, Options } from "../harness.js";
import { WS_ALLOCATE, WS_CHECK, WS_FREE, WS_WRITE } from "../write-set.js";

interface Ready {
  readonly machine: Machine;
  readonly space: number;
  readonly pages: number[];
}

function ready(options: Options = {}, count = 8): Ready {
  const machine = createStore(options);
  const space = machine.createSpace("t");
  const pages: number[] = [];
  while (pages.length < count) pages.push(...allocatePages(machine, space, 4));
  return { machine, space, pages };
}

/** Everything a refused commit must leave alone. */
function trace({ machine, space, pages }: Ready): unknown {
  const bodies = pages.map((page) => Buffer.from(machine.read(space, page) as Uint8Array));
  return [machine.x.lsn(), machine.x.poolPagesDirty(), Buffer.concat(bodies).toString("latin1")];
}

function lsnBytes(machine: Machine, space: number, page: number): Uint8Array {
  const at = machine.x.pageRead(space, page) - 38 + 16;
  return machine.bytes.slice(at, at + 8);
}

describe("trx: one commit", () => {
  test("several pages → all changed at one LSN, which is the commit's", () => {
    const { machine, space, pages } = ready();
    const set = new WriteSet();
    for (const page of pages) set.write(space, page, 7, `to ${page}`);
    expect(machine.commit(set)).toBe(STATUS.OK);
    expect(machine.x.commitLsn()).toBe(machine.x.lsn());
    for (const page of pages) {
      const body = machine.read(space, page) as Uint8Array;
      expect(Buffer.from(body).toString("latin1", 7, 8 + `${page}`.length + 2)).toBe(`to ${page}`);
      expect(Buffer.from(lsnBytes(machine, space, page)).readBigUInt64BE()).toBe(
        BigInt(machine.x.commitLsn()),
      );
    }
  });

  test("writes to one page → in order, the last one wins", () => {
    const { machine, space, pages } = ready();
    machine.commit(
      new WriteSet().write(space, pages[0]!, 0, "aaaa").write(space, pages[0]!, 2, "bbbb"),
    );
    const body = machine.read(space, pages[0]!) as Uint8Array;
    expect(Buffer.from(body.subarray(0, 6)).toString()).toBe("aabbbb");
  });

  test("the whole body, first byte to last → header and trailer stay", () => {
    const { machine, space, pages } = ready();
    const all = new Uint8Array(BODY_SIZE).fill(0xee);
    expect(machine.commit(new WriteSet().write(space, pages[0]!, 0, all))).toBe(STATUS.OK);
    machine.checkpoint();
    const file = machine.disk.file("data", space);
    const page = new DataView(file.buffer, file.byteOffset + pages[0]! * PAGE, PAGE);
    expect(page.getUint32(4)).toBe(pages[0]);
    expect(page.getUint32(PAGE - 4)).toBe(Number(page.getBigUint64(16) & 0xffffffffn));
  });

  test("an empty write set → OK, at today's LSN, no redo", () => {
    const { machine } = ready();
    const lsn = machine.x.lsn();
    expect(machine.commit(new WriteSet())).toBe(STATUS.OK);
    expect([machine.x.commitLsn(), machine.x.lsn()]).toEqual([lsn, lsn]);
  });

  test("a page is missing → PENDING names it, all missing reads start at once, then OK", () => {
    const small = ready({ framesCount: 32 }, 48);
    const { machine, space, pages } = small;
    const wanted = pages.filter((page) => machine.call("hashFind", space, page) === 0).slice(0, 4);
    expect(wanted).toHaveLength(4);
    const set = new WriteSet();
    for (const page of wanted) set.write(space, page, 0, "x");
    machine.hold = ({ op }) => op === "read";
    machine.rest();
    expect(machine.tryCommit(set)).toBe(STATUS.PENDING);
    expect(machine.x.pendingSpace()).toBe(space);
    expect(wanted).toContain(machine.x.pendingPage());
    machine.poll();
    const reads = machine.inFlight.filter(({ op }) => op === "read").map((r) => r.offset / PAGE);
    expect(reads).toEqual(wanted);
    machine.hold = () => false;
    expect(machine.commit(set)).toBe(STATUS.OK);
  });
});

describe("trx: CHECK", () => {
  test("the page as it was read → OK; changed since → CONFLICT, counted, nothing changed", () => {
    const all = ready();
    const { machine, space, pages } = all;
    const seen = lsnBytes(machine, space, pages[0]!);
    const set = (): WriteSet =>
      new WriteSet().check(space, pages[0]!, seen).write(space, pages[1]!, 0, "mine");
    expect(machine.commit(set())).toBe(STATUS.OK);
    machine.commit(new WriteSet().write(space, pages[0]!, 0, "theirs"));
    const before = trace(all);
    expect(machine.commit(set())).toBe(STATUS.CONFLICT);
    expect(machine.counter("TRX_CONFLICTS")).toBe(1);
    expect(trace(all)).toEqual(before);
  });

  test("only checks → OK or CONFLICT, and no redo", () => {
    const { machine, space, pages } = ready();
    const seen = lsnBytes(machine, space, pages[0]!);
    const lsn = machine.x.lsn();
    expect(machine.commit(new WriteSet().check(space, pages[0]!, seen))).toBe(STATUS.OK);
    expect(machine.commit(new WriteSet().check(space, pages[0]!, new Uint8Array(8)))).toBe(
      STATUS.CONFLICT,
    );
    expect(machine.x.lsn()).toBe(lsn);
  });
});

describe("trx: refused without a trace", () => {
  const all = ready();
  const { machine, space, pages } = all;
  const [page] = pages as [number];
  const freed = pages.at(-1)!;
  machine.commit(new WriteSet().free(space, freed));
  machine.x.fspUnreserve(space, freed);
  const rest = { ...all, pages: pages.slice(0, -1) };
  const reserved = machine.reserve(space);

  const good = (): WriteSet => new WriteSet().write(space, page, 0, "leaves no trace");
  const none = new Uint8Array(0);
  const cases: [string, keyof typeof STATUS, () => Uint8Array][] = [
    ["15 bytes", "BAD_REQUEST", () => good().bytes().slice(0, 15)],
    ["payload cut off", "BAD_REQUEST", () => good().bytes().slice(0, -1)],
    ["an unknown op", "BAD_REQUEST", () => good().add(9, space, page, 0, none).bytes()],
    ["op 0", "BAD_REQUEST", () => good().add(0, space, page, 0, none).bytes()],
    ["a write of nothing", "BAD_REQUEST", () => good().add(WS_WRITE, space, page, 0, none).bytes()],
    [
      "a write beyond the body",
      "BAD_REQUEST",
      () => good().write(space, page, BODY_SIZE, "x").bytes(),
    ],
    [
      "a write across its end",
      "BAD_REQUEST",
      () =>
        good()
          .write(space, page, BODY_SIZE - 1, "xy")
          .bytes(),
    ],
    [
      "a check of 7 bytes",
      "BAD_REQUEST",
      () => good().add(WS_CHECK, space, page, 0, new Uint8Array(7)).bytes(),
    ],
    [
      "an allocation with payload",
      "BAD_REQUEST",
      () => good().add(WS_ALLOCATE, space, reserved, 0, new Uint8Array(1)).bytes(),
    ],
    [
      "a free with payload",
      "BAD_REQUEST",
      () => good().add(WS_FREE, space, page, 0, new Uint8Array(1)).bytes(),
    ],
    ["an allocation never reserved", "BAD_REQUEST", () => good().allocate(space, page).bytes()],
    [
      "the same page allocated twice",
      "BAD_REQUEST",
      () => good().allocate(space, reserved).allocate(space, reserved).bytes(),
    ],
    [
      "a write to a reserved page",
      "NOT_ALLOCATED",
      () => good().write(space, reserved, 0, "x").bytes(),
    ],
    [
      "a write before its allocation",
      "NOT_ALLOCATED",
      () => good().write(space, reserved, 0, "x").allocate(space, reserved).bytes(),
    ],
    [
      "a free of a reserved page",
      "NOT_ALLOCATED",
      () => good().allocate(space, reserved).free(space, reserved).bytes(),
    ],
    ["a write to a freed page", "NOT_ALLOCATED", () => good().write(space, freed, 0, "x").bytes()],
    ["a free of a freed page", "NOT_ALLOCATED", () => good().free(space, freed).bytes()],
    ["a write to the space header", "NOT_ALLOCATED", () => good().write(space, 0, 0, "x").bytes()],
    [
      "the header, with its bitmap in use",
      "NOT_ALLOCATED",
      () => new WriteSet().free(space, page).write(space, 0, 0, "x").bytes(),
    ],
    [
      "a free of the header likewise",
      "NOT_ALLOCATED",
      () => new WriteSet().free(space, page).free(space, 0).bytes(),
    ],
    ["a free of the dictionary", "NOT_ALLOCATED", () => good().free(0, 2).bytes()],
    ["a write to an unknown space", "NOT_FOUND", () => good().write(88, 1, 0, "x").bytes()],
    ["a write beyond the end", "NOT_FOUND", () => good().write(space, 100_000, 0, "x").bytes()],
  ];

  test.each(cases)("%s → %s", (_, status, bytes) => {
    const before = trace(rest);
    expect(machine.commit(bytes())).toBe(STATUS[status]);
    expect(trace(rest)).toEqual(before);
    machine.x.checkInvariants();
  });

  test("after all of them → the same machine commits", () => {
    expect(
      machine.commit(new WriteSet().allocate(space, reserved).write(space, reserved, 0, "x")),
    ).toBe(STATUS.OK);
  });
});

describe("trx: TOO_LARGE, at once and not by waiting", () => {
  const big = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(1);

  test("a write set above its largest size", () => {
    const { machine, space, pages } = ready();
    const set = new WriteSet();
    for (let n = 0; n < 5; n++) set.write(space, pages[n]!, 0, big(3300));
    expect(set.bytes().length).toBeGreaterThan(16384);
    expect(machine.tryCommit(set)).toBe(STATUS.TOO_LARGE);
  });

  test("redo above half of what the log may hold", () => {
    const { machine, space, pages } = ready({ redoCapacity: 2048 + 40 * 512 });
    const set = new WriteSet();
    for (let n = 0; n < 3; n++) set.write(space, pages[n]!, 0, big(3300));
    expect(machine.tryCommit(set)).toBe(STATUS.TOO_LARGE);
    expect(machine.commit(new WriteSet().write(space, pages[0]!, 0, big(3300)))).toBe(STATUS.OK);
  });

  test("more pages than half the pool", () => {
    const { machine, space, pages } = ready({ framesCount: 32 }, 24);
    const set = (count: number): WriteSet => {
      const made = new WriteSet();
      for (const page of pages.slice(0, count)) made.write(space, page, 0, "x");
      return made;
    };
    expect(machine.commit(set(17))).toBe(STATUS.TOO_LARGE);
    expect(machine.commit(set(16))).toBe(STATUS.OK);
  });

  test("more allocations than a quarter of the pool", () => {
    const { machine, space } = ready({ framesCount: 32, extendPages: 16 });
    const pages = Array.from({ length: 9 }, () => machine.reserve(space));
    const set = new WriteSet();
    for (const page of pages) set.allocate(space, page);
    expect(machine.tryCommit(set)).toBe(STATUS.TOO_LARGE);
    const fewer = new WriteSet();
    for (const page of pages.slice(1)) fewer.allocate(space, page);
    expect(machine.commit(fewer)).toBe(STATUS.OK);
  });

  test("1025 pages allocated or freed", () => {
    const { machine, space, pages } = ready({
      trxBytesMax: 32768,
      redoCapacity: 4 << 20,
      logBufferSize: 1 << 20,
    });
    const set = new WriteSet();
    for (let n = 0; n < 1025; n++) set.free(space, pages[0]!);
    expect(machine.tryCommit(set)).toBe(STATUS.TOO_LARGE);
  });
});

describe("trx: fuzz", () => {
  test.each([1, 2, 3, 4])(
    "seed %i: mutated write sets → refused or taken, never a panic",
    (seed) => {
      const { machine, space, pages } = ready({ redoCapacity: 1 << 20 });
      const random = seededRandom(seed);
      const counts = new Map<number, number>();
      for (let round = 0; round < 1500; round++) {
        const bytes = fuzzed(machine, random, space, pages);
        const commits = machine.counter("TRX_COMMITS");
        const status = machine.commit(bytes);
        counts.set(status, (counts.get(status) ?? 0) + 1);
        const taken = machine.counter("TRX_COMMITS") - commits;
        if (status !== STATUS.OK) expect(taken, `seed ${seed}, round ${round}`).toBe(0);
        if (round % 50 === 0) machine.x.checkInvariants();
      }
      for (const name of ["OK", "BAD_REQUEST", "NOT_ALLOCATED", "NOT_FOUND"] as const) {
        expect(counts.get(STATUS[name]) ?? 0, `seed ${seed}: ${name}`).toBeGreaterThan(10);
      }
      expect(machine.state()).toBe("RUNNING");
    },
  );
});

/** A few plausible records, then perhaps some bytes changed, cut or added. */
function fuzzed(
  machine: Machine,
  random: () => number,
  space: number,
  pages: readonly number[],
): Uint8Array {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const set = new WriteSet();
  const count = Math.floor(random() * 5);
  for (let n = 0; n < count; n++) {
    const page = random() < 0.8 ? pick(pages) : pick([0, 1, 4, 0xffffffff, 4096, 20]);
    const target = random() < 0.9 ? space : pick([0, 1, 2, 0xffffffff]);
    const dice = random();
    if (dice < 0.6) {
      set.write(target, page, Math.floor(random() * 4200), randomBytes(random, 1 + random() * 60));
    } else if (dice < 0.7) set.check(target, page, randomBytes(random, 8));
    else if (dice < 0.8) set.free(target, page);
    else if (machine.x.fspReserve(space) === STATUS.OK)
      set.allocate(space, machine.x.reservedPage());
    else set.allocate(target, page);
  }
  const bytes = set.bytes();
  const changes = random() < 0.5 ? 0 : Math.floor(random() * 4);
  for (let n = 0; n < changes && bytes.length > 0; n++) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  }
  return random() < 0.1 ? bytes.slice(0, Math.floor(random() * bytes.length)) : bytes;
}
