// What only the node-fs backend promises: a bounded number of calls in flight, a loud refusal to
// block, safe handles, and direct I/O from the attached memory.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CALL } from "../../host/backend/backend.js";
import { createNodeFsBackend } from "../../host/backend/node-fs.js";
import { BUFFERED, PAGE, Rig } from "./rig.js";

let dir = "";
let rig: Rig;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-node-fs-"));
  rig = rigOf(64);
});

afterEach(async () => {
  await rig.end();
  rmSync(dir, { recursive: true, force: true });
});

test("node-fs: wait with calls in flight → BUSY that says why; reapable → returns", async () => {
  const file = rig.create("file");
  rig.submit({ call: CALL.pwrite, file, length: PAGE });
  rig.backend.start(false);

  expect(() => rig.backend.wait()).toThrow(expect.objectContaining({ code: "BUSY" }));
  expect(() => rig.backend.wait()).toThrow("callbacks");

  await rig.collect(1);
  rig.submit({ call: CALL.nop });
  rig.backend.start(true);
  rig.backend.wait();
  expect(rig.reap()).toBe(1);
});

test("node-fs: close with calls in flight → BUSY, the file stays open", async () => {
  const file = rig.create("file");
  rig.submit({ call: CALL.pwrite, file, length: PAGE });
  rig.backend.start(false);

  expect(() => rig.backend.close(file)).toThrow(expect.objectContaining({ code: "BUSY" }));

  await rig.collect(1);
  expect(rig.delivered[0]?.result).toBe(PAGE);
});

test("node-fs: a handle is not reused when its descriptor is", async () => {
  const stale = rig.create("one");
  rig.close(stale);
  const other = rig.create("two");

  const results = await rig.results({ call: CALL.pwrite, file: stale, length: PAGE });

  expect(results).toEqual([-9]);
  expect(rig.backend.fileSize(other)).toBe(0);
});

test("node-fs: 300 chains at queue depth 3 → all complete, in order of submission per file", async () => {
  const narrow = rigOf(3);
  const file = narrow.create("narrow");
  const ops = Array.from({ length: 300 }, (_, i) => ({
    ...{ call: i % 3 === 0 ? CALL.nop : CALL.pwrite, file, offset: i * 512, length: 512 },
  }));

  const results = await narrow.results(...ops);

  expect(results).toEqual(ops.map((op) => (op.call === CALL.nop ? 0 : 512)));
  expect(narrow.backend.fileSize(file)).toBe(300 * 512);
  await narrow.end();
});

test("node-fs: a negative offset → EINVAL, nothing written", async () => {
  const file = rig.create("file");

  for (const mode of [true, false]) {
    rig.submit({ call: CALL.pwrite, file, offset: -PAGE, length: PAGE });
    rig.backend.start(mode);
    if (mode) rig.reap();
    else await rig.collect(2);
  }

  expect(rig.delivered.map(({ result }) => result)).toEqual([-22, -22]);
  expect(rig.backend.fileSize(file)).toBe(0);
});

test("node-fs: O_DIRECT → pages and zero fills from aligned memory, misalignment is EINVAL", async (context) => {
  rig.close(rig.create("direct"));
  let file: number;
  try {
    file = rig.backend.open(rig.path("direct"), { direct: true, sync: "none" }, false);
  } catch {
    return context.skip(`no O_DIRECT on ${tmpdir()}`);
  }
  const expected = rig.pattern(0, PAGE, 1).slice();

  const results = await rig.results(
    { call: CALL.zeroFill, file, offset: PAGE, length: (1 << 20) + PAGE },
    { call: CALL.pwrite, file, length: PAGE },
    { call: CALL.pwrite, file, address: 3, length: PAGE },
  );
  const [read] = await rig.results({ call: CALL.pread, file, address: PAGE, length: PAGE });
  rig.backend.close(file);

  expect(results).toEqual([(1 << 20) + PAGE, PAGE, -22]);
  expect(read).toBe(PAGE);
  expect(rig.memory.slice(PAGE, 2 * PAGE)).toEqual(expected);
});

test("node-fs: O_DIRECT read that reaches past an unaligned end → ENODATA", async (context) => {
  const file = rig.create("direct");
  await rig.results({ call: CALL.pwrite, file, length: 1000 });
  let direct: number;
  try {
    direct = rig.backend.open(rig.path("direct"), { direct: true, sync: "none" }, false);
  } catch {
    return context.skip(`no O_DIRECT on ${tmpdir()}`);
  }

  const results = await rig.results({ call: CALL.pread, file: direct, length: PAGE });
  rig.backend.close(direct);

  expect(results).toEqual([-61]);
});

test("node-fs: misuse → TypeError", () => {
  const fresh = createNodeFsBackend();
  const op = { tag: 1, call: CALL.nop, file: 0, flags: 0, offset: 0, address: 0, length: 0 };

  expect(() => fresh.submit(op)).toThrow(TypeError);
  expect(() => rig.backend.attach(rig.memory, PAGE, () => {})).toThrow(TypeError);
  expect(() => rig.backend.fileSize(123_456)).toThrow(TypeError);
  expect(() => rig.backend.open(join(dir, "none"), BUFFERED, false)).toThrow("ENOENT");
});

function rigOf(queueDepth: number): Rig {
  const make = () => createNodeFsBackend({ queueDepth });
  return new Rig({ make, dir, mode: "async", patienceMs: 10_000 });
}
