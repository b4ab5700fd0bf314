// Machines inside machines: a virtio disk, containers, shared folders, WSL; and what is no disk at
// all: NFS, tmpfs. And macOS, which answers almost nothing.

import { ACCEPTED, noAtomicOn, NATIVE, NODE_FS, probesOf, withoutDirectWays } from "../answers.js";
import { Tree } from "../tree.js";
import type { Machine } from "./machine.js";

const EXT = 0xef53;
const FUSE = 0x65735546;
const V9FS = 0x01021997;
const NFS = 0x6969;
const TMPFS = 0x01021994;
const OVERLAY = 0x794c7630;
const GIB = 2 ** 30;

const VDA = "pci0000:00/0000:00:04.0/virtio1/block/vda";
const GUEST = "vendor_id : GenuineIntel\nflags : fpu vme sse4_2 hypervisor";
const LINUXKIT = "Linux version 6.10.14-linuxkit (root@buildkitsandbox)";

/** A cloud server: the sync is too fast for a medium, and the disk says "rotational". */
export const virtio: Machine = {
  directory: "/data",
  record: new Tree("6.18.44")
    .mount("254:0 / / rw,relatime - ext4 /dev/vda rw,discard")
    .stat("/data", EXT, 4096, 78 * GIB)
    .disk({
      at: VDA,
      number: "254:0",
      queue: { rotational: 1, fua: 0, discard_max_bytes: 1073741824, discard_granularity: 4096 },
    })
    .file("/proc/cpuinfo", GUEST)
    .file("/proc/1/cgroup", "0::/")
    .record(),
  probes: probesOf({ us: [38, 73, 2909] }),
  backends: NATIVE,
};

/** A container's own layer: the upper directory is a path of the host. */
export const overlay: Machine = {
  directory: "/var/lib/mysql",
  record: new Tree("6.1.0-28-cloud-amd64")
    .mount(
      "0:52 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/AB," +
        "upperdir=/var/lib/docker/overlay2/cd/diff,workdir=/var/lib/docker/overlay2/cd/work",
      "0:55 / /proc rw,nosuid - proc proc rw",
    )
    .stat("/var/lib/mysql", OVERLAY, 4096, 30 * GIB)
    .directory("/.dockerenv")
    .disk({ at: VDA, number: "254:0" })
    .file("/proc/cpuinfo", GUEST)
    .file("/proc/1/cgroup", "0::/")
    .record(),
  probes: probesOf({ us: [640, 2100, 4800], atomicWrite: noAtomicOn("overlay") }),
  backends: { ...NATIVE, uringProblem: "io_uring_setup: EPERM" },
};

/** Docker Desktop on a Mac, a bind mount of the host's folder. */
export const dockerDesktop: Machine = {
  directory: "/var/lib/mysql",
  record: new Tree("6.10.14-linuxkit")
    .mount(
      "0:52 / / rw,relatime - overlay overlay rw,lowerdir=/a,upperdir=/b,workdir=/c",
      "0:44 /ann/db /var/lib/mysql rw,relatime - fakeowner /run/host_mark/Users rw",
    )
    .stat("/var/lib/mysql", FUSE, 4096, 210 * GIB)
    .directory("/.dockerenv")
    .file("/proc/version", LINUXKIT)
    .file("/proc/1/cgroup", "0::/")
    .record(),
  probes: probesOf({
    us: [410, 3100, 21_000],
    directIo: ACCEPTED,
    atomicWrite: noAtomicOn("fakeowner"),
    facts: null,
  }),
  backends: NODE_FS,
};

/** The same in a virtual machine that names its share. */
export const virtiofs: Machine = {
  ...dockerDesktop,
  record: new Tree("6.10.14-linuxkit")
    .mount("0:44 / /var/lib/mysql rw,relatime - virtiofs mount0 rw")
    .stat("/var/lib/mysql", FUSE, 4096, 210 * GIB)
    .file("/proc/version", LINUXKIT)
    .record(),
};

/** WSL 2, a Windows drive. */
export const wsl: Machine = {
  directory: "/mnt/c/db",
  record: new Tree("5.15.167.4-microsoft-standard-WSL2")
    .mount(
      "8:32 / / rw,relatime - ext4 /dev/sdc rw,discard,errors=remount-ro,data=ordered",
      "0:75 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync,aname=drvfs;path=C:\\;uid=1000,mmap,trans=fd",
    )
    .stat("/mnt/c/db", V9FS, 4096, 300 * GIB)
    .file("/proc/version", "Linux version 5.15.167.4-microsoft-standard-WSL2 (root@f9c8)")
    .file("/proc/cpuinfo", GUEST)
    .record(),
  probes: probesOf({
    us: [2900, 9100, 40_000],
    directIo: ACCEPTED,
    atomicWrite: noAtomicOn("9p"),
    facts: null,
  }),
  backends: NATIVE,
};

/** NFS, mounted soft. */
export const nfs: Machine = {
  directory: "/mnt/nas/db",
  record: new Tree("6.1.0-28-amd64")
    .mount(
      "8:1 / / rw - ext4 /dev/sda1 rw",
      "0:61 / /mnt/nas rw,relatime - nfs4 nas:/export rw,vers=4.2,soft,proto=tcp,local_lock=none",
    )
    .stat("/mnt/nas/db", NFS, 1048576, 4000 * GIB)
    .file("/proc/cpuinfo", "flags : fpu")
    .record(),
  probes: probesOf({
    us: [1300, 4400, 12_000],
    directIo: ACCEPTED,
    atomicWrite: noAtomicOn("nfs"),
    facts: null,
  }),
  backends: NATIVE,
};

export const tmpfs: Machine = {
  directory: "/dev/shm",
  record: new Tree("6.18.44")
    .mount("0:23 / /dev/shm rw,nosuid,nodev - tmpfs tmpfs rw,size=8192k")
    .stat("/dev/shm", TMPFS, 4096, 8 * 2 ** 20)
    .file("/proc/cpuinfo", GUEST)
    .record(),
  probes: probesOf({
    us: [3, 9, 44],
    directIo: ACCEPTED,
    atomicWrite: noAtomicOn("tmpfs"),
    facts: null,
  }),
  backends: NATIVE,
};

/** No procfs, no sysfs, no O_DIRECT. */
export const macos: Machine = {
  directory: "/Volumes/db",
  record: new Tree("24.1.0", "darwin").stat("/Volumes/db", 0x1a, 4096, 400 * GIB).record(),
  probes: withoutDirectWays({
    us: [3900, 7200, 11_000],
    directIo: {
      aligned: "untried",
      misaligned: "untried",
      real: false,
      reason: "this platform has no O_DIRECT",
      alignment: 0,
    },
    atomicWrite: {
      available: false,
      refusedBy: "addon",
      reason: "build/tornproof.node does not exist; node scripts/build-native.mjs builds it",
      unitMin: 0,
      unitMax: 0,
    },
    rwfDsync: null,
    facts: null,
  }),
  backends: NODE_FS,
};

/** A directory that another user owns: the database's own, most of the time. */
export const forbidden: Machine = {
  ...virtio,
  probes: null,
  probeProblem: "EACCES: no file can be created here; run as a user who may write here",
};
