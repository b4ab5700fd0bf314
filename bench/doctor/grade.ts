// What the sync latencies say about the place, in words that claim no more than a clock can know.
// A fast sync is never called a lie: a protected cache, a cloud volume and a host's cache look the
// same from here, and only a power cut tells them apart.

import { hasVolatileCache } from "../host.js";
import type { SyncLatency } from "../host.js";
import { MEDIUM_NS_MIN } from "../sync-limits.js";
import { formatCount, formatMicroseconds } from "../units.js";
import { type Findings, settingOf } from "./findings.js";

export type GradeName =
  | "not measured"
  | "not a disk"
  | "unknown"
  | "suspiciously fast"
  | "excellent"
  | "good"
  | "slow"
  | "very slow";

export interface Grade {
  readonly name: GradeName;
  readonly sentences: readonly string[];
}

const EXCELLENT_NS_MAX = 1_000_000;
/** The usual limit for a log that others wait for. */
const GOOD_NS_MAX = 10_000_000;
const SLOW_NS_MAX = 50_000_000;

/** Returns the grade of the call that a commit waits for: fdatasync, or fsync where it failed. */
export function gradeSyncs(findings: Findings): Grade {
  const commit = commitSync(findings.probes?.syncs ?? []);
  if (commit === null || commit.p50 === null) {
    const reason = findings.probes === null ? "Nothing could be tried." : "No sync succeeded.";
    return { name: "not measured", sentences: [reason] };
  }
  const beyond = BEYOND[settingOf(findings)];
  if (beyond !== undefined) return beyond;
  const cache = hasVolatileCache(findings.place);
  if (commit.p50 < MEDIUM_NS_MIN && cache !== false) return suspicious(commit.p50, cache);
  return byTail(findings, commit);
}

/** The row that a commit's wait is judged by; null when neither call was measured. */
export function commitSync(syncs: readonly SyncLatency[]): SyncLatency | null {
  const row = (way: SyncLatency["way"]): SyncLatency | undefined =>
    syncs.find((sync) => sync.way === way && sync.count > 0);
  return row("fdatasync") ?? row("fsync") ?? null;
}

const BEYOND: Partial<Record<string, Grade>> = {
  memory: {
    name: "not a disk",
    sentences: ["These are times of memory: nothing here survives a power cut."],
  },
  "shared folder": {
    name: "unknown",
    sentences: [
      "This is the time of a round trip to the host.",
      "Whether the bytes are on a disk when it ends is not known: no durability is claimed.",
    ],
  },
  "user space": {
    name: "unknown",
    sentences: [
      "This is the time of a call to the daemon behind the mount.",
      "What it makes of a sync is not known: no durability is claimed.",
    ],
  },
};

function suspicious(commit: number, cache: boolean | null): Grade {
  const told =
    cache === true ? "the device reports a cache to empty" : "whether there is a cache is not told";
  return {
    name: "suspiciously fast",
    sentences: [
      `The median is ${formatMicroseconds(commit)} µs, and ${told}.`,
      "Common flash needs more than 100 µs to program a page, a magnetic disk milliseconds: this " +
        "sync ended in a cache. It may be a protected cache, a cloud block store, the cache of a " +
        "virtual machine's host, or one that is not emptied when asked to.",
      "Which one cannot be told from here: only a power cut can tell.",
    ],
  };
}

function byTail(findings: Findings, commit: SyncLatency): Grade {
  const tail = commit.p99 ?? commit.max ?? 0;
  const [, name, words] = LEVELS.find(([limit]) => tail <= limit)!;
  const measure = commit.p99 === null ? `slowest of ${commit.count} syncs` : "p99";
  const alone = formatCount(1e9 / (commit.p50 ?? 1));
  const sentences = [
    `The ${measure} is ${formatMicroseconds(tail)} µs: ${words}.`,
    `A committer that is alone gets about ${alone} commits/s; several at a time share a sync.`,
  ];
  if (settingOf(findings) === "network") {
    sentences.push("Each sync is a network round trip; what it means is the server's affair.");
  }
  if ((commit.p50 ?? 0) < MEDIUM_NS_MIN) {
    sentences.push('The device says "write through": its word is all there is for a safe cache.');
  }
  return { name, sentences };
}

const LEVELS: readonly (readonly [limit: number, name: GradeName, words: string])[] = [
  [EXCELLENT_NS_MAX, "excellent", "below a millisecond"],
  [GOOD_NS_MAX, "good", "below 10 ms, the usual limit for a log that others wait for"],
  [SLOW_NS_MAX, "slow", "above 10 ms, the usual limit for a log that others wait for"],
  [Infinity, "very slow", "commits will be seen to wait"],
];
