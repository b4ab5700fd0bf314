// Machines with disks of their own: NVMe, SATA, RAID below LUKS and LVM, virtio, loop files, ZFS.

import { ACCEPTED, noAtomicOn, probesOf, NATIVE } from "../answers.js";
import { Tree } from "../tree.js";
import type { Machine } from "./machine.js";

const EXT = 0xef53;
const XFS = 0x58465342;
const BTRFS = 0x9123683e;
const ZFS = 0x2fc12fc1;
const GIB = 2 ** 30;

const NVME = "pci0000:00/0000:00:01.1/0000:01:00.0/nvme/nvme0/nvme0n1";
const SDA = "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda";
const BARE = "vendor_id : AuthenticAMD\nflags : fpu vme sse4_2";

/** A server's NVMe drive with capacitors: it says that it has no volatile cache. */
export const nvme: Machine = {
  directory: "/var/lib/mysql",
  record: new Tree("6.12.9-amd64")
    .mount(
      "259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro",
      "259:3 / /var/lib/mysql rw,noatime shared:9 - xfs /dev/nvme0n1p3 rw,attr2,inode64",
    )
    .stat("/var/lib/mysql", XFS, 4096, 800 * GIB)
    .disk({
      at: NVME,
      number: "259:0",
      model: "SAMSUNG MZQL21T9HCJR-00A07",
      queue: { write_cache: "write through", fua: 0 },
    })
    .partition(NVME, "nvme0n1p2", "259:2", 1050624)
    .partition(NVME, "nvme0n1p3", "259:3", 104859648)
    .file("/proc/cpuinfo", BARE)
    .file("/proc/1/cgroup", "0::/init.scope")
    .file("/sys/class/dmi/id/sys_vendor", "Dell Inc.")
    .file("/sys/class/dmi/id/product_name", "PowerEdge R7625")
    .record(),
  probes: probesOf({ us: [24, 61, 480] }),
  backends: NATIVE,
};

/** A desktop's magnetic disk; few syncs fit into the time. */
export const sata: Machine = {
  directory: "/srv/db",
  record: new Tree("5.15.0-122-generic")
    .mount("8:1 / / rw,relatime - ext4 /dev/sda1 rw,data=ordered")
    .stat("/srv/db", EXT, 4096, 120 * GIB)
    .disk({
      at: SDA,
      number: "8:0",
      vendor: "ATA",
      model: "WDC WD40EZRZ-00G",
      queue: {
        fua: 0,
        rotational: 1,
        discard_max_bytes: 0,
        scheduler: "mq-deadline [bfq] none",
        ...withoutAtomicFiles(),
      },
    })
    .partition(SDA, "sda1", "8:1", 63)
    .file("/proc/cpuinfo", BARE)
    .file("/proc/1/cgroup", "0::/init.scope")
    .record(),
  probes: probesOf({ us: [24_900, 41_000, 58_000], count: 22 }),
  backends: NATIVE,
};

/** LVM on LUKS on a RAID of two SATA drives, one with its cache off. */
export const stacked: Machine = {
  directory: "/data",
  record: new Tree("6.1.0-28-amd64")
    .mount(
      "253:1 / / rw,relatime - ext4 /dev/mapper/vg-root rw",
      "253:2 / /data rw,noatime,nobarrier - ext4 /dev/mapper/vg-data rw,discard",
    )
    .stat("/data", EXT, 4096, 300 * GIB)
    .link("/dev/mapper/vg-data", "/dev/dm-2")
    .disk({
      at: "virtual/block/dm-2",
      number: "253:2",
      more: { "dm/name": "vg-data", "dm/uuid": "LVM-abc" },
      slaves: ["dm-0"],
      queue: withoutAtomicFiles(),
    })
    .disk({
      at: "virtual/block/dm-0",
      number: "253:0",
      more: { "dm/name": "luks-1", "dm/uuid": "CRYPT-LUKS2-abc-luks-1" },
      slaves: ["md0"],
      queue: withoutAtomicFiles(),
    })
    .disk({
      at: "virtual/block/md0",
      number: "9:0",
      more: { "md/level": "raid1" },
      slaves: ["sda1", "sdb1"],
      queue: { ...withoutAtomicFiles(), optimal_io_size: 524288 },
    })
    .disk({ at: SDA, number: "8:0", vendor: "ATA", model: "INTEL SSDSC2KB96" })
    .partition(SDA, "sda1", "8:1", 2048)
    .disk({
      at: SDA.replaceAll("sda", "sdb"),
      number: "8:16",
      vendor: "ATA",
      model: "INTEL SSDSC2KB96",
      queue: { write_cache: "write through" },
    })
    .partition(SDA.replaceAll("sda", "sdb"), "sdb1", "8:17", 2048)
    .file("/proc/cpuinfo", BARE)
    .record(),
  probes: probesOf({ us: [310, 880, 2600] }),
  backends: NATIVE,
};

/** An xfs image in a file on btrfs, on the disk of a virtual machine. */
export const loopOnBtrfs: Machine = {
  directory: "/mnt/image",
  record: new Tree("6.18.44")
    .mount(
      "0:30 /@ / rw,relatime - btrfs /dev/vda3 rw,compress=zstd:1,space_cache=v2,subvol=/@",
      "7:0 / /mnt/image rw,relatime - xfs /dev/loop0 rw,attr2,inode64",
    )
    .stat("/mnt/image", XFS, 4096, 2 * GIB)
    .stat("/", BTRFS, 4096, 20 * GIB)
    .disk({
      at: "virtual/block/loop0",
      number: "7:0",
      more: { "loop/backing_file": "/srv/xfs.img", "loop/dio": "0" },
      queue: { rotational: 1, fua: 0 },
    })
    .directory("/srv/xfs.img")
    .directory("/dev/vda3")
    .disk({
      at: "pci0000:00/0000:00:04.0/virtio1/block/vda",
      number: "254:0",
      queue: { rotational: 1, fua: 0 },
    })
    .partition("pci0000:00/0000:00:04.0/virtio1/block/vda", "vda3", "254:3", 4096)
    .file("/proc/cpuinfo", `${BARE} hypervisor`)
    .file("/sys/class/dmi/id/sys_vendor", "QEMU")
    .file("/proc/1/cgroup", "0::/init.scope")
    .record(),
  probes: probesOf({
    us: [95, 1200, 9000],
    atomicWrite: {
      available: true,
      refusedBy: null,
      reason: "atomic writes of 4096 to 1048576 bytes",
      unitMin: 4096,
      unitMax: 1048576,
    },
  }),
  inode: {
    noCopyOnWrite: false,
    journalsData: false,
    compressed: false,
    extentSizeHint: 0,
  },
  backends: NATIVE,
};

/** OpenZFS 2.3 with its default recordsize; the pool did not count the direct write. */
export const zfs: Machine = {
  directory: "/tank/mysql",
  record: new Tree("6.8.0-51-generic")
    .mount(
      "8:2 / / rw,relatime - ext4 /dev/sda2 rw",
      "0:44 / /tank/mysql rw,noatime - zfs tank/mysql rw,xattr,noacl",
    )
    .stat("/tank/mysql", ZFS, 131072, 1500 * GIB)
    .file("/sys/module/zfs/version", "2.3.1-1")
    .file("/sys/module/zfs/parameters/zfs_dio_enabled", "1")
    .file(
      "/proc/spl/kstat/zfs/tank/iostats",
      "9 1 0x01 26 7072 1 2\nname type data\ndirect_write_count              4    17",
    )
    .file("/proc/cpuinfo", BARE)
    .record(),
  probes: probesOf({
    us: [2100, 7400, 15_000],
    atomicWrite: noAtomicOn("zfs"),
    zfsCountedDirect: false,
    facts: null,
  }),
  backends: NATIVE,
};

/** btrfs itself, files copied on write. */
export const btrfs: Machine = {
  directory: "/data",
  record: new Tree("6.18.44")
    .mount("0:40 / /data rw,relatime - btrfs /dev/sda1 rw,ssd,discard=async,subvol=/")
    .stat("/data", BTRFS, 4096, 90 * GIB)
    .directory("/dev/sda1")
    .disk({ at: SDA, number: "8:0", vendor: "ATA", model: "Samsung SSD 870" })
    .partition(SDA, "sda1", "8:1", 2048)
    .record(),
  probes: probesOf({
    us: [4200, 12_000, 31_000],
    directIo: ACCEPTED,
    atomicWrite: noAtomicOn("btrfs"),
  }),
  inode: { noCopyOnWrite: false, journalsData: false, compressed: false, extentSizeHint: 0 },
  backends: NATIVE,
};

/** Kernels before 6.11 have no such files. */
function withoutAtomicFiles(): Record<string, string> {
  return {
    atomic_write_unit_min_bytes: "",
    atomic_write_unit_max_bytes: "",
    atomic_write_boundary_bytes: "",
  };
}
