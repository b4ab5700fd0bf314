// A file system of a few hundred kilobytes, for tests that fill it. Mounting takes root; where that
// is not allowed, `smallDisk` returns null and the tests that need it are skipped.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  readonly dir: string;
  /** Changes the size. Units: KiB. */
  resize(kib: number): void;
  readOnly(on: boolean): void;
  /** Takes all free space but `kib`. */
  fill(kib: number): void;
  /** Gives it back. */
  drain(): void;
  unmount(): void;
}

const FILLER = "somebody-elses-file";

/** Mounts a new file system of `kib` KiB; null where that is not allowed. */
export function smallDisk(kib: number): SmallDisk | null {
  const mountPoint = mkdtempSync(join(tmpdir(), "tornproof-small-"));
  if (!run("mount", "-t", "tmpfs", "-o", `size=${kib}k`, "tmpfs", mountPoint)) {
    rmSync(mountPoint, { recursive: true });
    return null;
  }
  const remount = (option: string): void => {
    if (!run("mount", "-o", `remount,${option}`, mountPoint)) throw new Error(`mount: ${option}`);
  };
  const filler = join(mountPoint, FILLER);
  return {
    // The store has a directory of its own, so that the filler is no stranger in it.
    dir: join(mountPoint, "store"),
    resize: (size) => remount(`size=${size}k`),
    readOnly: (on) => remount(on ? "ro" : "rw"),
    fill: (left) => {
      const { bavail, bsize } = statfsSync(mountPoint);
      writeFileSync(filler, new Uint8Array(Math.max(0, bavail * bsize - left * 1024)));
    },
    drain: () => rmSync(filler),
    unmount: () => {
      run("umount", "-l", mountPoint);
      rmSync(mountPoint, { recursive: true, force: true });
    },
  };
}

function run(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Why the tests on small disks are skipped here, or null. */
export function smallDiskProblem(): string | null {
  const disk = smallDisk(64);
  disk?.unmount();
  return disk === null ? "this process may not mount a file system" : null;
}
