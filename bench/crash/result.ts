// The shape of a crash result, schema `tornproof.crash/1` (bench/schema/crash.schema.json). The run
// and the merge build it; text, Markdown and `bench explain` read it, and nothing else passes
// between the two. Units are in the keys; `null` says "not explored", never zero.

import type { DurabilityClass, Outcome } from "../host.js";
import type { TornPages } from "../result.js";
import type { Loss } from "./promise.js";

export const CRASH_SCHEMA = "tornproof.crash/1";

export interface CellResult {
  readonly fault: string;
  /** Worst of the four; null when nothing was explored. */
  readonly outcome: Outcome | null;
  /** Crash states by what became of the store. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly states: number;
  readonly distinct_disks: number;
  /** Most acknowledged commits that one crash took. */
  readonly commits_lost_max: number;
  /** What the documentation lets this configuration lose here, and why. */
  readonly may_lose: readonly Loss[];
  readonly may_lose_because: readonly string[];
  /** Outcomes seen that are not in `may_lose`. */
  readonly unexpected: readonly Loss[];
  readonly units: { readonly planned: number; readonly done: number };
}

export interface RowResult {
  readonly id: string;
  readonly variables: {
    readonly innodb_flush_method: string;
    readonly innodb_doublewrite: string;
    readonly innodb_flush_log_at_trx_commit: 0 | 1 | 2;
  };
  readonly profile: string;
  readonly durability: DurabilityClass | "none";
  readonly torn_pages: TornPages;
  readonly cells: readonly CellResult[];
}

export interface CounterExample {
  readonly row: string;
  readonly fault: string;
  readonly outcome: Loss;
  readonly is_unexpected: boolean;
  /** Writes whose fate differs from the common one, and crashes during recovery. */
  readonly writes: number;
  /** The same before it was made small; decides which shard's example is taken. */
  readonly found_size: number;
  /** Position in the plan of the unit that found it. */
  readonly unit: number;
  /** null: found with an injected error, which no id describes. */
  readonly replay_id: string | null;
  readonly why: string;
  readonly story: readonly string[];
}

export interface Bug {
  readonly row: string;
  readonly fault: string;
  readonly replay_id: string | null;
  readonly why: string;
}

export interface ShardRef {
  readonly index: number;
  readonly count: number;
}

export interface CrashResult {
  readonly schema: typeof CRASH_SCHEMA;
  readonly tool: {
    readonly name: "tornproof";
    readonly version: string;
    readonly engine_sha256: string;
    readonly node: string;
  };
  readonly complete: boolean;
  readonly started_at: string;
  readonly duration_seconds: number;
  readonly argv: readonly string[];
  readonly plan: {
    /** Equal for results that may be merged. */
    readonly hash: string;
    readonly seeds: readonly number[];
    readonly workloads: readonly string[];
    readonly page_bytes: number;
    readonly budget_states_per_cell: number | null;
    readonly drive: {
      readonly cache: "volatile" | "battery" | "write-through";
      readonly barriers: boolean;
      readonly copy_on_write: boolean;
      readonly atomic_unit_bytes: number;
    };
  };
  /** Parts of the whole this result consists of; null: it never was cut. */
  readonly shards: readonly ShardRef[] | null;
  readonly faults: readonly {
    readonly name: string;
    readonly title: string;
    readonly summary: string;
  }[];
  readonly rows: readonly RowResult[];
  readonly counter_examples: readonly CounterExample[];
  /** Traps and hangs of the engine: always a bug, whatever the disk holds. */
  readonly bugs: readonly Bug[];
  readonly totals: {
    readonly states: number;
    readonly distinct_disks: number;
    readonly crashes_during_recovery: number;
    readonly recoveries: number;
    /** Of this process, or the sum of all shards. */
    readonly seconds: number;
    readonly states_per_second: number;
  };
  readonly exit: { readonly code: number; readonly reason: string };
}
