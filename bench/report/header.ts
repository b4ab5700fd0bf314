// The head of a report: what ran, where, and how to repeat it.

import type { Result } from "../result.js";
import { formatBytes, formatSeconds, plural } from "../units.js";
import { isProbe, trxCommitOf, variesTrxCommit } from "./labels.js";

/** Returns name and value of every line of the head. */
export function headerFacts(result: Result): [string, string][] {
  const { workload, environment } = result;
  const facts: [string, string][] = [
    ["Directory", result.directory],
    ["File system", fileSystemWords(result)],
    ["Device", deviceWords(result)],
    ["Machine", machineWords(result)],
    ["Software", `Node ${environment.node}, ${environment.os} ${environment.kernel}`],
    ["Backend", backendWords(result)],
    ["Workload", workloadWords(result)],
  ];
  if (!isProbe(result)) facts.push(["Store", storeWords(result)]);
  const rounds = `${plural(workload.rounds, "round")} of ${formatSeconds(workload.runtime_seconds)}`;
  const warmup = formatSeconds(workload.warmup_seconds);
  facts.push(
    ["Rounds", `${rounds} each after ${warmup} of warm-up, interleaved, seed ${result.seed}`],
    ["Written", writtenWords(result)],
    ["Reproduce", reproduceCommand(result)],
  );
  return facts;
}

/** The command that repeats a run: its arguments, and its seed if they do not name one. */
export function reproduceCommand(result: Result): string {
  const words = ["bench", ...result.argv];
  if (!result.argv.some((word) => word === "--seed" || word.startsWith("--seed="))) {
    words.push("--seed", String(result.seed));
  }
  return words.map(quoted).join(" ");
}

export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function fileSystemWords({ environment }: Result): string {
  const { fs, dio } = environment;
  const type = fs.type ?? "unknown";
  const options = fs.options === null ? "" : ` (${fs.options.join(",")})`;
  const direct = dio === null ? "" : `; O_DIRECT is ${dio.is_real ? "real" : "not real"} here`;
  return `${type}${options}${direct}`;
}

function deviceWords({ environment }: Result): string {
  const { device } = environment;
  if (device.name === null) return "unknown";
  const parts = [
    device.model === null ? device.name : `${device.name} (${device.model})`,
    device.write_cache === null ? null : `write cache "${device.write_cache}"`,
    device.fua === null ? null : device.fua ? "FUA" : "no FUA",
    device.logical_block_bytes === null
      ? null
      : `sectors ${device.logical_block_bytes}/${device.physical_block_bytes ?? "?"}`,
    atomicWords(device.atomic_unit_max_bytes),
  ];
  return parts.filter((part) => part !== null).join(", ");
}

function atomicWords(bytes: number | null): string | null {
  if (bytes === null) return null;
  return bytes === 0 ? "no atomic writes" : `atomic writes up to ${formatBytes(bytes)}`;
}

function machineWords({ environment }: Result): string {
  const container = environment.container === null ? "" : `, in ${environment.container}`;
  return (
    `${environment.cpu_count} × ${environment.cpu}, ` +
    `${formatBytes(environment.memory_bytes)}, load ${environment.load1}${container}`
  );
}

function backendWords(result: Result): string {
  const executors = new Set(result.configs.map((config) => config.effective.executor));
  const pages = executors.size === 0 ? "" : ` (${[...executors].join(", ")})`;
  return `${result.tool.backend}${pages}, tornproof ${result.tool.version}`;
}

function workloadWords(result: Result): string {
  const { workload } = result;
  if (isProbe(result)) return `${workload.name}, one write at a time`;
  const committers = plural(workload.concurrency, "committer");
  const first = result.configs[0];
  const trx = first && !variesTrxCommit(result) ? `, trx_commit ${trxCommitOf(first)}` : "";
  const change = `changes of ${workload.change_bytes} bytes`;
  return `${workload.name}: ${committers}, ${workload.api} API${trx}, ${change}`;
}

function storeWords({ workload, configs }: Result): string {
  const profile = configs[0]?.profile ?? null;
  return [
    `pages of ${formatBytes(workload.page_bytes)}`,
    `buffer pool ${formatBytes(workload.buffer_pool_bytes)}`,
    `working set ${formatBytes(workload.working_set_bytes)}`,
    `redo ${formatBytes(workload.redo_log_bytes)}`,
    ...(profile === null ? [] : [`profile ${profile}`]),
  ].join(", ");
}

function writtenWords({ workload, duration_seconds: seconds }: Result): string {
  const written = formatBytes(workload.written_bytes);
  return `${written} of at most ${formatBytes(workload.max_bytes)}, in ${formatSeconds(seconds)}`;
}
