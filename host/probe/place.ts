// Where a directory is: its file system, and every layer below it that can be seen from here.
//
//   ext4 on /data ─▶ partition sda1 ─▶ sda
//   xfs on /mnt   ─▶ loop0, file /srv/disk.img ─▶ btrfs on /srv ─▶ nvme0n1
//   overlay on /  ─▶ ext4 on /var ─▶ dm-0 (LVM) ─▶ nvme0n1
//   virtiofs on … ─▶ the host: unknown
//
// A walk that cannot go on ends with a layer that says why; it never guesses.

import {
  type BlockDevice,
  type DeviceFolder,
  findDevice,
  findDeviceNamed,
  type Partition,
  readDevice,
} from "./block-device.js";
import { fileSystemName } from "./directory.js";
import { type MachineFiles, readNumber } from "./machine-files.js";
import { type Mount, mountOf, parseMountInfo } from "./mount.js";
import { type Sharing, sharingOf } from "./sharing.js";

export interface Layer {
  readonly kind: "file system" | "partition" | "device" | "unknown";
  /** "ext4", "sda1", "nvme0n1"; for unknown, what cannot be seen. */
  readonly name: string;
  /** "on /data", "backed by /srv/disk.img", "LVM vg-data"; may be empty. */
  readonly detail: string;
}

export interface Place {
  readonly path: string;
  /** "ext4", "overlay", "nfs4", …; "unknown" where nothing tells. */
  readonly fileSystem: string;
  readonly mount: Mount | null;
  readonly blockBytes: number | null;
  readonly freeBytes: number | null;
  /** Who else writes behind the mount; null when the kernel alone does. */
  readonly sharing: Sharing | null;
  /** From the directory down. */
  readonly layers: readonly Layer[];
  /** File systems among the layers, from the top: an overlay's upper one, a loop file's. */
  readonly fileSystems: readonly string[];
  /** What the file system writes to. */
  readonly device: BlockDevice | null;
  readonly partition: Partition | null;
  /** Every device on the way down, `device` first. */
  readonly devices: readonly BlockDevice[];
}

/** Layers of layers end here; only a loop of mounts is deeper. */
const DEPTH_MAX = 12;

/** Reads where an absolute, resolved path is. */
export function placeOf(files: MachineFiles, path: string): Place {
  const walk = new Walk(files);
  walk.fileSystem(path);
  const mount = walk.mountAt(path);
  const stat = files.statFs(path);
  return {
    path,
    fileSystem: walk.nameOf(mount, path),
    mount,
    blockBytes: stat?.blockBytes ?? null,
    freeBytes: stat?.freeBytes ?? null,
    sharing: walk.sharing,
    layers: walk.layers,
    fileSystems: walk.layers.filter(({ kind }) => kind === "file system").map(({ name }) => name),
    device: walk.devices[0] ?? null,
    partition: walk.partition,
    devices: walk.devices,
  };
}

/** Collects what it passes; `depth` counts layers. */
class Walk {
  readonly layers: Layer[] = [];
  readonly devices: BlockDevice[] = [];
  partition: Partition | null = null;
  sharing: Sharing | null = null;
  private readonly mounts: readonly Mount[];

  constructor(private readonly files: MachineFiles) {
    this.mounts = parseMountInfo(files.readText("/proc/self/mountinfo") ?? "");
  }

  mountAt(path: string): Mount | null {
    return mountOf(this.mounts, path);
  }

  /** The mount knows best; the magic number helps where there is no mountinfo. */
  nameOf(mount: Mount | null, path: string): string {
    if (mount !== null) return mount.type;
    // Elsewhere the number has another meaning, and none that is stable.
    if (this.files.platform !== "linux") return "unknown";
    const stat = this.files.statFs(path);
    return stat === null ? "unknown" : fileSystemName(stat.type, null);
  }

  fileSystem(path: string): void {
    const mount = this.mountAt(path);
    this.add("file system", this.nameOf(mount, path), mount === null ? "" : `on ${mount.point}`);
    if (mount === null) return this.end("what is below, as there is no mountinfo here");
    if (this.layers.length > DEPTH_MAX)
      return this.end("what is below, as there are too many layers");
    this.sharing ??= sharingOf(mount);
    if (mount.type === "overlay") return this.upperDirectory(mount);
    this.below(mount);
  }

  private below(mount: Mount): void {
    if (["tmpfs", "ramfs"].includes(mount.type)) return this.add("device", "memory", "");
    const found = this.deviceOf(mount);
    if (found !== null) return this.block(found);
    const sharing = sharingOf(mount);
    if (sharing !== null) return this.end(BEYOND[sharing.kind]);
    if (mount.type === "zfs") return this.end(`the disks of pool ${mount.source.split("/")[0]}`);
    this.end(`the device "${mount.source}"`);
  }

  /** A file system without a device number of its own names its device as the source. */
  private deviceOf(mount: Mount): DeviceFolder | null {
    const byNumber = mount.device.startsWith("0:") ? null : findDevice(this.files, mount.device);
    if (byNumber !== null || !mount.source.startsWith("/dev/")) return byNumber;
    return findDeviceNamed(this.files, mount.source);
  }

  /** The upper directory takes all writes; in a container its path is the host's. */
  private upperDirectory(mount: Mount): void {
    const upper = mount.options.find((option) => option.startsWith("upperdir="))?.slice(9);
    if (upper === undefined) return this.end("the upper directory: the overlay is read-only");
    // A relative path was relative to whoever mounted it.
    const path = upper.startsWith("/") ? this.files.realPath(upper) : null;
    if (path === null) return this.end(`the upper directory ${upper}: not visible from here`);
    this.fileSystem(path);
  }

  private block({ folder, partition }: DeviceFolder): void {
    if (partition !== null) {
      if (this.devices.length === 0) this.partition = partition;
      this.add("partition", partition.name, "");
    }
    const device = readDevice(this.files, folder);
    this.devices.push(device);
    this.add("device", device.name, this.describe(device, folder));
    if (this.layers.length > DEPTH_MAX)
      return this.end("what is below, as there are too many layers");
    if (device.kind === "loop") return this.loopFile(folder);
    for (const name of this.files.list(`${folder}/slaves`)) {
      const below = findDeviceNamed(this.files, `/dev/${name}`);
      if (below !== null) this.block(below);
    }
  }

  private loopFile(folder: string): void {
    const file = this.files.readText(`${folder}/loop/backing_file`);
    if (file === null) return this.end("the file behind the loop device");
    const path = this.files.realPath(file);
    if (path === null) return this.end(`the file ${file}: not visible from here`);
    this.fileSystem(path);
  }

  private describe(device: BlockDevice, folder: string): string {
    const text = (file: string): string => this.files.readText(`${folder}/${file}`) ?? "";
    if (device.kind === "loop") {
      const direct = readNumber(this.files, `${folder}/loop/dio`) === 1;
      return `${direct ? "direct" : "buffered"}, file ${text("loop/backing_file") || "unknown"}`;
    }
    const members = this.files.list(`${folder}/slaves`);
    const of = members.length > 1 ? `of ${members.join(", ")}` : "";
    if (device.kind === "mapped") {
      const type = text("dm/uuid").split("-")[0] ?? "";
      return joined(MAPPED[type] ?? "device mapper", text("dm/name"), of);
    }
    if (device.kind === "raid") return joined(text("md/level"), of);
    return [device.kind, device.model].filter((word) => word !== null).join(", ");
  }

  private add(kind: Layer["kind"], name: string, detail: string): void {
    this.layers.push({ kind, name, detail });
  }

  private end(what: string): void {
    this.add("unknown", what, "");
  }
}

function joined(...words: readonly string[]): string {
  return words.filter((word) => word !== "").join(" ");
}

const BEYOND = {
  "shared folder": "the host's file system and disk",
  network: "the server's file system and disk",
  "user space": "what the daemon writes to",
} as const;

/** The first word of a mapped device's uuid says who made it. */
const MAPPED: Readonly<Record<string, string>> = {
  LVM: "LVM",
  CRYPT: "dm-crypt",
  mpath: "multipath",
  DMRAID: "RAID",
};

/**
 * Whether some device on the way down has a cache that a sync must empty: true if one says so,
 * false if all say not, null if that cannot be told.
 */
export function hasVolatileCache({ devices, layers }: Place): boolean | null {
  if (devices.some(({ writeCache }) => writeCache === "write back")) return true;
  const isSeen = devices.length > 0 && !layers.some(({ kind }) => kind === "unknown");
  return isSeen && devices.every(({ writeCache }) => writeCache === "write through") ? false : null;
}

/** Whether what is written ends in memory: no disk, no power cut to survive. */
export function isMemory({ fileSystems, devices }: Place): boolean {
  return (
    fileSystems.some((name) => name === "tmpfs" || name === "ramfs") ||
    devices.some(({ kind }) => kind === "memory")
  );
}
