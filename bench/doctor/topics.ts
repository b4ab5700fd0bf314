// The topics of --explain: a name, one line for the list, and the paragraphs. docs/doctor.md names
// the same topics; a test compares.

export interface Topic {
  readonly summary: string;
  readonly paragraphs: readonly string[];
}

export const TOPICS = {
  layers: {
    summary: "what lies between a directory and a disk, and why each layer matters",
    paragraphs: [
      "A sync travels down: file system, partition, mapped device or array, loop device, the file " +
        "system that holds a loop file, disk. Every layer must pass it on. The doctor follows " +
        "mountinfo and sysfs as far as they lead and says where they end; it does not guess.",
      "overlay (containers): writes go to an upper directory, whose path is the host's and often " +
        "not visible. tmpfs, ramfs and zram are memory. A container's own layer is deleted with it.",
    ],
  },
  "shared-folders": {
    summary: "virtiofs, 9p, fakeowner, WSL drives, FUSE: where a kernel's promises end",
    paragraphs: [
      "Docker Desktop runs a Linux virtual machine and shares folders of the host with it " +
        "(virtiofs, gRPC-FUSE; the mount type may read fakeowner). A sync in the container ends at " +
        "the border of that machine. O_DIRECT skips the guest's page cache and says nothing about " +
        "the host's. Corruption of database files on such folders has been reported repeatedly.",
      "WSL 2 mounts Windows drives over 9p or virtiofs (/mnt/c): the same, and slow.",
      "The way out: a named volume, or a directory of the Linux file system itself. The doctor " +
        "claims no durability on a shared folder, whatever the settings.",
    ],
  },
  device: {
    summary: "write cache, FUA, rotation, and what a virtual disk's answers are worth",
    paragraphs: [
      'write_cache is the kernel\'s belief. "write back": the device has a cache, and a sync must ' +
        'empty it. "write through": it says that it has none, or none that power loss can empty; ' +
        "an administrator can also have written that into sysfs. FUA: one write can bypass the cache.",
      "Rotational is true by default for virtual disks, so it is not believed there. Inside a " +
        "virtual machine the host's cache policy cannot be seen at all.",
    ],
  },
  alignment: {
    summary: "which writes direct I/O takes, and where partitions and records begin",
    paragraphs: [
      "statx tells the alignment of memory and offset that direct I/O needs (Linux 6.1). The probe " +
        "tries 512, 1024, 2048 and 4096 bytes as well. A direct write below the physical block " +
        "size is legal and costs the drive a read.",
      "A page should be a multiple of the physical block, of the file system's block, and on ZFS " +
        "equal to the recordsize. A partition should start at a multiple of 1 MiB.",
    ],
  },
  "direct-io": {
    summary: "why an open with O_DIRECT proves nothing, and what does",
    paragraphs: [
      "tmpfs, btrfs, old ZFS and ext4 with data=journal accept O_DIRECT and buffer the write. The " +
        "probe makes an aligned write, which must work, and a misaligned one, which a real direct " +
        "path must refuse with EINVAL.",
      "NFS and FUSE may take any alignment and still be direct: there the answer is unknown. ZFS " +
        "from 2.3 on counts direct writes, and the doctor reads the counter before and after.",
      "Direct is not durable: the bytes are with the drive, in its cache if it has one.",
    ],
  },
  "atomic-writes": {
    summary: "RWF_ATOMIC: which of six layers refuses, and how to satisfy it",
    paragraphs: [
      "A write with RWF_ATOMIC is on the medium whole or not at all, so a page needs no second " +
        "copy. addon: makes the call. kernel: 6.11, and 6.13 for files. file system: ext4 or xfs. " +
        "extents: a page must lie in one aligned extent (ext4 bigalloc, xfs from 6.16, which " +
        "otherwise does it in software by copy-on-write). alignment: the partition must start at " +
        "a multiple of the unit. device: most disks have no such unit.",
      "MySQL does not use it. tornproof's method RWF_ATOMIC does, and only then is doublewrite OFF " +
        "safe.",
    ],
  },
  "sync-latency": {
    summary: "how the syncs are measured, and what the grades mean",
    paragraphs: [
      "One 4 KiB block of a file that was written before is overwritten and made durable, in turns " +
        "of 20 ms per way, for about two seconds. p99 is left out below 100 samples.",
      "The grade looks at fdatasync, the call a commit waits for. excellent: p99 below 1 ms. good: " +
        "below 10 ms. slow: below 50 ms. very slow: above. not a disk: memory. unknown: somebody " +
        "else writes. suspiciously fast: the median is below 100 µs, which common flash cannot do, " +
        "and no device says that it has no volatile cache.",
      "A suspiciously fast sync may be perfectly safe: a drive with capacitors, a cloud block " +
        "store. Or a host's page cache, or a drive that ignores the command. A clock cannot tell.",
    ],
  },
  "power-loss-protection": {
    summary: "what it makes safe, and what it does not",
    paragraphs: [
      "A drive with capacitors, or a controller with a battery, keeps what it acknowledged. Then " +
        "methods that leave copies or pages in the drive's cache are safe: O_DIRECT without synced " +
        "copies, O_DIRECT_NO_FSYNC.",
      "It does not make a write atomic: a write under way can still tear a page, so doublewrite " +
        "stays ON. It does not help against bytes that never left the page cache. In a virtual " +
        "machine it must be the host that has it, and the host's cache must be off.",
    ],
  },
  "file-system": {
    summary: "mount options that matter: barriers, discard, read-only",
    paragraphs: [
      "nobarrier and barrier=0 leave the drive's cache alone when a sync is asked for: safe only " +
        "with power-loss protection. discard sends discards when files are deleted; some drives " +
        "stall. noatime saves metadata writes and changes nothing about promises.",
    ],
  },
  ext4: {
    summary: "data=journal, data=writeback, bigalloc",
    paragraphs: [
      "data=ordered (the default): data before the commit that makes it reachable. data=journal: " +
        "all bytes go through the journal, O_DIRECT is accepted and ignored. data=writeback: a " +
        "file that grew may show old bytes after a crash. bigalloc with clusters of a page keeps " +
        "pages in aligned extents, which atomic writes of a page need.",
    ],
  },
  xfs: {
    summary: "extent size hints and atomic writes in software",
    paragraphs: [
      "From Linux 6.16 on, xfs writes a page atomically even on a device that cannot, by " +
        "copy-on-write (reflink, the default). An extent size hint of a page, inherited from the " +
        'directory (xfs_io -c "extsize 16k" DIR), keeps pages in aligned extents, so that a device ' +
        "with atomic writes carries them.",
      "Extents that were allocated and never written are converted at the sync: O_DIRECT_NO_FSYNC " +
        "on files that were only preallocated loses data even on a protected drive.",
    ],
  },
  btrfs: {
    summary: "copy-on-write, checksums, NOCOW",
    paragraphs: [
      "Files with checksums are written through the page cache, O_DIRECT or not, from Linux 6.14 or " +
        "6.15 on. chattr +C on an empty directory gives new files without copy-on-write and " +
        "checksums: direct I/O is then possible, and so is a torn page. A misaligned write is taken " +
        "through the page cache in any case, so the probe cannot tell.",
      "Nothing is reachable after a power cut before a sync, so O_DIRECT_NO_FSYNC is never safe.",
    ],
  },
  zfs: {
    summary: 'recordsize, and the properties "direct" and "sync"',
    paragraphs: [
      "recordsize should equal the page size: larger records are read and rewritten for each page, " +
        "smaller ones let a page tear. It applies to files created afterwards.",
      "OpenZFS 2.3 brought real direct I/O: standard honors aligned O_DIRECT, always treats every " +
        "write so, disabled ignores it. Below 2.3 O_DIRECT is accepted and ignored. A kernel panic " +
        "under MySQL with O_DIRECT was reported for 2.3.99 (openzfs #16642).",
      "sync=standard is needed; sync=disabled keeps no promise, and only the zfs tool shows it.",
    ],
  },
  nfs: {
    summary: "what a sync over a network means, and hard, soft, async",
    paragraphs: [
      "A sync is a COMMIT to the server. A server that exports async answers before its disk has " +
        "the bytes, and no client can see that. Mount hard: soft turns a slow server into an I/O " +
        "error, after which written pages are lost. Locks must reach the server (no nolock).",
    ],
  },
  container: {
    summary: "how containers and virtual machines are recognized",
    paragraphs: [
      "Container: /.dockerenv, /run/.containerenv, the control groups of process 1, an overlay as " +
        "root. Virtual machine: the kernel's version (WSL, linuxkit), DMI strings, /sys/hypervisor, " +
        'the CPU flag "hypervisor". No sign is no proof.',
    ],
  },
  macos: {
    summary: "F_NOCACHE, F_FULLFSYNC, and what InnoDB does there",
    paragraphs: [
      "macOS has no O_DIRECT. F_NOCACHE is a hint that InnoDB does not use; its O_DIRECT methods " +
        "are buffered there. fsync ends at the drive, F_FULLFSYNC empties its cache; InnoDB calls " +
        "plain fsync. Node's fsync makes the full one, so times here are not times of InnoDB.",
    ],
  },
  backends: {
    summary: "native, node-fs, memory: what runs a store, and which kernel features",
    paragraphs: [
      "native: the addon, with io_uring for pages where the kernel allows it (containers often do " +
        "not), threads otherwise, and pwritev2 for RWF_DSYNC and RWF_ATOMIC. node-fs: no addon, " +
        "every promise kept, slower. memory: for tests.",
    ],
  },
  verdict: {
    summary: "how the recommended settings are chosen",
    paragraphs: [
      "innodb_flush_method: O_DIRECT where it is real and its promise holds, else fsync. Whether " +
        "it holds is read from the tables of the profile: MySQL from 8.0.20 on does not sync the " +
        "doublewrite copies under O_DIRECT, so on a volatile cache a page and its only copy can be " +
        "torn by one power cut. The verdict is about safety first; bench run measures speed.",
      "innodb_doublewrite stays ON unless pages are written atomically. innodb_use_fdatasync costs " +
        "nothing. innodb_flush_neighbors pays only where a disk seeks.",
    ],
  },
} as const satisfies Readonly<Record<string, Topic>>;

export type TopicName = keyof typeof TOPICS;
