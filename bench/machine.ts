// What a run ran on: numbers without this block mean nothing. Everything is read from files the
// kernel offers to everybody; what cannot be read is null, never a guess.

import { existsSync, readFileSync, realpathSync, statfsSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { basename, join } from "node:path";
import { probeDirectIo, probeDirectory } from "./host.js";
import type { Environment } from "./result.js";

type DirectoryProbe = ReturnType<typeof probeDirectory>;

/** Returns the environment block for a run in `directory`. */
export function describeMachine(directory: string): Environment {
  const processors = cpus();
  const found = probeDirectory(directory);
  return {
    os: platform(),
    kernel: release(),
    node: process.versions.node,
    cpu: processors[0]?.model.trim() || arch(),
    cpu_count: processors.length,
    memory_bytes: totalmem(),
    load1: Number((loadavg()[0] ?? 0).toFixed(2)),
    container: containerHint(),
    fs: describeFileSystem(found),
    device: describeDevice(found),
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
function describeDevice(found: DirectoryProbe): Environment["device"] {
  const number = found.mount?.device;
  const link = number ? attempt(() => realpathSync(`/sys/dev/block/${number}`)) : null;
  const isPartition = link !== null && existsSync(join(link, "partition"));
  const disk = link === null ? null : isPartition ? join(link, "..") : link;
  const queue = (name: string): string | null =>
    disk === null ? null : readText(join(disk, "queue", name));
  return {
    name: link === null ? null : basename(link),
    model: disk === null ? null : readText(join(disk, "device", "model")),
    rotational: toBoolean(queue("rotational")),
    write_cache: queue("write_cache"),
    fua: toBoolean(queue("fua")),
    scheduler: /\[(.+)\]/.exec(queue("scheduler") ?? "")?.[1] ?? queue("scheduler"),
    logical_block_bytes: toNumber(queue("logical_block_size")),
    physical_block_bytes: toNumber(queue("physical_block_size")),
    atomic_unit_max_bytes: toNumber(queue("atomic_write_unit_max_bytes")),
  };
}

function describeDirectIo(found: DirectoryProbe): Environment["dio"] {
  if (!found.writable) return null;
  const { real, alignment, reason } = probeDirectIo(found.path);
  return { is_real: real, offset_align_bytes: alignment === 0 ? null : alignment, reason };
}

/** Names the container this process seems to run in; null when there is no sign of one. */
function containerHint(): string | null {
  if (existsSync("/.dockerenv")) return "docker";
  if (existsSync("/run/.containerenv")) return "podman";
  const groups = readText("/proc/1/cgroup") ?? "";
  return /docker|kubepods|containerd|lxc/.exec(groups)?.[0] ?? null;
}

/** Bytes this process has made the block layer write; null where procfs does not say. */
export function osBytesWritten(): number | null {
  const match = /^write_bytes: (\d+)$/m.exec(readText("/proc/self/io") ?? "");
  return match ? Number(match[1]) : null;
}

function readText(path: string): string | null {
  return attempt(() => readFileSync(path, "utf8").trim());
}

function toNumber(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

function toBoolean(text: string | null): boolean | null {
  return text === null ? null : text !== "0";
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
