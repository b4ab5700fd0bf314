// A recorded machine, and its findings as `bench doctor` would collect them there.

import type { BackendFacts, DiskProbes, InodeFlags } from "../../../bench/host.js";
import type { DoctorRequest, Findings } from "../../../bench/doctor/findings.js";
import { placeOf, surroundingsOf, zfsFactsOf } from "../../../host/probe/index.js";
import { type MachineRecord, recordedMachine } from "../recorded.js";

export interface Machine {
  readonly directory: string;
  readonly record: MachineRecord;
  /** What the probes answered; null with `probeProblem`. */
  readonly probes: DiskProbes | null;
  readonly probeProblem?: string;
  readonly inode?: InodeFlags;
  readonly backends: BackendFacts;
}

export function findingsOf(machine: Machine, request: Partial<DoctorRequest> = {}): Findings {
  const files = recordedMachine(machine.record);
  const place = placeOf(files, machine.directory);
  return {
    request: { profile: "mysql-8.4", pageSize: 16384, method: null, ...request },
    platform: files.platform,
    kernel: files.kernel,
    place,
    surroundings: surroundingsOf(files),
    inode: machine.inode ?? null,
    zfs: zfsFactsOf(files, place),
    backends: machine.backends,
    probes: machine.probes,
    probeProblem: machine.probeProblem ?? null,
  };
}
