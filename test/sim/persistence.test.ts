// The crash model as a table of truths: one call sequence a row, and every content of a file that
// each crash may leave. Sectors are numbers: 1 was there, 10 is the first write, 20 the second.

import { describe, expect, test } from "vitest";
import { CRASHES, DRIVE_CACHES, type Crash, type Device } from "../../host/sim/device.js";
import { scene, type Scene } from "./scene.js";

const OLD = "1 1 1 1 1 1 1 1";
const NEW = "10 10 1 1 1 1 1 1";
const TORN = ["1 10 1 1 1 1 1 1", "10 1 1 1 1 1 1 1"];
const ANY = [OLD, NEW, ...TORN];
/** The page cache is lost page by page: 4096 bytes are 8 sectors. */
const WHOLE = [OLD, NEW];
const SAFE = [NEW];

interface Row {
  readonly what: string;
  readonly device?: Partial<Device>;
  readonly calls: (at: Scene) => Scene;
  /** By crash: process kill, OS crash, power cut; of file "a". */
  readonly disks: readonly [readonly string[], readonly string[], readonly string[]];
}

const write2 = (mode: "buffered" | "direct" | "dsync" | "atomic") => (at: Scene) =>
  at.write("a", 0, 2, mode);

const ROWS: readonly Row[] = [
  { what: "buffered write", calls: write2("buffered"), disks: [SAFE, WHOLE, ANY] },
  { what: "O_DIRECT write", calls: write2("direct"), disks: [SAFE, SAFE, ANY] },
  { what: "O_DSYNC write", calls: write2("dsync"), disks: [SAFE, SAFE, SAFE] },
  { what: "RWF_ATOMIC write", calls: write2("atomic"), disks: [SAFE, SAFE, WHOLE] },
  {
    what: "buffered write in flight",
    calls: (at) => at.start("a", 0, 2),
    disks: [WHOLE, WHOLE, ANY],
  },
  {
    what: "O_DSYNC write in flight",
    calls: (at) => at.start("a", 0, 2, "dsync"),
    disks: [WHOLE, WHOLE, ANY],
  },
  {
    what: "RWF_ATOMIC write in flight",
    calls: (at) => at.start("a", 0, 2, "atomic"),
    disks: [WHOLE, WHOLE, WHOLE],
  },
  {
    what: "write that failed",
    calls: (at) => at.start("a", 0, 2).fail(),
    disks: [WHOLE, WHOLE, ANY],
  },
  {
    what: "buffered write, sync",
    calls: (at) => at.write("a", 0, 2).sync("a"),
    disks: [SAFE, SAFE, SAFE],
  },
  {
    what: "sync that began before the write had ended",
    calls: (at) => at.start("a", 0, 2).startSync("a").end().end(),
    disks: [SAFE, WHOLE, ANY],
  },
  {
    what: "sync that has not ended",
    calls: (at) => at.write("a", 0, 2).startSync("a"),
    disks: [SAFE, WHOLE, ANY],
  },
  {
    what: "buffered write, sync of another file",
    calls: (at) => at.write("a", 0, 2).sync("b"),
    disks: [SAFE, WHOLE, ANY],
  },
  {
    what: "O_DIRECT write, sync of another file drains the whole drive",
    calls: (at) => at.write("a", 0, 2, "direct").sync("b"),
    disks: [SAFE, SAFE, SAFE],
  },
  {
    what: "O_DIRECT write, sync of redo on a drive of its own",
    device: { separateLog: true },
    calls: (at) => at.write("a", 0, 2, "direct").sync("log"),
    disks: [SAFE, SAFE, ANY],
  },
  {
    what: "O_DIRECT write, sync of another file of the same drive beside a redo drive",
    device: { separateLog: true },
    calls: (at) => at.write("a", 0, 2, "direct").sync("b"),
    disks: [SAFE, SAFE, SAFE],
  },
  {
    what: "O_DIRECT write, then an O_DSYNC write of another file: FUA drains nothing",
    calls: (at) => at.write("a", 0, 2, "direct").write("b", 0, 1, "dsync"),
    disks: [SAFE, SAFE, ANY],
  },
  {
    what: "nobarrier: a synced buffered write is in the drive",
    device: { barriers: false },
    calls: (at) => at.write("a", 0, 2).sync("a"),
    disks: [SAFE, SAFE, ANY],
  },
  {
    what: "nobarrier: so is an O_DSYNC write",
    device: { barriers: false },
    calls: write2("dsync"),
    disks: [SAFE, SAFE, ANY],
  },
  {
    what: "nobarrier and a battery",
    device: { barriers: false, cache: "battery" },
    calls: (at) => at.write("a", 0, 2).sync("a"),
    disks: [SAFE, SAFE, SAFE],
  },
  {
    what: "a drive that lies about flushes",
    device: { honest: false },
    calls: (at) => at.write("a", 0, 2).sync("a"),
    disks: [SAFE, SAFE, ANY],
  },
  {
    what: "4096-byte sectors",
    device: { atomicUnit: 4096 },
    calls: write2("direct"),
    disks: [SAFE, SAFE, WHOLE],
  },
  {
    what: "1024-byte atomic unit, a write across a boundary",
    device: { atomicUnit: 1024 },
    calls: (at) => at.write("a", 1, 2, "direct"),
    disks: [
      ["1 10 10 1 1 1 1 1"],
      ["1 10 10 1 1 1 1 1"],
      [OLD, "1 10 10 1 1 1 1 1", "1 10 1 1 1 1 1 1", "1 1 10 1 1 1 1 1"],
    ],
  },
  {
    what: "copy-on-write: an O_DIRECT write lies beside the old bytes, whole",
    device: { copyOnWrite: true },
    calls: write2("direct"),
    disks: [SAFE, WHOLE, WHOLE],
  },
  {
    what: "copy-on-write and a battery: nothing is reachable before a sync",
    device: { copyOnWrite: true, cache: "battery" },
    calls: write2("direct"),
    disks: [SAFE, WHOLE, WHOLE],
  },
  {
    what: "copy-on-write, synced",
    device: { copyOnWrite: true },
    calls: (at) => at.write("a", 0, 2, "direct").sync("a"),
    disks: [SAFE, SAFE, SAFE],
  },
  {
    what: "copy-on-write, the sync of another file",
    device: { copyOnWrite: true },
    calls: (at) => at.write("a", 0, 2, "direct").sync("b"),
    disks: [SAFE, WHOLE, WHOLE],
  },
  {
    what: "a failed sync marks clean: the next sync does not cover the write",
    calls: (at) => at.write("a", 0, 2).startSync("a").fail().sync("a"),
    disks: [SAFE, WHOLE, ANY],
  },
  {
    what: "a failed sync, and the bytes written again",
    calls: (at) => at.write("a", 0, 2).startSync("a").fail().write("a", 0, 2).sync("a"),
    disks: [["20 20 1 1 1 1 1 1"], ["20 20 1 1 1 1 1 1"], ["20 20 1 1 1 1 1 1"]],
  },
  {
    what: "a failed sync leaves an O_DIRECT write in the drive, and the next sync drains it",
    calls: (at) => at.write("a", 0, 2, "direct").startSync("a").fail().sync("a"),
    disks: [SAFE, SAFE, SAFE],
  },
  {
    what: "an older version that was never synced is buried by a durable one",
    calls: (at) => at.write("a", 0, 2).startSync("a").fail().write("a", 0, 1, "dsync").sync("a"),
    disks: [
      ["20 10 1 1 1 1 1 1"],
      // The failed sync may have brought the page to the disk; never over the newer sector.
      ["20 1 1 1 1 1 1 1", "20 10 1 1 1 1 1 1"],
      ["20 1 1 1 1 1 1 1", "20 10 1 1 1 1 1 1"],
    ],
  },
  {
    what: "two versions of a sector that are both not durable",
    calls: (at) => at.write("a", 0, 1, "direct").write("a", 0, 1, "direct"),
    disks: [
      ["20 1 1 1 1 1 1 1"],
      ["20 1 1 1 1 1 1 1"],
      [OLD, "10 1 1 1 1 1 1 1", "20 1 1 1 1 1 1 1"],
    ],
  },
];

const title = { "process-kill": "a kill", "os-crash": "an OS crash", "power-cut": "a power cut" };

describe.each(CRASHES.map((crash, i) => ({ crash, i })))("$crash", ({ crash, i }) => {
  test.each(ROWS)(`persistence: $what → what ${title[crash]} may leave`, (row) => {
    const found = row.calls(scene(row.device)).disks(crash, "a");

    expect([...found].sort()).toEqual([...row.disks[i]!].sort());
  });
});

describe("persistence: drive caches", () => {
  const calls = (cache: Device["cache"]): Scene => scene({ cache }).write("a", 0, 2, "direct");

  test.each(DRIVE_CACHES)("an unflushed O_DIRECT write at a power cut, %s", (cache) => {
    const expected = cache === "volatile" ? ANY : SAFE;
    expect([...calls(cache).disks("power-cut", "a")].sort()).toEqual([...expected].sort());
  });

  test.each(DRIVE_CACHES)("an unsynced buffered write is lost with any cache: %s", (cache) => {
    const found = scene({ cache }).write("a", 0, 2).disks("power-cut", "a");
    expect([...found].sort()).toEqual([...ANY].sort());
  });
});

describe("persistence: sizes", () => {
  const grown = `${OLD} 10 10`;
  const zeros = `${OLD} 0 0`;
  const half = [`${OLD} 10 0`, `${OLD} 0 10`];

  test.each<[string, (at: Scene) => Scene, Crash, string[]]>([
    ["O_DIRECT past the end", (at) => at.write("a", 8, 2, "direct"), "process-kill", [grown]],
    // The bytes are in the drive, and the size is not: the tail is lost with a battery as well.
    ["O_DIRECT past the end", (at) => at.write("a", 8, 2, "direct"), "os-crash", [OLD, grown]],
    [
      "O_DIRECT past the end",
      (at) => at.write("a", 8, 2, "direct"),
      "power-cut",
      [OLD, zeros, grown, ...half],
    ],
    ["buffered past the end", (at) => at.write("a", 8, 2), "os-crash", [OLD, zeros, grown]],
    ["the same, synced", (at) => at.write("a", 8, 2).sync("a"), "power-cut", [grown]],
    ["O_DSYNC past the end", (at) => at.write("a", 8, 2, "dsync"), "power-cut", [grown]],
    [
      "O_DIRECT past the end, and the sync of another file: bytes without a size",
      (at) => at.write("a", 8, 2, "direct").sync("b"),
      "power-cut",
      [OLD, grown],
    ],
    [
      "two growths, journaled in order",
      (at) => at.write("a", 8, 1, "direct").write("a", 9, 1, "direct").sync("b"),
      "power-cut",
      [OLD, `${OLD} 10`, `${OLD} 10 20`],
    ],
    [
      "a growth that failed, then the same again, synced",
      (at) => at.start("a", 8, 2).fail().write("a", 8, 2).sync("a"),
      "power-cut",
      [`${OLD} 20 20`],
    ],
    [
      "a failed sync forgets the size as well",
      (at) => at.write("a", 8, 2).startSync("a").fail().sync("a"),
      "os-crash",
      [OLD, zeros, grown],
    ],
  ])("persistence: %s, %#", (_what, calls, crash, disks) => {
    expect([...calls(scene()).disks(crash, "a")].sort()).toEqual([...disks].sort());
  });

  test("persistence: O_DIRECT past the end on a battery → only the size is uncertain", () => {
    const found = scene({ cache: "battery" }).write("a", 8, 2, "direct").disks("power-cut", "a");
    expect([...found].sort()).toEqual([OLD, grown].sort());
  });
});

describe("persistence: directory entries", () => {
  test.each<[string, (at: Scene) => Scene, Partial<Device>, [string[], string[], string[]]]>([
    ["created", (at) => at.create("c"), {}, [[""], ["", "gone"], ["", "gone"]]],
    [
      "created and synced itself",
      (at) => at.create("c").sync("c"),
      {},
      [[""], ["", "gone"], ["", "gone"]],
    ],
    ["created, directory synced", (at) => at.create("c").syncDirectory(), {}, [[""], [""], [""]]],
    [
      "directory synced before the creation",
      (at) => at.syncDirectory().create("c"),
      {},
      [[""], ["", "gone"], ["", "gone"]],
    ],
    [
      "created, directory synced, nobarrier",
      (at) => at.create("c").syncDirectory(),
      { barriers: false },
      [[""], [""], ["", "gone"]],
    ],
    [
      "written and synced before its entry",
      (at) => at.create("c").write("c", 0, 1).sync("c").syncDirectory(),
      {},
      [["10"], ["10"], ["10"]],
    ],
    [
      "unlinked",
      (at) => at.create("c").syncDirectory().unlink("c"),
      {},
      [["gone"], ["", "gone"], ["", "gone"]],
    ],
    [
      "unlinked, directory synced",
      (at) => at.create("c").syncDirectory().unlink("c").syncDirectory(),
      {},
      [["gone"], ["gone"], ["gone"]],
    ],
    [
      "unlinked with bytes that were synced: the file comes back with them",
      (at) => at.create("c").write("c", 0, 1).sync("c").syncDirectory().unlink("c"),
      {},
      [["gone"], ["10", "gone"], ["10", "gone"]],
    ],
  ])("persistence: %s", (_what, calls, device, disks) => {
    for (const [i, crash] of CRASHES.entries()) {
      const found = calls(scene(device)).disks(crash, "c");
      expect([...found].sort(), crash).toEqual([...disks[i]!].sort());
    }
  });

  test("persistence: two entries survive in order, never the second alone", () => {
    const calls = scene().create("c").create("d").point("power-cut");
    const counts = [0, 1, 2].map((entries) =>
      [...calls.names({ fates: [], growths: [], entries }).keys()].slice(3),
    );
    expect(counts).toEqual([[], ["/d/c"], ["/d/c", "/d/d"]]);
  });
});
