// What a reader must know before trusting the numbers: noise, drift, too few rounds, a directory
// that is no disk, a sync too fast to be one. Plain sentences; the report prints them.

import { isMemoryFileSystem } from "./durability.js";
import type { ConfigResult, Environment } from "./result.js";
import { drift, median, relativeSpread, ROUNDS_MIN } from "./stats.js";
import { MEDIUM_NS_MIN } from "./sync-limits.js";
import { formatMicroseconds } from "./units.js";

/** Middle rounds that differ by more than this make small differences meaningless. */
const SPREAD_MAX = 0.15;
const DRIFT_MAX = 0.2;
const LOAD_PER_CPU_MAX = 0.7;
const NETWORK_FILE_SYSTEMS = ["nfs", "nfs4", "cifs", "smb2", "ceph"];
const SHARED_FOLDERS = ["9p", "fuse", "virtiofs", "fakeowner", "vboxsf"];

/** Returns every warning that the measurements and the machine give cause for. */
export function findWarnings(configs: readonly ConfigResult[], machine: Environment): string[] {
  return [
    ...roundWarnings(configs),
    ...noiseWarnings(configs),
    ...machineWarnings(machine),
    ...syncWarnings(configs, machine),
  ];
}

function roundWarnings(configs: readonly ConfigResult[]): string[] {
  const fewest = Math.min(...configs.map((config) => config.rounds.length));
  if (configs.length === 0 || fewest >= ROUNDS_MIN) return [];
  return [`Fewer than ${ROUNDS_MIN} rounds: these are numbers, not conclusions.`];
}

function noiseWarnings(configs: readonly ConfigResult[]): string[] {
  const rates = configs.map((config) => config.rounds.map((r) => r.operations / r.seconds));
  const warnings: string[] = [];
  const spread = median(rates.map(relativeSpread));
  if (spread > SPREAD_MAX) {
    warnings.push(
      `Noisy: rounds of one configuration typically differ by ${percent(spread)} from their ` +
        "median. More rounds or a quieter machine would tell more settings apart.",
    );
  }
  const change = drift(rates) - 1;
  if (Math.abs(change) > DRIFT_MAX) {
    const direction = change < 0 ? "slower" : "faster";
    warnings.push(
      `Drift: the last rounds were ${percent(Math.abs(change))} ${direction} than the first. ` +
        "The order of rounds keeps the comparison fair, but absolute numbers moved.",
    );
  }
  return warnings;
}

function machineWarnings(machine: Environment): string[] {
  const warnings: string[] = [];
  const type = machine.fs.type ?? "";
  if (isMemoryFileSystem(type)) {
    warnings.push(`The directory is on ${type}: the numbers describe memory, not a disk.`);
  }
  if (NETWORK_FILE_SYSTEMS.includes(type)) {
    warnings.push(`The directory is on ${type}: a sync is a network round trip.`);
  }
  if (SHARED_FOLDERS.includes(type)) {
    warnings.push(
      `The directory is on ${type}, a shared folder: whether a sync reaches a disk is unknown.`,
    );
  }
  if (machine.load1 > machine.cpu_count * LOAD_PER_CPU_MAX + 1) {
    warnings.push(`The machine was busy with other work (load ${machine.load1}).`);
  }
  return warnings;
}

/** Says "suspiciously fast", never "lying": only a power cut proves that. */
function syncWarnings(configs: readonly ConfigResult[], machine: Environment): string[] {
  if (machine.device.write_cache !== "write back") return [];
  const medians = configs.flatMap((config) => config.latency.log_sync?.p50 ?? []);
  const fastest = medians.length === 0 ? Infinity : Math.min(...medians);
  if (fastest >= MEDIUM_NS_MIN) return [];
  return [
    `A sync takes ${formatMicroseconds(fastest)} µs on a device with a write-back cache: ` +
      "suspiciously fast. Its cache is protected, or it is a cloud volume, or a host caches it, " +
      "or it does not keep what a sync promises.",
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
