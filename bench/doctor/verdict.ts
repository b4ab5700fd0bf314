// The verdict: which InnoDB settings fit this place, why, and what would change that. Every value is
// derived from findings and from the tables of flush methods; a setting that a server does not have
// says so instead of a value.

import { formatBytes, formatMicroseconds } from "../units.js";
import type { SyncLatency } from "../host.js";
import { profileNamed } from "../host.js";
import type { Advice } from "./advice.js";
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
    ? `; here ${costs[0]} µs against ${costs[1]} µs of fsync`
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
  const { device } = findings.place;
  const disks = findings.place.devices.filter(({ rotational }) => rotational !== null);
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
  if (device?.isVirtual === true) {
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
  const { request, place, zfs, probes } = findings;
  const { pageSize } = request;
  const problems: string[] = [];
  const units: [string, number | null | undefined][] = [
    ["physical blocks", place.device?.physicalBlockBytes],
    ["file system blocks", zfs === null ? place.blockBytes : null],
    ["direct I/O units", probes?.facts?.dioOffsetAlign ?? probes?.directIo.alignment],
  ];
  const known = units.filter(([, bytes]) => (bytes ?? 0) > 0) as [string, number][];
  for (const [name, bytes] of known) {
    if (pageSize % bytes !== 0) problems.push(`no multiple of ${name} of ${formatBytes(bytes)}`);
  }
  problems.push(...partitionProblem(findings));
  const setting = settingOf(findings);
  const fits = known.map(([name, bytes]) => `${name} of ${formatBytes(bytes)}`).join(", ");
  const whole =
    setting === "disk" || setting === "unknown"
      ? fits === ""
        ? "nothing here contradicts it"
        : `a multiple of ${fits}`
      : "alignment below the mount cannot be seen";
  return {
    variable: "innodb_page_size",
    value: `${pageSize / 1024}k`,
    reason: problems.length > 0 ? `does not fit: ${problems.join("; ")}` : whole,
    unless: zfs === null ? "" : "always set recordsize to the page size on ZFS",
  };
}

function partitionProblem({ place, request }: Findings): string[] {
  const start = place.partition?.startBytes ?? null;
  if (start === null || start % request.pageSize === 0) return [];
  return [`partition ${place.partition?.name} does not start at a multiple of a page`];
}
