// What the kernel says about a block device: sysfs, its folder below /sys/devices.
//
//   /sys/dev/block/254:1 → …/block/vda/vda1     a partition: `partition`, `start`
//   …/block/vda          queue/…                what the file system sees of the disk
//                        device/model           the disk's own words
//                        slaves/…               what a mapped device or an array is made of
//
// `write_cache` is the kernel's belief, from the disk's answer or an administrator's; no software
// can check it. `null` is "not told".

import { basename, dirname } from "node:path";
import { type MachineFiles, readNumber } from "./machine-files.js";

export type DeviceKind =
  | "nvme"
  | "sata"
  | "scsi"
  | "usb"
  | "virtio"
  | "xen"
  | "mmc"
  | "loop"
  | "mapped"
  | "raid"
  | "memory"
  | "network"
  | "unknown";

export interface BlockDevice {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly model: string | null;
  /** The disk of a virtual machine or a cloud volume: what it says of its hardware is made up. */
  readonly isVirtual: boolean;
  /** "write back": a cache that a sync must empty; "write through": none. */
  readonly writeCache: string | null;
  /** The device can write one block past its cache. */
  readonly fua: boolean | null;
  readonly rotational: boolean | null;
  readonly scheduler: string | null;
  /** Bytes, like all below. */
  readonly logicalBlockBytes: number | null;
  readonly physicalBlockBytes: number | null;
  /** Stripe width of an array, or what else the device prefers; 0 when it has no preference. */
  readonly optimalIoBytes: number | null;
  readonly discardGranularityBytes: number | null;
  /** Longest discard; 0 when the device takes none. */
  readonly discardMaxBytes: number | null;
  readonly atomicUnitMinBytes: number | null;
  readonly atomicUnitMaxBytes: number | null;
  /** An atomic write must not cross a multiple of this; 0 when there is no such line. */
  readonly atomicBoundaryBytes: number | null;
}

export interface Partition {
  readonly name: string;
  /** Bytes from the start of the disk. */
  readonly startBytes: number | null;
  /** Bytes by which the start misses a physical block; 0 when it is aligned. */
  readonly misalignedBytes: number | null;
}

/** Where a device number leads in sysfs. */
export interface DeviceFolder {
  /** The folder of the whole device, with `queue` in it. */
  readonly folder: string;
  readonly partition: Partition | null;
}

const SECTOR_BYTES = 512;

/** Finds a device by "major:minor"; null when sysfs does not know it. */
export function findDevice(files: MachineFiles, number: string): DeviceFolder | null {
  const folder = files.realPath(`/sys/dev/block/${number}`);
  return folder === null ? null : wholeDevice(files, folder);
}

/** Finds a device by its name in /dev, through links such as /dev/mapper. */
export function findDeviceNamed(files: MachineFiles, path: string): DeviceFolder | null {
  const name = basename(files.realPath(path) ?? path);
  const folder = files.realPath(`/sys/class/block/${name}`);
  return folder === null ? null : wholeDevice(files, folder);
}

function wholeDevice(files: MachineFiles, folder: string): DeviceFolder {
  if (!files.exists(`${folder}/partition`)) return { folder, partition: null };
  const start = readNumber(files, `${folder}/start`);
  const partition = {
    name: basename(folder),
    startBytes: start === null ? null : start * SECTOR_BYTES,
    misalignedBytes: readNumber(files, `${folder}/alignment_offset`),
  };
  return { folder: dirname(folder), partition };
}

/** Reads every fact of a whole device. */
export function readDevice(files: MachineFiles, folder: string): BlockDevice {
  const name = basename(folder);
  const queue = (file: string): number | null => readNumber(files, `${folder}/queue/${file}`);
  const words = (file: string): string | null => files.readText(`${folder}/${file}`);
  const vendor = words("device/vendor") ?? "";
  const model = words("device/model");
  const kind = kindOf(name, folder, vendor);
  const scheduler = words("queue/scheduler");
  return {
    name,
    kind,
    model,
    isVirtual: ["virtio", "xen"].includes(kind) || VIRTUAL.test(`${vendor} ${model ?? ""}`),
    writeCache: words("queue/write_cache"),
    fua: toBoolean(queue("fua")),
    rotational: toBoolean(queue("rotational")),
    scheduler: /\[(.+)\]/.exec(scheduler ?? "")?.[1] ?? scheduler,
    logicalBlockBytes: queue("logical_block_size"),
    physicalBlockBytes: queue("physical_block_size"),
    optimalIoBytes: queue("optimal_io_size"),
    discardGranularityBytes: queue("discard_granularity"),
    discardMaxBytes: queue("discard_max_bytes"),
    atomicUnitMinBytes: queue("atomic_write_unit_min_bytes"),
    atomicUnitMaxBytes: queue("atomic_write_unit_max_bytes"),
    atomicBoundaryBytes: queue("atomic_write_boundary_bytes"),
  };
}

/** Vendors and models of virtual disks and cloud volumes. */
const VIRTUAL = new RegExp(
  "QEMU|VMware|VBOX|Msft|MSFT|Microsoft|Virtual|Xen|Parallels|" +
    "Google|nvme_card|PersistentDisk|Amazon",
);

const KINDS: readonly (readonly [RegExp, DeviceKind])[] = [
  [/^nvme/, "nvme"],
  [/^vd/, "virtio"],
  [/^xvd/, "xen"],
  [/^loop/, "loop"],
  [/^dm-/, "mapped"],
  [/^md/, "raid"],
  [/^(zram|ram|brd)/, "memory"],
  [/^(nbd|rbd|drbd)/, "network"],
  [/^mmcblk/, "mmc"],
];

function kindOf(name: string, folder: string, vendor: string): DeviceKind {
  const known = KINDS.find(([pattern]) => pattern.test(name));
  if (known) return known[1];
  if (!/^s[dr]/.test(name)) return "unknown";
  if (/\/usb\d/.test(folder)) return "usb";
  return vendor === "ATA" ? "sata" : "scsi";
}

function toBoolean(value: number | null): boolean | null {
  return value === null ? null : value !== 0;
}
