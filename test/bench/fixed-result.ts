// A result with fixed numbers, so that every report of it is the same text every time.

import { Histogram } from "../../bench/host.js";
import type { ConfigResult, Environment, Latency, Result } from "../../bench/result.js";
import { compareAll } from "../../bench/run/assemble.js";

const RATES: readonly (readonly [string, string, number])[] = [
  ["fsync", "ON", 21_000],
  ["O_DSYNC", "ON", 20_800],
  ["fsync", "OFF", 26_000],
  ["O_DIRECT_NO_FSYNC", "ON", 33_000],
  ["O_DIRECT_NO_FSYNC", "OFF", 38_000],
];
const NOISE = [1, 0.98, 1.02, 0.99, 1.01];
const OPERATIONS = 10_000;

const ENVIRONMENT: Environment = {
  os: "linux",
  kernel: "6.18.0",
  node: "20.20.0",
  cpu: "Example CPU",
  cpu_count: 8,
  memory_bytes: 32 * 2 ** 30,
  load1: 0.25,
  container: null,
  fs: { type: "ext4", mount: "/", options: ["rw"], block_bytes: 4096, free_bytes: 2 ** 40 },
  device: {
    name: "nvme0n1",
    model: "Example SSD",
    rotational: false,
    write_cache: "write through",
    fua: false,
    scheduler: "none",
    logical_block_bytes: 512,
    physical_block_bytes: 4096,
    atomic_unit_max_bytes: 16384,
  },
  dio: { is_real: true, offset_align_bytes: 512, reason: "a misaligned write is refused" },
};

/** Returns the result of a run of five configurations over five rounds. */
export function fixedResult(): Result {
  const configs = RATES.map(([method, doublewrite, rate], index) =>
    fixedConfig(`c${index + 1}`, method, doublewrite, rate),
  );
  return {
    schema: "tornproof.result/1",
    tool: { name: "tornproof", version: "0.1.0", engine_sha256: null, backend: "native" },
    complete: true,
    started_at: "2026-01-02T03:04:05.000Z",
    duration_seconds: 61,
    seed: 42,
    argv: ["run", "--dir", "/mnt/a disk"],
    directory: "/mnt/a disk",
    workload: {
      name: "oltp-write",
      unit: "commit",
      timed: "commit",
      api: "async",
      concurrency: 1,
      rounds: 5,
      runtime_seconds: 3,
      warmup_seconds: 0.75,
      change_bytes: 128,
      page_bytes: 16384,
      working_set_bytes: 64 * 2 ** 20,
      buffer_pool_bytes: 16 * 2 ** 20,
      redo_log_bytes: 32 * 2 ** 20,
      max_bytes: 8 * 2 ** 30,
      written_bytes: 3.2 * 2 ** 30,
    },
    environment: ENVIRONMENT,
    configs,
    comparisons: compareAll(configs, 42),
    warnings: ["Noisy: this is an example of a warning."],
    verdict: { assertions: [] },
    exit: { code: 0, reason: "ok" },
  };
}

function fixedConfig(id: string, method: string, doublewrite: string, rate: number): ConfigResult {
  const isDirect = method.startsWith("O_DIRECT");
  return {
    id,
    variables: {
      innodb_flush_method: method,
      innodb_doublewrite: doublewrite,
      innodb_flush_log_at_trx_commit: 1,
    },
    profile: "mysql-8.4",
    effective: {
      requested: method,
      effective: method,
      substitutions: isDirect ? ["log opened without O_DIRECT: an example of a reason"] : [],
      backend: "native",
      executor: "io_uring",
    },
    durability: isDirect ? "protected-cache" : "power-loss",
    torn_pages: doublewrite === "ON" ? "repaired" : "not-repaired",
    rounds: NOISE.map((factor, round) => ({
      round,
      position: 0,
      operations: OPERATIONS,
      seconds: OPERATIONS / (rate * factor),
      payload_bytes: OPERATIONS * 512,
      written_bytes: OPERATIONS * 8192,
    })),
    operations_per_second: rate,
    latency: fixedLatency(rate, isDirect, doublewrite === "ON"),
    counters: fixedCounters(isDirect, doublewrite === "ON"),
  };
}

function fixedLatency(rate: number, isDirect: boolean, isOn: boolean): ConfigResult["latency"] {
  return {
    operation: latency(1e9 / rate),
    log_sync: latency(20_000),
    log_write: latency(3_000),
    page_write: latency(45_000),
    dblwr_write: isOn ? latency(210_000) : null,
    dblwr_sync: null,
    data_sync: isDirect ? null : latency(1_250_000),
    page_read: latency(30_000),
  };
}

function fixedCounters(isDirect: boolean, isOn: boolean): ConfigResult["counters"] {
  const none = { writes: 0, written_bytes: 0, syncs: 0, reads: 0, read_bytes: 0 };
  const pages = (OPERATIONS * NOISE.length) / 2;
  return {
    syscalls: { pwrite: 80_000, fdatasync: 50_000 },
    files: {
      data: { ...none, writes: pages, written_bytes: pages * 16384, syncs: isDirect ? 0 : 500 },
      log: { ...none, writes: 50_000, written_bytes: 50_000 * 640, syncs: 50_000 },
      dblwr: isOn ? { ...none, writes: 500, written_bytes: pages * 16384 } : none,
      bdblwr: none,
      marker: none,
    },
    payload_bytes: 50_000 * 512,
    write_amplification: isOn ? 33.25 : 17.25,
    os_bytes_written: null,
    data_write_busy_seconds: 1.5,
  };
}

/** A thousand values: nearly all at `typical`, a few at four and at forty times that. */
function latency(typical: number): Latency {
  const histogram = new Histogram();
  for (let i = 0; i < 985; i++) histogram.record(typical);
  for (let i = 0; i < 13; i++) histogram.record(typical * 4);
  for (let i = 0; i < 2; i++) histogram.record(typical * 40);
  return histogram.toJSON();
}
