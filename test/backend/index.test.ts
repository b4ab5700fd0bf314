// The registry: names, "auto", and an addon that is not there.

import { afterEach, expect, test, vi } from "vitest";
import {
  automaticBackend,
  BACKEND_NAMES,
  backendProblem,
  createBackend,
} from "../../host/backend/index.js";
import type { BackendName } from "../../host/backend/index.js";
import { MemoryDisk } from "../../host/backend/memory-disk.js";

afterEach(() => {
  vi.doUnmock("../../native/index.js");
  vi.resetModules();
});

test("backend registry: no addon → import and auto are fine, native says why", async () => {
  vi.resetModules();
  vi.doMock("../../native/index.js", async (original) => ({
    ...(await original<object>()),
    loadAddon: () => null,
    addonProblem: () => "it was not built",
  }));

  const registry = await import("../../host/backend/index.js");

  expect(registry.createBackend("auto").name).toBe("node-fs");
  expect(registry.backendProblem("native")).toContain("it was not built");
  expect(() => registry.createBackend("native")).toThrow("it was not built");
});

test("backend registry: every name that has no problem → a backend of that name", () => {
  for (const name of BACKEND_NAMES) {
    if (backendProblem(name) === null) expect(createBackend(name).name).toBe(name);
    else
      expect(() => createBackend(name)).toThrow(expect.objectContaining({ code: "UNAVAILABLE" }));
  }
});

test("backend registry: auto → native when the addon loads, else node-fs", () => {
  const expected = backendProblem("native") === null ? "native" : "node-fs";

  expect(automaticBackend()).toBe(expected);
  expect(createBackend("auto").name).toBe(expected);
});

test("backend registry: an unknown name → BAD_OPTION that lists the known ones", () => {
  const create = (): unknown => createBackend("toString" as BackendName);

  expect(create).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
  expect(create).toThrow("auto, native, node-fs, memory");
});

test("backend registry: a bad queue depth → BAD_OPTION", () => {
  for (const queueDepth of [0, -1, 1.5, NaN]) {
    expect(() => createBackend("node-fs", { queueDepth }), `queueDepth ${queueDepth}`).toThrow(
      expect.objectContaining({ code: "BAD_OPTION" }),
    );
  }
});

test("backend registry: memory → the disk it was given", () => {
  const memoryDisk = new MemoryDisk();

  createBackend("memory", { memoryDisk }).makeDirectory("store");

  expect(memoryDisk.list(".")).toEqual(["store"]);
});
