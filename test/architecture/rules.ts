// Which arrows are allowed. docs/architecture.md draws them; this file decides.
//
//   bench ──▶ host/index ──▶ … ──▶ host/backend/native*, host/probe ──▶ native
//   engine: nothing but itself, from left to right in ENGINE_ORDER
//   test ──▶ everything; nothing ──▶ test

import type { Arrow } from "./imports.js";

/** A folder of the engine may import itself and every row below its own, never a neighbor. */
export const ENGINE_ORDER: readonly (readonly string[])[] = [
  ["index", "testing"],
  ["store"],
  ["boot"],
  ["recv", "flush"],
  ["ddl"],
  ["trx"],
  ["fsp"],
  ["mtr"],
  ["dblwr", "log"],
  ["buf"],
  ["fil"],
  ["format"],
];

/** What every folder of the engine may import, and what these may import themselves. */
const ENGINE_COMMON: ReadonlyMap<string, readonly string[]> = new Map([
  ["abi", ["abi", "limits"]],
  ["limits", []],
]);

/** host/flush holds tables and pure functions: values in, values out. */
const FLUSH_MAY_IMPORT = /^host\/(flush\/.+|abi|errors|nearest|backend\/backend)$/;
/** host/check judges plain events: it knows no store, no executor, and no Node. */
const CHECK_MAY_IMPORT = /^host\/(check\/.+|observe\/event|abi)$/;
/** host/observe reads what the host hands it; like host/check, it runs in a browser. */
const OBSERVE_MAY_IMPORT = /^host\/(observe\/.+|abi|accounting|engine|files|backend\/backend)$/;
const MAY_IMPORT_NATIVE = /^host\/(backend\/native[a-z-]*|probe\/.+)$/;
const BENCH_ENTRY = "host/index";
/** Micro-benchmarks measure the engine itself, so they reach below the public API. */
const MICRO_MAY_IMPORT = new Set(["host/index", "host/engine"]);
const BENCH_PACKAGES = new Set(["commander"]);
const MICRO_PACKAGES = new Set(["commander", "benny"]);

/** Says why an arrow is forbidden, or null when it is allowed. */
export function objection(arrow: Arrow): string | null {
  const folder = arrow.from.split("/")[0];
  if (folder === "engine") return engineObjection(arrow);
  if (folder === "host") return hostObjection(arrow);
  if (folder === "bench") return benchObjection(arrow);
  if (folder === "native") return nativeObjection(arrow);
  return null;
}

function engineObjection({ from, to, isPackage }: Arrow): string | null {
  if (isPackage || !to.startsWith("engine/")) return "the engine imports nothing but itself";
  const importer = enginePart(from);
  const imported = enginePart(to);
  if (importer === imported || importer === "testing") return null;
  const common = ENGINE_COMMON.get(importer);
  if (common !== undefined) {
    return common.includes(imported) ? null : `${importer} may import only [${common.join(", ")}]`;
  }
  if (ENGINE_COMMON.has(imported)) return null;
  const fromRow = rowOf(importer);
  const toRow = rowOf(imported);
  if (fromRow < 0) return `${importer} has no place in ENGINE_ORDER yet`;
  if (toRow < 0) return `${imported} has no place in ENGINE_ORDER yet`;
  return fromRow < toRow ? null : `${imported} does not stand below ${importer}`;
}

function enginePart(path: string): string {
  return path.split("/")[1] ?? "";
}

function rowOf(part: string): number {
  return ENGINE_ORDER.findIndex((row) => row.includes(part));
}

function hostObjection({ from, to, isPackage }: Arrow): string | null {
  if (from.startsWith("host/flush/") && (isPackage || !FLUSH_MAY_IMPORT.test(to))) {
    return "host/flush is pure tables: no Node, no executor";
  }
  if (from.startsWith("host/check/") && (isPackage || !CHECK_MAY_IMPORT.test(to))) {
    return "host/check judges events: no store, no executor, no Node";
  }
  if (from.startsWith("host/observe/") && (isPackage || !OBSERVE_MAY_IMPORT.test(to))) {
    return "host/observe makes events of what it is given: no Node";
  }
  if (isPackage) return to.startsWith("node:") ? null : "the library has no dependencies";
  if (to.startsWith("host/")) return null;
  if (to.startsWith("native/")) {
    return MAY_IMPORT_NATIVE.test(from) ? null : "only backend/native* and probe/ touch the addon";
  }
  return "host imports host only";
}

function benchObjection({ from, to, isPackage }: Arrow): string | null {
  if (isPackage && from.startsWith("bench/doctor/")) {
    return "bench/doctor judges what host/probe found: no Node, no package";
  }
  const isMicro = from.startsWith("bench/micro/");
  if (isPackage) {
    const packages = isMicro ? MICRO_PACKAGES : BENCH_PACKAGES;
    if (to.startsWith("node:") || packages.has(to)) return null;
    return `bench may use only ${[...packages].join(", ")}`;
  }
  if (to.startsWith("bench/") || to === BENCH_ENTRY) return null;
  if (isMicro && MICRO_MAY_IMPORT.has(to)) return null;
  return `bench reaches the store through ${BENCH_ENTRY} only`;
}

function nativeObjection({ to, isPackage }: Arrow): string | null {
  if (isPackage) return to.startsWith("node:") ? null : "the addon has no dependencies";
  return to.startsWith("native/") ? null : "native imports nothing of ours";
}
