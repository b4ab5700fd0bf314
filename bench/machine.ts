// What a run ran on: numbers without this block mean nothing. Everything is read from files the
// kernel offers to everybody; what cannot be read is null, never a guess.

import { readFileSync, statfsSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import type { DirectoryProbe, Place } from "./host.js";
import { placeOf, probeDirectIo, probeDirectory, surroundingsOf, thisMachine } from "./host.js";
import type { Environment } from "./result.js";

/** Returns the environment block for a run in `directory`. */
export function describeMachine(directory: string): Environment {
  const processors = cpus();
  const found = probeDirectory(directory);
  const files = thisMachine();
  return {
    os: platform(),
    kernel: release(),
    node: process.versions.node,
    cpu: processors[0]?.model.trim() || arch(),
    cpu_count: processors.length,
    memory_bytes: totalmem(),
    load1: Number((loadavg()[0] ?? 0).toFixed(2)),
    container: surroundingsOf(files).container.name,
    fs: describeFileSystem(found),
    device: describeDevice(placeOf(files, found.path)),
    dio: describeDirectIo(found),
  };
}

function describeFileSystem(found: DirectoryProbe): Environment["fs"] {
  return {
    type: found.fileSystem,
    mount: found.mount?.point ?? null,
    options: found.mount?.options ?? null,
    block_bytes: attempt(() => statfsSync(found.path).bsize),
    free_bytes: found.freeBytes,
  };
}

/** Queue facts of the block device; of the whole disk when the file system is on a partition. */
function describeDevice({ device, partition }: Place): Environment["device"] {
  return {
    name: partition?.name ?? device?.name ?? null,
    model: device?.model ?? null,
    rotational: device?.rotational ?? null,
    write_cache: device?.writeCache ?? null,
    fua: device?.fua ?? null,
    scheduler: device?.scheduler ?? null,
    logical_block_bytes: device?.logicalBlockBytes ?? null,
    physical_block_bytes: device?.physicalBlockBytes ?? null,
    atomic_unit_max_bytes: device?.atomicUnitMaxBytes ?? null,
  };
}

function describeDirectIo(found: DirectoryProbe): Environment["dio"] {
  if (!found.writable) return null;
  const { real, alignment, reason } = probeDirectIo(found.path);
  return { is_real: real, offset_align_bytes: alignment === 0 ? null : alignment, reason };
}

/** Bytes this process has made the block layer write; null where procfs does not say. */
export function osBytesWritten(): number | null {
  const match = /^write_bytes: (\d+)$/m.exec(readText("/proc/self/io") ?? "");
  return match ? Number(match[1]) : null;
}

function readText(path: string): string | null {
  return attempt(() => readFileSync(path, "utf8").trim());
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
