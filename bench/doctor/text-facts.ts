// The lines of the screen that state facts: the place, the machine around it, the backend.

import { formatBytes } from "../units.js";
import type { DeviceDocument, DoctorDocument, HintDocument } from "./document.js";

/** Name and value of one line. */
export type Line = readonly [name: string, value: string];

const OPTION_WIDTH = 60;
const MIB = 2 ** 20;

/** The directory, from the file system down to the disk. */
export function placeLines(document: DoctorDocument): Line[] {
  const { file_system: fs, device, shared } = document;
  const lines: Line[] = [
    ["File system", fileSystemWords(document)],
    ["Mount options", fs.options === null ? "unknown" : fs.options.map(shortened).join(", ")],
    ["Layers", layerWords(document)],
  ];
  if (shared !== null) lines.push(["Shared", `${shared.product} (${shared.evidence})`]);
  if (device === null) return [...lines, ["Device", noDeviceWords(document)]];
  lines.push(
    ["Device", deviceWords(device)],
    ["Write cache", cacheWords(document, device)],
    ["Blocks", blockWords(document, device)],
    ["Rotational", rotationWords(device)],
    ["Atomic units", atomicWords(device)],
    ["Discard", discardWords(device)],
  );
  return lines;
}

function fileSystemWords({ file_system: fs }: DoctorDocument): string {
  const parts = [
    fs.mount === null ? fs.type : `${fs.type} on ${fs.mount}`,
    fs.block_bytes === null ? "block size unknown" : `blocks of ${formatBytes(fs.block_bytes)}`,
    fs.free_bytes === null ? "free space unknown" : `${formatBytes(fs.free_bytes)} free`,
  ];
  return parts.join(", ");
}

/** An overlay names every layer in one option; the JSON has it whole. */
function shortened(option: string): string {
  return option.length <= OPTION_WIDTH ? option : `${option.slice(0, OPTION_WIDTH - 1)}…`;
}

function noDeviceWords({ layers }: DoctorDocument): string {
  return layers.some(({ name }) => name === "memory")
    ? "none: the bytes stay in memory"
    : "unknown";
}

function layerWords({ layers }: DoctorDocument): string {
  return layers
    .map(({ kind, name, detail }) => {
      if (kind === "unknown") return `unknown: ${name}`;
      return detail === "" ? name : `${name} (${detail})`;
    })
    .join(" → ");
}

function deviceWords(device: DeviceDocument): string {
  const parts = [device.name, device.kind];
  if (device.model !== null) parts.push(device.model);
  if (device.is_virtual) parts.push("virtual");
  if (device.scheduler !== null) parts.push(`scheduler ${device.scheduler}`);
  return parts.join(", ");
}

function cacheWords(document: DoctorDocument, device: DeviceDocument): string {
  const cache = device.write_cache === null ? "unknown" : `"${device.write_cache}"`;
  const fua = device.fua === null ? "FUA unknown" : device.fua ? "FUA" : "no FUA";
  const volatile = document.has_volatile_cache;
  const words =
    volatile === null
      ? "whether a volatile cache is on the way is unknown"
      : volatile
        ? "a sync must empty a cache on the way"
        : "no device on the way reports a cache to empty";
  return `${cache}, ${fua}; ${words}`;
}

function blockWords({ partition }: DoctorDocument, device: DeviceDocument): string {
  const size = (bytes: number | null): string => (bytes === null ? "unknown" : String(bytes));
  const blocks = `logical ${size(device.logical_block_bytes)}, physical ${size(device.physical_block_bytes)}`;
  const optimal = device.optimal_io_bytes ?? 0;
  const stripe = optimal > 0 ? `, prefers ${formatBytes(optimal)}` : "";
  if (partition === null) return `${blocks}${stripe}`;
  const start = partition.start_bytes;
  if (start === null) return `${blocks}${stripe}; start of ${partition.name} unknown`;
  const aligned = start % MIB === 0 ? "aligned to 1 MiB" : "not aligned to 1 MiB";
  return `${blocks}${stripe}; ${partition.name} starts at ${formatBytes(start)}, ${aligned}`;
}

function rotationWords(device: DeviceDocument): string {
  if (device.rotational === null) return "unknown";
  const words = device.rotational ? "yes" : "no";
  if (device.kind === "loop") return `${words}, copied from what is below`;
  return device.is_virtual ? `${words}, says a virtual disk: not to be trusted` : words;
}

function atomicWords(device: DeviceDocument): string {
  const max = device.atomic_unit_max_bytes;
  if (max === null) return "unknown (told by Linux 6.11 and newer)";
  if (max === 0) return "none";
  const boundary = device.atomic_boundary_bytes ?? 0;
  const line = boundary > 0 ? `, never across ${formatBytes(boundary)}` : "";
  return `${formatBytes(device.atomic_unit_min_bytes ?? 0)} to ${formatBytes(max)}${line}`;
}

function discardWords(device: DeviceDocument): string {
  const max = device.discard_max_bytes;
  if (max === null) return "unknown";
  if (max === 0) return "none";
  return `up to ${formatBytes(max)}, in units of ${formatBytes(device.discard_granularity_bytes ?? 0)}`;
}

/** The machine around the directory. */
export function systemLines({ system }: DoctorDocument): Line[] {
  return [
    ["System", `${system.os} ${system.kernel}, Node ${system.node}`],
    ["Container", hintWords(system.container)],
    ["Virtual machine", hintWords(system.virtual_machine)],
  ];
}

function hintWords(hint: HintDocument): string {
  if (hint.state === "unknown") return "unknown";
  if (hint.state === "none found") return "no sign of one, which proves nothing";
  const isGeneric = hint.name === "a container" || hint.name === "a virtual machine";
  return `${isGeneric ? "yes" : hint.name} (${hint.evidence})`;
}

/** Which backend runs, and why the others do not. */
export function backendLines({ backend }: DoctorDocument): Line[] {
  const choices = backend.choices.map(({ name, is_active: isActive, reason }): Line => {
    return [name, isActive ? `active, pages by ${backend.executor}: ${reason}` : reason];
  });
  const uring = backend.io_uring_problem;
  return [
    ...choices,
    ["io_uring", uring === null ? "works" : `not here: ${uring}`],
    ["Checksums", backend.checksums ?? "by the engine"],
  ];
}
