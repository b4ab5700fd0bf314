// What the addon asks the kernel, and its refusals of wrong arguments.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadAddon } from "../../native/index.js";
import { linearMemory } from "./lab.js";

const addon = loadAddon();

describe.skipIf(addon === null)("native facts", () => {
  let directory: string;
  let path: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "tornproof-facts-"));
    path = join(directory, "file");
    writeFileSync(path, new Uint8Array(65536));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test("fileFacts: a path and an open file → the same facts, each a number or null", () => {
    const fd = openSync(path, "r+");
    const facts = addon!.fileFacts(path);

    expect(addon!.fileFacts(fd)).toEqual(facts);
    for (const [name, value] of Object.entries(facts)) {
      expect(value === null || Number.isInteger(value), `${name} is ${value}`).toBe(true);
    }
    closeSync(fd);
  });

  test("fileFacts: a missing path → Error with code ENOENT", () => {
    const missing = join(directory, "missing");

    expect(() => addon!.fileFacts(missing)).toThrow(expect.objectContaining({ code: "ENOENT" }));
  });

  test("lock: two opens of one file → the second gets it only after the first closes", () => {
    const first = openSync(path, "r+");
    const second = openSync(path, "r+");

    expect(addon!.lock(first)).toBe(true);
    expect(addon!.lock(second)).toBe(false);
    expect(addon!.lock(first)).toBe(true);
    closeSync(first);
    expect(addon!.lock(second)).toBe(true);
    closeSync(second);
  });

  test("lock: a closed descriptor → Error with code EBADF", () => {
    expect(() => addon!.lock(1 << 20)).toThrow(expect.objectContaining({ code: "EBADF" }));
  });

  test("tryPwriteAtomic: whole page if the file has the unit, an errno if not", () => {
    const fd = openSync(path, "r+");
    const unitMax = addon!.fileFacts(fd).atomicUnitMax ?? 0;

    const outcome = addon!.tryPwriteAtomic(fd, linearMemory(65536).subarray(0, 16384), 0);

    // A buffered open has no atomic writes even where direct I/O has them.
    expect(outcome === 16384 ? unitMax >= 16384 : outcome < 0).toBe(true);
    closeSync(fd);
  });

  test("tryPwriteDsync: the bytes are written, or the errno of a closed descriptor", () => {
    const fd = openSync(path, "r+");

    expect(addon!.tryPwriteDsync(fd, new Uint8Array(512).fill(7), 1024)).toBe(512);
    closeSync(fd);
    expect(readFileSync(path).subarray(1023, 1026)).toEqual(Buffer.from([0, 7, 7]));
    expect(addon!.tryPwriteDsync(1 << 20, new Uint8Array(512), 0)).toBe(-9);
  });

  test("inodeFacts: a directory, a file → numbers or null; a closed descriptor → nothing", () => {
    for (const target of [directory, path]) {
      const fd = openSync(target, "r");
      for (const [name, value] of Object.entries(addon!.inodeFacts(fd))) {
        expect(value === null || Number.isInteger(value), `${name} is ${value}`).toBe(true);
      }
      closeSync(fd);
    }
    expect(addon!.inodeFacts(1 << 20)).toEqual({ flags: null, extentSizeHint: null });
  });

  test("uringProblem: null or a sentence that names the call", () => {
    expect(addon!.uringProblem() ?? "io_uring_setup").toMatch(/^io_uring_setup/);
  });

  test("createContext: wrong arguments → TypeError that says what was expected", () => {
    const memory = linearMemory(65536);
    const options = { queueDepth: 8, uring: false };
    const call = addon!.createContext as (...args: unknown[]) => unknown;
    const nothing = () => {};

    expect(() => call("no", 16384, options, nothing)).toThrow(/typed array/);
    expect(() => call(memory, 100, options, nothing)).toThrow(/page size/);
    expect(() => call(memory, 16384, { queueDepth: 0, uring: false }, nothing)).toThrow(/queueDep/);
    expect(() => call(memory, 16384, { queueDepth: 8 }, nothing)).toThrow(/uring/);
    expect(() => call(memory, 16384, options)).toThrow(/function/);
  });

  test("submit: more slots than the queue has, or a destroyed context → TypeError", () => {
    const memory = linearMemory(65536);
    const options = { queueDepth: 8, uring: false };
    const context = addon!.createContext(memory, 16384, options, () => {});

    expect(() => addon!.submit(context, new Uint8Array(48), 2)).toThrow(/fewer slots/);
    addon!.destroy(context);
    expect(() => addon!.submit(context, new Uint8Array(48), 1)).toThrow(/destroyed/);
  });
});
