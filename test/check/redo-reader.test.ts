// What the observer reads in redo is what the engine wrote: every page image ends where a group
// that names the page ends, and every commit ends where a group ends.

import { expect, test } from "vitest";
import type { IoEvent } from "../../host/observe/event.js";
import { RedoReader } from "../../host/observe/redo-reader.js";
import { live, memoryGround } from "./workload.js";

async function record(seed: number): Promise<IoEvent[]> {
  const events: IoEvent[] = [];
  const recorder = { observe: (event: IoEvent): void => void events.push(event) };
  await live(memoryGround(), {}, [recorder], { seed, commits: 40 });
  return events;
}

/** "space page lsn" for every change, or for every image in place. */
function namesOf(versions: readonly { space: number; page: number; lsn: number }[]): string[] {
  return versions.map(({ space, page, lsn }) => `${space} ${page} ${lsn}`);
}

test("redo reader: every image in place carries the end of a group that names its page", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const begun = (await record(seed)).filter((event) => event.type === "began");
    const changes = begun.flatMap((event) => event.redo?.changes ?? []);
    const pages = changes.filter((change) => change.type === "page");
    const ends = new Set(namesOf(pages.map(({ space, page, to }) => ({ space, page, lsn: to }))));
    const inPlace = begun.filter(({ kind, point }) => kind === "data" && point === "data-batch");
    const images = namesOf(inPlace.flatMap((event) => event.pages));

    expect(images.length, `seed ${seed}`).toBeGreaterThan(50);
    expect(
      images.filter((image) => !ends.has(image)),
      `seed ${seed}`,
    ).toEqual([]);
  }
});

test("redo reader: every commit that is acknowledged ends where a group ends", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const ends = new Set<number>();
    let commits = 0;
    for (const event of await record(seed)) {
      if (event.type === "began") event.redo?.changes.forEach((change) => ends.add(change.to));
      if (event.type !== "acknowledged" || event.what !== "commit") continue;
      expect(ends.has(event.lsn), `seed ${seed}, commit at ${event.lsn}`).toBe(true);
      commits++;
    }
    expect(commits, `seed ${seed}`).toBeGreaterThan(200);
  }
});

test("redo reader: creations, drops, growth and notes are found", async () => {
  const changes = (await record(1)).flatMap((event) =>
    event.type === "began" ? (event.redo?.changes ?? []) : [],
  );
  const kinds = new Map<string, number>();
  for (const { type } of changes) kinds.set(type, (kinds.get(type) ?? 0) + 1);

  expect(kinds.get("create")).toBe(3);
  expect(kinds.get("delete")).toBe(1);
  expect(kinds.get("extend")).toBeGreaterThanOrEqual(2);
  expect(kinds.get("note")).toBeGreaterThan(50);
});

/** One log block that holds `payload`, of which this LSN is the first byte. */
function blockOf(payload: readonly number[]): DataView {
  const view = new DataView(new ArrayBuffer(512));
  view.setUint32(0, 1 + 8192 / 512);
  view.setUint16(4, 12 + payload.length);
  payload.forEach((byte, n) => view.setUint8(12 + n, byte));
  return view;
}

/** Numbers near both ends of each form, and the bytes they take in a record. */
const COMPRESSED: readonly [number, readonly number[]][] = [
  [0x7f, [0x7f]],
  [0x80, [0x80, 0x80]],
  [0x3fff, [0xbf, 0xff]],
  [0x4000, [0xc0, 0x40, 0x00]],
  [0x1fffff, [0xdf, 0xff, 0xff]],
  [0x200000, [0xe0, 0x20, 0x00, 0x00]],
  [0x0fffffff, [0xef, 0xff, 0xff, 0xff]],
  [0x10000000, [0xf0, 0x10, 0x00, 0x00, 0x00]],
  [0xff000000, [0xfe, 0x00, 0x00, 0x00]],
  [0xfffe0000, [0xfc, 0x00, 0x00]],
  [0xfffffc00, [0xf8, 0x00]],
  [0xffffffff, [0xfb, 0xff]],
];

test.each(COMPRESSED)("redo reader: page %i in its shortest form → read back", (page, bytes) => {
  const view = blockOf([0x80 | 59, 5, ...bytes, 0, 8]);

  const { changes } = new RedoReader().read(view, 0, 512, 65536);

  const to = 8204 + 4 + bytes.length;
  expect(changes).toEqual([{ type: "page", space: 5, page, from: 8204, to }]);
});

test("redo reader: a group cut at every byte → nothing until it is whole, then once", () => {
  const record = [30, 5, 7, 0, 100, 0, 3, 1, 2, 3];
  const group = [...record, ...record.map((byte, n) => (n === 2 ? 8 : byte)), 31];
  for (let cut = 1; cut < group.length; cut++) {
    const reader = new RedoReader();
    const first = reader.read(blockOf(group.slice(0, cut)), 0, 512, 65536).changes;
    const second = reader.read(blockOf(group), 0, 512, 65536).changes;
    const third = reader.read(blockOf(group), 0, 512, 65536).changes;

    expect(first, `cut at ${cut}`).toEqual([]);
    expect(second.map((change) => change.type === "page" && change.page)).toEqual([7, 8]);
    expect(second.every((change) => change.from === 8204 && change.to === 8225)).toBe(true);
    expect(third).toEqual([]);
  }
});
