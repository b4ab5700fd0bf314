// The head of a crash report: what was crashed, how, and how to repeat it.

import { quoted } from "../report/header.js";
import { formatBytes, formatCount, plural } from "../units.js";
import type { CrashResult } from "./result.js";

/** Returns name and value of every line of the head. */
export function crashFacts(result: CrashResult): [string, string][] {
  const { plan, tool, faults, rows } = result;
  const profiles = [...new Set(rows.map((row) => row.profile))];
  return [
    ["Engine", `tornproof ${tool.version}, ${tool.engine_sha256.slice(0, 12)}, Node ${tool.node}`],
    [
      "Matrix",
      `${plural(rows.length, "row")} × ${plural(faults.length, "fault")}, ${named("profile", profiles)}`,
    ],
    ["Drive", driveWords(plan.drive)],
    ["Workload", `${plan.workloads.join(", ")}; pages of ${formatBytes(plan.page_bytes)}`],
    ["Explored", exploredWords(result)],
    ["Reproduce", reproduceCrash(result)],
  ];
}

function named(noun: string, names: readonly string[]): string {
  return `${noun}${names.length === 1 ? "" : "s"} ${names.join(", ")}`;
}

function driveWords({
  cache,
  barriers,
  copy_on_write: cow,
  atomic_unit_bytes: unit,
}: CrashResult["plan"]["drive"]): string {
  const caches = {
    volatile: "volatile cache",
    battery: "cache with a battery",
    "write-through": "no cache",
  };
  return [
    caches[cache],
    barriers ? "flushes are sent" : "no barriers",
    ...(cow ? ["copy-on-write"] : []),
    `pieces of ${formatBytes(unit)} are never torn`,
  ].join(", ");
}

function exploredWords({ plan, shards }: CrashResult): string {
  const { budget_states_per_cell: budget, seeds } = plan;
  const depth =
    budget === null
      ? "every crash state within the bound"
      : `up to ${formatCount(budget)} crash states for each cell`;
  return `${depth}, ${seedWords(seeds)}${shardWords(shards)}`;
}

function seedWords(seeds: readonly number[]): string {
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  return `${formatCount(seeds.length)} seeds, ${seeds[0]} to ${seeds.at(-1)}`;
}

function shardWords(shards: CrashResult["shards"]): string {
  if (shards === null) return "";
  const { count } = shards[0]!;
  if (shards.length === count) return `, all ${count} shards`;
  const names = shards.map(({ index }) => index).join(", ");
  return `, shard ${names} of ${count} only`;
}

/** The command that repeats a run. The default seed is no secret, but a reader looks for it. */
export function reproduceCrash({ argv, plan }: CrashResult): string {
  const words = ["bench", ...argv];
  const hasSeed = argv.some((word) => /^--seed(-range)?(=|$)/.test(word));
  if (!hasSeed) words.push("--seed", String(plan.seeds[0]));
  return words.map(quoted).join(" ");
}
