// From findings to the document: every judgment made once, every name with its unit.

import type { BlockDevice } from "../host.js";
import { hasVolatileCache } from "../host.js";
import { judgeAtomic } from "./atomic.js";
import { judgeDirect } from "./direct.js";
import {
  type DeviceDocument,
  DOCTOR_SCHEMA,
  type DoctorDocument,
  type WayDocument,
} from "./document.js";
import { type Findings, settingOf } from "./findings.js";
import { gradeSyncs } from "./grade.js";
import { findNotes } from "./notes.js";
import { checkMethod } from "./strict.js";
import { findVerdict } from "./verdict.js";
import { needsProtection } from "./verdict-method.js";

export interface Frame {
  readonly version: string;
  readonly node: string;
  readonly exit: DoctorDocument["exit"];
}

const SYNC_BLOCK_BYTES = 4096;

/** Returns the document of a diagnosis. */
export function assemble(findings: Findings, frame: Frame): DoctorDocument {
  const { request, place, probes, probeProblem } = findings;
  return {
    schema: DOCTOR_SCHEMA,
    tool: { name: "tornproof", version: frame.version },
    directory: place.path,
    profile: request.profile,
    page_bytes: request.pageSize,
    probe: {
      problem: probeProblem,
      seconds: probes?.seconds ?? null,
      written_bytes_max: probes?.bytesMax ?? null,
    },
    system: describeSystem(findings, frame),
    file_system: describeFileSystem(findings),
    shared: place.sharing,
    layers: place.layers,
    device: place.device === null ? null : describeDevice(place.device),
    partition: describePartition(findings),
    has_volatile_cache: hasVolatileCache(place),
    direct_io: describeDirect(findings),
    atomic_write: describeAtomic(findings),
    sync: describeSyncs(findings),
    backend: describeBackend(findings),
    notes: findNotes(findings),
    verdict: findVerdict(findings),
    claims_durability: ["disk", "network", "unknown"].includes(settingOf(findings)),
    needs_power_loss_protection: needsProtection(request.profile),
    requested: describeRequested(findings),
    exit: frame.exit,
  };
}

function describeSystem(findings: Findings, frame: Frame): DoctorDocument["system"] {
  return {
    os: findings.platform,
    kernel: findings.kernel,
    node: frame.node,
    container: findings.surroundings.container,
    virtual_machine: findings.surroundings.virtualMachine,
  };
}

function describeFileSystem({ place, inode, zfs }: Findings): DoctorDocument["file_system"] {
  return {
    type: place.fileSystem,
    mount: place.mount?.point ?? null,
    source: place.mount?.source ?? null,
    options: place.mount?.options ?? null,
    block_bytes: place.blockBytes,
    free_bytes: place.freeBytes,
    inode:
      inode === null
        ? null
        : {
            no_copy_on_write: inode.noCopyOnWrite,
            journals_data: inode.journalsData,
            compressed: inode.compressed,
            extent_size_hint_bytes: inode.extentSizeHint,
          },
    zfs:
      zfs === null
        ? null
        : {
            version: zfs.version,
            record_bytes: zfs.recordBytes,
            direct_io_enabled: zfs.directIoEnabled,
          },
  };
}

function describeDevice(device: BlockDevice): DeviceDocument {
  return {
    name: device.name,
    kind: device.kind,
    model: device.model,
    is_virtual: device.isVirtual,
    write_cache: device.writeCache,
    fua: device.fua,
    rotational: device.rotational,
    scheduler: device.scheduler,
    logical_block_bytes: device.logicalBlockBytes,
    physical_block_bytes: device.physicalBlockBytes,
    optimal_io_bytes: device.optimalIoBytes,
    discard_granularity_bytes: device.discardGranularityBytes,
    discard_max_bytes: device.discardMaxBytes,
    atomic_unit_min_bytes: device.atomicUnitMinBytes,
    atomic_unit_max_bytes: device.atomicUnitMaxBytes,
    atomic_boundary_bytes: device.atomicBoundaryBytes,
  };
}

function describePartition({ place }: Findings): DoctorDocument["partition"] {
  if (place.partition === null) return null;
  const { name, startBytes, misalignedBytes } = place.partition;
  return { name, start_bytes: startBytes, misaligned_bytes: misalignedBytes };
}

function describeDirect(findings: Findings): DoctorDocument["direct_io"] {
  const { state, reason } = judgeDirect(findings);
  const probe = findings.probes?.directIo;
  const facts = findings.probes?.facts;
  return {
    state,
    reason,
    aligned: probe?.aligned ?? null,
    misaligned: probe?.misaligned ?? null,
    accepted_align_bytes: probe === undefined || probe.alignment === 0 ? null : probe.alignment,
    statx_memory_align_bytes: facts?.dioMemAlign ?? null,
    statx_offset_align_bytes: facts?.dioOffsetAlign ?? null,
  };
}

function describeAtomic(findings: Findings): DoctorDocument["atomic_write"] {
  const { state, refusedBy, reason, remedy } = judgeAtomic(findings);
  const facts = findings.probes?.facts;
  return {
    state,
    refused_by: refusedBy,
    reason,
    remedy,
    unit_min_bytes: facts?.atomicUnitMin ?? null,
    unit_max_bytes: facts?.atomicUnitMax ?? null,
  };
}

function describeSyncs(findings: Findings): DoctorDocument["sync"] {
  const { name, sentences } = gradeSyncs(findings);
  const ways = (findings.probes?.syncs ?? []).map(
    ({ way, count, p50, p99, max, problem }): WayDocument => {
      return { way, count, p50_ns: p50, p99_ns: p99, max_ns: max, problem };
    },
  );
  return { block_bytes: SYNC_BLOCK_BYTES, grade: name, sentences, ways };
}

function describeBackend({ backends, probes }: Findings): DoctorDocument["backend"] {
  return {
    active: backends.active,
    executor: backends.capabilities.executor,
    choices: backends.choices.map(({ name, isActive, reason }) => {
      return { name, is_active: isActive, reason };
    }),
    io_uring_problem: backends.uringProblem,
    rwf_dsync: probes?.rwfDsync ?? null,
    checksums: backends.checksums,
  };
}

function describeRequested(findings: Findings): DoctorDocument["requested"] {
  const { method } = findings.request;
  if (method === null) return null;
  const { name, isReal, problems } = checkMethod(findings, method);
  return { method: name, is_real: isReal, problems };
}
