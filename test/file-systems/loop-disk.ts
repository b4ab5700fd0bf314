// Real file systems in image files, for tests that need one of a kind, a full one, or one whose
// device has no room left:
//
//   loopDisk   image in the temporary folder ── loop device ── ext4, xfs or btrfs
//   coarseDisk image in the temporary folder ── loop device with sectors of 4,096 bytes ── ext4
//   thinDisk   image on a small tmpfs ── loop device ── ext4: room ends below the file system
//
// Mounting takes root and the tools; `loopProblem` says what is missing, and tests name it.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const FILE_SYSTEMS = ["ext4", "xfs", "btrfs"] as const;
export type FileSystem = (typeof FILE_SYSTEMS)[number];

export interface LoopDisk {
  /** Where a store can go; its parent is the mount point, so that a filler is no stranger in it. */
  readonly dir: string;
  /** Takes all free space but `kib`, as far as the file system can tell. */
  fill(kib: number): void;
  /** Gives it back. */
  drain(): void;
  /** Unmounts and mounts again: what was only in the page cache is gone, or written. */
  remount(): void;
  unmount(): void;
}

/** Image size in MiB (xfs makes none below 300), and the options of mkfs. Images are sparse. */
const KINDS: Readonly<Record<FileSystem, { mib: number; options: readonly string[] }>> = {
  ext4: { mib: 256, options: ["-q", "-F", "-m", "0"] },
  xfs: { mib: 300, options: ["-q", "-f"] },
  btrfs: { mib: 256, options: ["-q", "-f", "--mixed"] },
};
const FILL_STEPS_KIB = [16384, 1024, 64, 4];
const THIN_MIB = 24;

const problems = new Map<FileSystem, string | null>();

/** Why there are no loop disks of this kind here, or null. */
export function loopProblem(kind: FileSystem): string | null {
  if (!problems.has(kind)) problems.set(kind, findProblem(kind));
  return problems.get(kind)!;
}

function findProblem(kind: FileSystem): string | null {
  for (const tool of [`mkfs.${kind}`, "losetup", "fallocate"]) {
    if (spawnSync(tool, ["--version"]).error !== undefined) return `${tool} is not installed`;
  }
  try {
    loopDisk(kind).unmount();
    return null;
  } catch (error) {
    return `a loop device cannot be mounted here (${(error as Error).message.split("\n")[0]})`;
  }
}

/** A new, empty file system. Errors: Error of the tool that failed; nothing stays mounted. */
export function loopDisk(kind: FileSystem): LoopDisk {
  const folder = mkdtempSync(join(tmpdir(), `tornproof-${kind}-`));
  const { mib, options } = KINDS[kind];
  try {
    return mountImage(kind, folder, folder, mib, options);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** ext4 on a device whose smallest direct write has 4,096 bytes. Its `remount` is not to be had. */
export function coarseDisk(): Pick<LoopDisk, "dir" | "unmount"> {
  const folder = mkdtempSync(join(tmpdir(), "tornproof-coarse-"));
  const image = join(folder, "image");
  const mountPoint = join(folder, "mounted");
  let device: string | null = null;
  const release = (): void => {
    if (device !== null) run("losetup", "-d", device);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    run("truncate", "-s", "64M", image);
    const sectors = ["--sector-size", "4096", "--direct-io=off"];
    const options = { encoding: "utf8" } as const;
    device = execFileSync("losetup", ["-f", "--show", ...sectors, image], options).trim();
    run("mkfs.ext4", ...KINDS.ext4.options, device);
    mkdirSync(mountPoint);
    run("mount", "-t", "ext4", device, mountPoint);
  } catch (error) {
    release();
    throw error;
  }
  const unmount = (): void => {
    // A test that failed may have left a file open.
    run("umount", "-l", mountPoint);
    release();
  };
  return { dir: join(mountPoint, "store"), unmount };
}

/** A file system of 64 MiB on a device that has room for 24. `fill` takes the device's room. */
export function thinDisk(options: readonly string[]): LoopDisk {
  const folder = mkdtempSync(join(tmpdir(), "tornproof-thin-"));
  const device = join(folder, "device");
  mkdirSync(device);
  run("mount", "-t", "tmpfs", "-o", `size=${THIN_MIB}m`, "tmpfs", device);
  const below = (): void => run("umount", "-l", device);
  try {
    const disk = mountImage("ext4", folder, device, 64, [...KINDS.ext4.options, ...options]);
    const unmount = (): void => {
      try {
        run("umount", join(folder, "mounted"));
      } finally {
        below();
        rmSync(folder, { recursive: true, force: true });
      }
    };
    return { ...disk, ...filling(device), unmount };
  } catch (error) {
    below();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function mountImage(
  kind: FileSystem,
  folder: string,
  below: string,
  mib: number,
  options: readonly string[],
): LoopDisk {
  const image = join(below, "image");
  const mountPoint = join(folder, "mounted");
  run("truncate", "-s", `${mib}M`, image);
  run(`mkfs.${kind}`, ...options, image);
  mkdirSync(mountPoint);
  const mount = (): void => run("mount", "-t", kind, "-o", "loop", image, mountPoint);
  mount();
  return {
    dir: join(mountPoint, "store"),
    ...filling(mountPoint),
    remount: () => {
      run("umount", mountPoint);
      mount();
    },
    unmount: () => {
      run("umount", mountPoint);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** fallocate takes room without writing it; what is left is given back from the end. */
function filling(folder: string): Pick<LoopDisk, "fill" | "drain"> {
  const filler = join(folder, "somebody-elses-file");
  return {
    fill: (kib) => {
      let size = 0;
      for (const step of FILL_STEPS_KIB) {
        while (statfsSync(folder).bavail > 0 && takes(filler, size, step)) size += step;
      }
      truncateSync(filler, Math.max(0, statSync(filler).size - kib * 1024));
      run("sync", "-f", folder);
    },
    drain: () => {
      rmSync(filler);
      run("sync", "-f", folder);
    },
  };
}

function takes(file: string, fromKib: number, kib: number): boolean {
  const place = ["-o", `${fromKib}KiB`, "-l", `${kib}KiB`];
  return spawnSync("fallocate", [...place, file], { stdio: "ignore" }).status === 0;
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"] });
}
