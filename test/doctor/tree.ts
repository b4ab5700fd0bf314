// Builds the tree of a machine: mounts, disks, partitions, mapped devices, in the kernel's formats.

import type { StatFs } from "../../host/probe/index.js";
import type { MachineRecord } from "./recorded.js";

export interface DiskSpec {
  /** Folder below /sys/devices, the name last. */
  readonly at: string;
  /** "major:minor". */
  readonly number: string;
  readonly vendor?: string;
  readonly model?: string;
  /** Files of queue/ that differ from the defaults below. */
  readonly queue?: Readonly<Record<string, string | number>>;
  /** Other files of the device's folder. */
  readonly more?: Readonly<Record<string, string>>;
  /** Names of the devices below. */
  readonly slaves?: readonly string[];
}

/** A flash drive with a volatile cache, on a kernel that tells about atomic writes. */
const QUEUE = {
  write_cache: "write back",
  fua: 1,
  rotational: 0,
  scheduler: "[none] mq-deadline",
  logical_block_size: 512,
  physical_block_size: 4096,
  optimal_io_size: 0,
  discard_granularity: 512,
  discard_max_bytes: 2199023255040,
  atomic_write_unit_min_bytes: 0,
  atomic_write_unit_max_bytes: 0,
  atomic_write_boundary_bytes: 0,
};

export class Tree {
  private readonly files: Record<string, string> = {};
  private readonly links: Record<string, string> = {};
  private readonly directories: string[] = [];
  private readonly statFs: Record<string, StatFs> = {};
  private readonly mounts: string[] = [];

  constructor(
    private readonly kernel: string,
    private readonly platform = "linux",
  ) {}

  file(path: string, text: string): this {
    this.files[path] = text;
    return this;
  }

  /** A directory, or a file whose content nobody reads. */
  directory(path: string): this {
    this.directories.push(path);
    return this;
  }

  link(path: string, target: string): this {
    this.links[path] = target;
    return this;
  }

  /** Lines of mountinfo, without the two ids that lead each line. */
  mount(...lines: readonly string[]): this {
    this.mounts.push(...lines);
    return this;
  }

  stat(path: string, type: number, blockBytes: number, freeBytes: number): this {
    this.statFs[path] = { type, blockBytes, freeBytes };
    return this;
  }

  disk({ at, number, vendor, model, queue, more, slaves }: DiskSpec): this {
    const folder = `/sys/devices/${at}`;
    const name = at.split("/").at(-1)!;
    for (const [file, value] of Object.entries({ ...QUEUE, ...queue })) {
      // An empty string stands for a file that an older kernel does not have.
      if (value !== "") this.file(`${folder}/queue/${file}`, String(value));
    }
    if (vendor !== undefined) this.file(`${folder}/device/vendor`, vendor);
    if (model !== undefined) this.file(`${folder}/device/model`, model);
    for (const [file, text] of Object.entries(more ?? {})) this.file(`${folder}/${file}`, text);
    for (const slave of slaves ?? []) this.directory(`${folder}/slaves/${slave}`);
    return this.numbered(folder, name, number);
  }

  partition(disk: string, name: string, number: string, startSector: number): this {
    const folder = `/sys/devices/${disk}/${name}`;
    this.file(`${folder}/partition`, "1");
    this.file(`${folder}/start`, String(startSector));
    this.file(`${folder}/alignment_offset`, "0");
    return this.numbered(folder, name, number);
  }

  private numbered(folder: string, name: string, number: string): this {
    this.file(`${folder}/dev`, number);
    return this.link(`/sys/dev/block/${number}`, folder).link(`/sys/class/block/${name}`, folder);
  }

  record(): MachineRecord {
    const { platform, kernel, links, directories, statFs } = this;
    const files = { ...this.files };
    if (this.mounts.length > 0) {
      const lines = this.mounts.map((line, i) => `${20 + i} 1 ${line}`);
      files["/proc/self/mountinfo"] = lines.join("\n");
    }
    return { platform, kernel, files, links, directories, statFs };
  }
}
