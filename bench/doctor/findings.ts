// Everything the doctor found out, before it judges any of it: read, asked and tried. Judgment is
// in the other files of this folder, which are pure functions of these findings, so that the
// findings of a recorded machine get the same report as those of this one.

import type {
  BackendFacts,
  DiskProbes,
  InodeFlags,
  Place,
  Surroundings,
  ZfsFacts,
} from "../host.js";
import { isMemory } from "../host.js";

/** What the user asked about. */
export interface DoctorRequest {
  readonly profile: string;
  /** Bytes. */
  readonly pageSize: number;
  /** --flush-method, by its canonical name; null when it was not given. */
  readonly method: string | null;
}

export interface Findings {
  readonly request: DoctorRequest;
  readonly platform: string;
  readonly kernel: string;
  readonly place: Place;
  readonly surroundings: Surroundings;
  readonly inode: InodeFlags | null;
  readonly zfs: ZfsFacts | null;
  readonly backends: BackendFacts;
  /** Null when nothing could be tried; then `probeProblem` says why. */
  readonly probes: DiskProbes | null;
  readonly probeProblem: string | null;
}

/** What kind of place it is, as far as promises are concerned. */
export type Setting = "disk" | "memory" | "shared folder" | "network" | "user space" | "unknown";

/** Returns the weakest link: a shared folder in memory is a shared folder. */
export function settingOf({ place }: Findings): Setting {
  if (place.sharing !== null) return place.sharing.kind;
  if (isMemory(place)) return "memory";
  const isKnown = place.devices.length > 0 || place.fileSystem === "zfs";
  return isKnown ? "disk" : "unknown";
}

/** Whether a file system is among the layers, an overlay's upper one or a loop file's included. */
export function isOn({ place }: Findings, ...names: readonly string[]): boolean {
  return place.fileSystems.some((name) => names.includes(name));
}

/** Whether the file system that takes the writes is one of `names`, seen through an overlay. */
export function writesTo({ place }: Findings, ...names: readonly string[]): boolean {
  const [top, upper] = place.fileSystems;
  return names.includes((top === "overlay" ? upper : top) ?? "");
}
