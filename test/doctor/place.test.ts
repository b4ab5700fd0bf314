// Where a directory is, read from recorded machines: layers, devices, shares, hints. Each record is
// also written out as a tree and read from the disk, so that both readers agree.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  hasVolatileCache,
  isMemory,
  placeOf,
  surroundingsOf,
  thisMachine,
  zfsDirectWrites,
  zfsFactsOf,
  type MachineFiles,
} from "../../host/probe/index.js";
import { MACHINES, type Machine } from "./machines/index.js";
import { recordedMachine, writeTree } from "./recorded.js";
import { Tree } from "./tree.js";

const folder = mkdtempSync(join(tmpdir(), "tornproof-trees-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function filesOf(name: string): MachineFiles {
  return recordedMachine(MACHINES[name]!.record);
}

function layersOf(name: string): string {
  const { layers } = placeOf(filesOf(name), MACHINES[name]!.directory);
  return layers.map((layer) => `${layer.name}${layer.kind === "unknown" ? "?" : ""}`).join(" > ");
}

describe("place: layers", () => {
  test.each([
    ["nvme", "xfs > nvme0n1p3 > nvme0n1"],
    ["sata", "ext4 > sda1 > sda"],
    ["stacked", "ext4 > dm-2 > dm-0 > md0 > sda1 > sda > sdb1 > sdb"],
    ["loopOnBtrfs", "xfs > loop0 > btrfs > vda3 > vda"],
    ["zfs", "zfs > the disks of pool tank?"],
    ["btrfs", "btrfs > sda1 > sda"],
    ["virtio", "ext4 > vda"],
    [
      "overlay",
      "overlay > the upper directory /var/lib/docker/overlay2/cd/diff: not visible from here?",
    ],
    ["dockerDesktop", "fakeowner > the host's file system and disk?"],
    ["virtiofs", "virtiofs > the host's file system and disk?"],
    ["wsl", "9p > the host's file system and disk?"],
    ["nfs", "nfs4 > the server's file system and disk?"],
    ["tmpfs", "tmpfs > memory"],
    ["macos", "unknown > what is below, as there is no mountinfo here?"],
  ])("%s → %s", (name, expected) => {
    expect(layersOf(name)).toBe(expected);
  });

  test("an array of two disks → its layer names both, each disk has its own", () => {
    const { layers } = placeOf(filesOf("stacked"), "/data");

    expect(layers.find(({ name }) => name === "md0")?.detail).toBe("raid1 of sda1, sdb1");
    expect(layers.find(({ name }) => name === "dm-2")?.detail).toBe("LVM vg-data");
  });

  test("an overlay whose upper directory is visible → its file system and disk", () => {
    const record = new Tree("6.1.0")
      .mount("8:1 / / rw - ext4 /dev/sda1 rw", "0:50 / /m rw - overlay o rw,upperdir=/up/x")
      .disk({ at: "x/block/sda", number: "8:0" })
      .partition("x/block/sda", "sda1", "8:1", 2048)
      .directory("/up/x")
      .record();

    const place = placeOf(recordedMachine(record), "/m");

    expect(place.fileSystems).toEqual(["overlay", "ext4"]);
    expect(place.device?.name).toBe("sda");
  });

  test("an overlay mounted with a relative path → unknown, never this process's folder", () => {
    const record = new Tree("6.1.0").mount("0:50 / /m rw - overlay o rw,upperdir=up").record();

    expect(placeOf(recordedMachine(record), "/m").layers.at(-1)?.kind).toBe("unknown");
  });

  test("a loop file that lies on itself → the walk ends", () => {
    const record = new Tree("6.1.0")
      .mount("7:0 / / rw - ext4 /dev/loop0 rw")
      .disk({ at: "v/block/loop0", number: "7:0", more: { "loop/backing_file": "/self.img" } })
      .directory("/self.img")
      .record();

    const { layers } = placeOf(recordedMachine(record), "/");

    expect(layers.length).toBeLessThan(30);
    expect(layers.at(-1)?.name).toContain("too many layers");
  });

  test("a device number that sysfs does not know → unknown, with the source named", () => {
    const record = new Tree("6.1.0").mount("8:99 / / rw - ext4 /dev/gone rw").record();

    expect(placeOf(recordedMachine(record), "/").layers.at(-1)).toMatchObject({
      kind: "unknown",
      name: 'the device "/dev/gone"',
    });
  });
});

describe("place: devices", () => {
  test("nvme → every queue fact, and the start of the partition", () => {
    const { device, partition } = placeOf(filesOf("nvme"), "/var/lib/mysql");

    expect(device).toEqual({
      name: "nvme0n1",
      kind: "nvme",
      model: "SAMSUNG MZQL21T9HCJR-00A07",
      isVirtual: false,
      writeCache: "write through",
      fua: false,
      rotational: false,
      scheduler: "none",
      logicalBlockBytes: 512,
      physicalBlockBytes: 4096,
      optimalIoBytes: 0,
      discardGranularityBytes: 512,
      discardMaxBytes: 2199023255040,
      atomicUnitMinBytes: 0,
      atomicUnitMaxBytes: 0,
      atomicBoundaryBytes: 0,
    });
    expect(partition).toEqual({
      name: "nvme0n1p3",
      startBytes: 104859648 * 512,
      misalignedBytes: 0,
    });
  });

  test("a kernel without the files of atomic writes → null, not zero", () => {
    const { device } = placeOf(filesOf("sata"), "/srv/db");

    expect(device).toMatchObject({ kind: "sata", rotational: true, atomicUnitMaxBytes: null });
  });

  test("a share, a server, memory → no device", () => {
    for (const name of ["dockerDesktop", "wsl", "nfs", "tmpfs", "overlay", "zfs", "macos"]) {
      expect(placeOf(filesOf(name), MACHINES[name]!.directory).device, name).toBeNull();
    }
  });

  test.each([
    ["nvme", false],
    ["sata", true],
    // One drive of the array has its cache on.
    ["stacked", true],
    ["virtio", true],
    ["overlay", null],
    ["dockerDesktop", null],
    ["zfs", null],
    ["macos", null],
  ])("%s → volatile cache on the way: %s", (name, expected) => {
    expect(hasVolatileCache(placeOf(filesOf(name), MACHINES[name]!.directory))).toBe(expected);
  });

  test("zram below ext4 → memory, as tmpfs; a disk → not", () => {
    const zram = new Tree("6.1.0")
      .mount("252:0 / / rw - ext4 /dev/zram0 rw")
      .disk({ at: "virtual/block/zram0", number: "252:0" })
      .record();

    expect(isMemory(placeOf(recordedMachine(zram), "/"))).toBe(true);
    expect(isMemory(placeOf(filesOf("tmpfs"), "/dev/shm"))).toBe(true);
    expect(isMemory(placeOf(filesOf("virtio"), "/data"))).toBe(false);
  });

  test.each([
    ["vda", "", "", "virtio", true],
    ["xvdf", "", "", "xen", true],
    ["nvme1n1", "", "Amazon Elastic Block Store", "nvme", true],
    ["nvme0n1", "", "nvme_card-pd", "nvme", true],
    ["sda", "Msft", "Virtual Disk", "scsi", true],
    ["sda", "QEMU", "QEMU HARDDISK", "scsi", true],
    ["sda", "ATA", "WDC WD40", "sata", false],
    ["sdb", "SEAGATE", "ST1200", "scsi", false],
    ["mmcblk0", "", "", "mmc", false],
    ["nbd0", "", "", "network", false],
    ["what0", "", "", "unknown", false],
  ])("%s, vendor %s, model %s → %s, virtual: %s", (name, vendor, model, kind, isVirtual) => {
    const words = { ...(vendor ? { vendor } : {}), ...(model ? { model } : {}) };
    const record = new Tree("6.1.0")
      .mount(`8:0 / / rw - ext4 /dev/${name} rw`)
      .disk({ at: `x/block/${name}`, number: "8:0", ...words })
      .record();

    expect(placeOf(recordedMachine(record), "/").device).toMatchObject({ kind, isVirtual });
  });
});

describe("place: shares", () => {
  test.each([
    ["fakeowner", "/run/host_mark/Users", "shared folder", "a Docker Desktop shared folder"],
    ["fuse.grpcfuse", "grpcfuse", "shared folder", "a Docker Desktop shared folder"],
    ["9p", "C:\\134", "shared folder", "a Windows drive in WSL"],
    ["virtiofs", "drvfsC12", "shared folder", "a Windows drive in WSL"],
    ["9p", "share0", "shared folder", "a folder shared over 9p"],
    ["virtiofs", "mount0", "shared folder", "a folder shared by the host of this virtual machine"],
    ["vboxsf", "data", "shared folder", "a VirtualBox shared folder"],
    ["nfs4", "nas:/export", "network", "NFS"],
    ["cifs", "//nas/x", "network", "SMB"],
    ["fuse.sshfs", "me@host:", "network", "a remote store"],
    ["fuse", "/srv/lower", "user space", "a FUSE file system"],
    ["fuseblk", "/dev/sdb1", "user space", "a FUSE file system on a block device"],
  ])("mount type %s, source %s → %s: %s", (type, source, kind, product) => {
    const record = new Tree("6.1.0").mount(`0:9 / /m rw - ${type} ${source} rw`).record();

    expect(placeOf(recordedMachine(record), "/m").sharing).toMatchObject({ kind, product });
  });

  test.each(["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay"])("%s → not shared", (type) => {
    const record = new Tree("6.1.0").mount(`0:9 / /m rw - ${type} x rw`).record();

    expect(placeOf(recordedMachine(record), "/m").sharing).toBeNull();
  });
});

describe("place: hints", () => {
  test.each([
    ["nvme", "none found", null, "none found", null],
    ["virtio", "none found", null, "found", "a virtual machine"],
    ["loopOnBtrfs", "none found", null, "found", "QEMU/KVM"],
    ["overlay", "found", "docker", "found", "a virtual machine"],
    ["dockerDesktop", "found", "docker", "found", "Docker Desktop"],
    ["wsl", "none found", null, "found", "WSL 2"],
    ["macos", "unknown", null, "unknown", null],
  ])("%s → container %s %s, virtual machine %s %s", (name, state, container, vm, machine) => {
    const hints = surroundingsOf(filesOf(name));

    expect(hints.container).toMatchObject({ state, name: container });
    expect(hints.virtualMachine).toMatchObject({ state: vm, name: machine });
    for (const hint of [hints.container, hints.virtualMachine]) {
      expect(hint.evidence === null, "evidence exactly when found").toBe(hint.state !== "found");
    }
  });
});

describe("place: zfs", () => {
  test("the module's files → version, recordsize, the switch, the pool's counter", () => {
    const files = filesOf("zfs");
    const place = placeOf(files, "/tank/mysql");

    expect(zfsFactsOf(files, place)).toEqual({
      version: "2.3.1-1",
      recordBytes: 131072,
      directIoEnabled: true,
    });
    expect(zfsDirectWrites(files, place)).toBe(17);
  });

  test("another file system → nothing, whatever the module says", () => {
    const files = filesOf("nvme");
    const place = placeOf(files, "/var/lib/mysql");

    expect(zfsFactsOf(files, place)).toBeNull();
    expect(zfsDirectWrites(files, place)).toBeNull();
  });
});

describe("place: a tree on the disk", () => {
  test.each(Object.entries(MACHINES).filter(([name]) => name !== "macos"))(
    "%s written out and read back → the same place and hints as from the record",
    (name, { record, directory }: Machine) => {
      const root = join(folder, name);
      writeTree(record, root);
      const recorded = recordedMachine(record);
      // Answers of statfs and the kernel's version are not files.
      const { statFs, kernel, platform } = recorded;
      const files = { ...thisMachine(root), statFs, kernel, platform };

      expect(placeOf(files, directory)).toEqual(placeOf(recorded, directory));
      expect(surroundingsOf(files)).toEqual(surroundingsOf(recorded));
    },
  );

  test("this machine → a place for every mount it has, without an error", () => {
    const files = thisMachine();

    for (const path of ["/", "/proc", "/tmp", process.cwd()]) {
      expect(placeOf(files, path).layers.length, path).toBeGreaterThan(0);
    }
  });
});
