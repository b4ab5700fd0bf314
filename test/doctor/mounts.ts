// Real file systems for the tests: images in files, mounted through loop devices, and stacked ones.
// Everything is unmounted again by `unmountAll`, the newest first.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

export class Mounts {
  private readonly folder = mkdtempSync(join(tmpdir(), "tornproof-mounts-"));
  private readonly points: string[] = [];

  /** Why a command line cannot run here; null when it can. */
  static missing(...tools: readonly string[]): string | null {
    if (process.platform !== "linux") return "needs Linux";
    if (process.getuid?.() !== 0) return "needs root";
    const paths = `${process.env["PATH"] ?? ""}:/sbin:/usr/sbin`;
    const absent = tools.filter(
      (tool) => spawnSync("which", [tool], { env: { PATH: paths } }).status !== 0,
    );
    return absent.length === 0 ? null : `needs ${absent.join(", ")}`;
  }

  /** Makes a file system in a file and mounts it; null when the system refuses. */
  image(name: string, mkfs: readonly string[], options = "loop"): string | null {
    const image = join(this.folder, `${name}.image`);
    writeFileSync(image, "");
    truncateSync(image, 400 * 2 ** 20);
    if (!run(mkfs[0]!, ...mkfs.slice(1), image)) return null;
    return this.mount(name, ["-o", options, image]);
  }

  /** Mounts on a new folder; null when the system refuses. */
  mount(name: string, args: readonly string[]): string | null {
    const point = this.directory(name);
    return run("mount", ...args, point) ? this.mounted(point) : null;
  }

  /** A FUSE mirror of a new folder. */
  fuse(name: string): string | null {
    const point = this.directory(name);
    return run("bindfs", this.directory(`${name}-below`), point) ? this.mounted(point) : null;
  }

  /** A FUSE mirror whose daemon has died: everything on it fails. */
  async deadFuse(name: string): Promise<string | null> {
    const point = this.directory(name);
    const daemon = spawn("bindfs", ["-f", this.directory(`${name}-below`), point]);
    for (let tries = 0; !run("mountpoint", "-q", point); tries++) {
      if (tries === 100) return null;
      await setTimeout(50);
    }
    const isGone = new Promise((resolve) => daemon.on("exit", resolve));
    daemon.kill("SIGKILL");
    await isGone;
    return this.mounted(point);
  }

  directory(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path);
    return path;
  }

  unmountAll(): void {
    for (const point of this.points.reverse()) execFileSync("umount", [point]);
    rmSync(this.folder, { recursive: true });
  }

  private mounted(point: string): string {
    this.points.push(point);
    return point;
  }
}

function run(command: string, ...args: readonly string[]): boolean {
  const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/sbin:/usr/sbin` };
  return spawnSync(command, args, { stdio: "ignore", env }).status === 0;
}
