// The host's copies of the engine's numbers, held against the engine's sources.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as abi from "../host/abi.js";
import { Engine } from "../host/engine.js";
import { installedEngine } from "../host/installed-engine.js";
import { ENGINE_OPTION } from "../host/engine-options.js";
import { STATUS } from "../host/failure.js";
import { packageRoot } from "../host/package-root.js";
import { ENGINE_COUNTERS } from "../host/status.js";

const io = constantsOf("engine/abi/io.ts");

test("abi: every code of engine/abi/io.ts is the index of its name in host/abi.ts", () => {
  const lists = [
    ["OP_", abi.OPS],
    ["KIND_", abi.FILE_KINDS],
    ["AT_", abi.IO_POINTS],
  ] as const;

  for (const [prefix, names] of lists) {
    const codes = [...io].filter(([name]) => name.startsWith(prefix));
    const first = prefix === "KIND_" ? 0 : 1;
    expect(codes.length, prefix).toBe(names.length - first);
    for (const [name, code] of codes) {
      const word = name.slice(prefix.length).toLowerCase().replaceAll("_", "-");
      expect(names[code], name).toBe(word);
    }
  }
});

test("abi: flags and slot sizes are equal on both sides", () => {
  const shared = Object.entries(abi).filter(([, value]) => typeof value === "number");

  expect(shared.length).toBe(7);
  for (const [name, value] of shared) expect(io.get(name), name).toBe(value);
});

test("abi: the host's status codes are those of engine/abi/status.ts", () => {
  const codes = constantsOf("engine/abi/status.ts");

  expect(Object.keys(STATUS).length).toBe(codes.size);
  for (const [name, code] of Object.entries(STATUS)) {
    const upper = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    expect(codes.get(upper), name).toBe(code);
  }
});

test("abi: there is a name for every counter of the engine, in the same order", () => {
  const source = [...constantsOf("engine/abi/counters.ts")];
  const counters = source.filter(([name]) => name !== "COUNTERS_COUNT");

  expect(counters.length).toBe(ENGINE_COUNTERS.length);
  for (const [name, index] of counters) {
    const bare = ENGINE_COUNTERS[index]!.replace(/^Innodb_/, "").toLowerCase();
    const words = name.toLowerCase().split("_");
    const known = words.filter((word) => bare.includes(word));
    expect(known.length, `${name} is not ${ENGINE_COUNTERS[index]}`).toBeGreaterThan(
      words.length / 2,
    );
  }
});

test("abi: every engine option has a number the engine knows, and no other number", () => {
  const { exports } = new Engine(installedEngine(), new Map([[ENGINE_OPTION.framesCount, 16]]), []);
  const numbers = Object.values(ENGINE_OPTION);

  for (const number of numbers) {
    const value = number === ENGINE_OPTION.pageSize ? 4096 : 1;
    expect(exports.setOption(number, value), `option ${number}`).toBe(1);
  }
  expect(exports.setOption(Math.max(...numbers) + 1, 1)).toBe(0);
});

/** Exported u32 constants of an engine source, by name. */
function constantsOf(file: string): Map<string, number> {
  const text = readFileSync(join(packageRoot(), file), "utf8");
  const found = text.matchAll(/^export const (\w+): u32 = (\d+);/gm);
  return new Map([...found].map(([, name, value]) => [name!, Number(value)]));
}
