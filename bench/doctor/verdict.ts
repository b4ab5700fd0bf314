// The verdict: which InnoDB settings fit this place, why, and what would change that. Every value
// is derived from findings and from the tables of flush methods; a setting that a server does not
// have says so instead of a value.

import { formatBytes, formatMicroseconds } from "../units.js";
import type { SyncLatency } from "../host.js";
import { profileNamed } from "../host.js";
import type { Advice } from "./advice.js";
import { judgeDirect } from "./direct.js";
import { type Findings, settingOf } from "./findings.js";
import { doublewriteAdvice } from "./verdict-doublewrite.js";
import { methodAdvice } from "./verdict-method.js";

/** Returns the advice in the order in which a reader needs it. */
export function findVerdict(findings: Findings): Advice[] {
  return [
    methodAdvice(findings),
    doublewriteAdvice(findings),
    fdatasyncAdvice(findings),
    neighborsAdvice(findings),
    pageSizeAdvice(findings),
  ];
}

function fdatasyncAdvice({ request, probes }: Findings): Advice {
  const variable = "innodb_use_fdatasync";
  const { fdatasync, title } = profileNamed(request.profile);
  if (fdatasync !== "variable") {
    const reason = `${title} has no such variable: it ${fdatasync} uses fdatasync`;
    return { variable, value: null, reason, unless: "" };
  }
  const costs = ["fdatasync", "fsync"].map((way) => medianOf(probes?.syncs ?? [], way));
  const measured = costs.every((cost) => cost !== null)
    ? `; medians here: ${costs[0]} µs, fsync ${costs[1]} µs`
    : "";
  return {
    variable,
    value: "ON",
    reason: `fdatasync carries the data and the size, and leaves out time stamps${measured}`,
    unless: "",
  };
}

function medianOf(syncs: readonly SyncLatency[], way: string): string | null {
  const p50 = syncs.find((sync) => sync.way === way)?.p50 ?? null;
  return p50 === null ? null : formatMicroseconds(p50);
}

function neighborsAdvice(findings: Findings): Advice {
  const variable = "innodb_flush_neighbors";
  const { devices } = findings.place;
  const disks = devices.filter(({ rotational }) => rotational !== null);
  const trusted = disks.filter(({ isVirtual, kind }) => !isVirtual && kind !== "loop");
  if (trusted.some(({ rotational }) => rotational === true)) {
    const name = trusted.find(({ rotational }) => rotational)!.name;
    return {
      variable,
      value: "1",
      reason: `${name} is rotational: neighbors written along save a seek`,
      unless: "the data moves to flash: then 0",
    };
  }
  if (settingOf(findings) === "memory") {
    const unless = "the data moves to a magnetic disk: then 1";
    return { variable, value: "0", reason: "memory does not seek", unless };
  }
  if (devices.some(({ isVirtual }) => isVirtual)) {
    const reason =
      "behind a virtual disk the medium cannot be seen, and its flag for rotation is not to be trusted";
    return { variable, value: "0", reason, unless: "the host is known to use magnetic disks: 1" };
  }
  const reason =
    trusted.length > 0
      ? "nothing here seeks: neighbors written along only add writes"
      : "whether anything here seeks is unknown, and neighbors always add writes";
  return { variable, value: "0", reason, unless: "the data moves to a magnetic disk: then 1" };
}

function pageSizeAdvice(findings: Findings): Advice {
  if (findings.zfs !== null) return zfsPageSize(findings);
  const { request, place, probes } = findings;
  const { pageSize } = request;
  const problems: string[] = [];
  if (!["disk", "unknown"].includes(settingOf(findings))) return unseenPageSize(findings);
  const isDirect = judgeDirect(findings).state === "real";
  const units: [string, number | null | undefined][] = [
    ["physical blocks", largestOf(place.devices.map((device) => device.physicalBlockBytes))],
    ["file system blocks", place.blockBytes],
    ["direct I/O units", isDirect ? (probes?.facts?.dioOffsetAlign ?? 0) : 0],
  ];
  const known = units.filter(([, bytes]) => (bytes ?? 0) > 0) as [string, number][];
  for (const [name, bytes] of known) {
    if (pageSize % bytes !== 0) problems.push(`no multiple of ${name} of ${formatBytes(bytes)}`);
  }
  problems.push(...partitionProblem(findings));
  const fits = known.map(([name, bytes]) => `${name} of ${formatBytes(bytes)}`).join(", ");
  const whole = fits === "" ? "nothing here contradicts it" : `a multiple of ${fits}`;
  return {
    variable: "innodb_page_size",
    value: `${pageSize / 1024}k`,
    reason: problems.length > 0 ? `does not fit: ${problems.join("; ")}` : whole,
    unless: "",
  };
}

function unseenPageSize({ request }: Findings): Advice {
  return {
    variable: "innodb_page_size",
    value: `${request.pageSize / 1024}k`,
    reason: "what it would have to fit cannot be seen from here",
    unless: "",
  };
}

function zfsPageSize({ request, zfs }: Findings): Advice {
  const records = zfs?.recordBytes ?? null;
  const isSame = records === request.pageSize;
  const found = records === null ? "unknown" : formatBytes(records);
  const wanted = formatBytes(request.pageSize);
  return {
    variable: "innodb_page_size",
    value: `${request.pageSize / 1024}k`,
    reason: isSame
      ? "the dataset's recordsize is the same"
      : `the dataset should change, not the page: its recordsize is ${found}, and ${wanted} fits`,
    unless: "",
  };
}

function largestOf(sizes: readonly (number | null)[]): number {
  return Math.max(0, ...sizes.map((bytes) => bytes ?? 0));
}

function partitionProblem({ place, request }: Findings): string[] {
  const start = place.partition?.startBytes ?? null;
  if (start === null || start % request.pageSize === 0) return [];
  return [`partition ${place.partition?.name} does not start at a multiple of a page`];
}
