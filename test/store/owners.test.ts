// One owner per store: shared directories, hard links, removed lock files, containers and threads.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { loadAddon } from "../../native/index.js";
import { LOCK_FILE } from "../../host/housekeeping.js";
import { startChild } from "../host/run-in-child.js";
import { errorFrom, newPages } from "./helpers.js";
import { DiskPlace, DISKS } from "./places.js";
import { writeScript } from "./script.js";

const folders: string[] = [];

function folder(): string {
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "tornproof-owners-")));
  folders.push(path);
  return path;
}

afterEach(() => {
  for (const path of folders.splice(0)) fs.rmSync(path, { recursive: true, force: true });
});

const HOLD = `
  const store = await place.open();
  console.log("open");
  setInterval(() => {}, 1000);
`;

/** Why another process id namespace cannot be made here, or null. */
function namespaceProblem(): string | null {
  const made = spawnSync("unshare", ["--pid", "--uts", "--fork", "--mount-proc", "true"]);
  return made.status === 0 ? null : "unshare makes no pid namespace here";
}

const namespace = namespaceProblem();
if (namespace !== null) test.skip(`owners: ${namespace}, so no container`, () => {});

/** The kernel's lock comes from the addon; without it only the lock file judges. */
const isWitnessed = loadAddon() !== null;
if (!isWitnessed) test.skip("owners: no addon, so no lock of the kernel", () => {});

describe.each(DISKS)("owners on %s", (backend) => {
  test.each(["innodb_doublewrite_dir", "innodb_log_group_home_dir"])(
    "owners: two stores share %s → the second is refused while the first is open",
    async (option) => {
      const shared = folder();
      const options = { [option]: shared };
      const first = await new DiskPlace(backend, folder()).open(options);
      const second = new DiskPlace(backend, folder());

      const error = await errorFrom(() => second.open(options));
      await first.close();

      expect(error).toMatchObject({ code: "IN_USE" });
      expect(error.message).toContain(shared);
      expect(fs.readdirSync(second.dir), "nothing was made").toEqual([]);
    },
  );

  test.runIf(isWitnessed)(
    "owners: a copy of hard links beside the open store → refused",
    async () => {
      const place = new DiskPlace(backend, folder());
      const store = await place.open();
      await newPages(store, "a", 1);
      const twin = folder();
      for (const name of place.files().keys()) {
        fs.linkSync(join(place.dir, name), join(twin, name));
      }
      const error = await errorFrom(() => new DiskPlace(backend, twin).open());
      expect(error).toMatchObject({ code: "IN_USE" });
      expect(error.message).toMatch(/ibdata1 is open in a store already.*hard link/);
      await store.close();
      await (await new DiskPlace(backend, twin).open()).close();
    },
  );

  test.runIf(isWitnessed)(
    "owners: made over an interrupted creation → its files are locked",
    async () => {
      const place = new DiskPlace(backend, folder());
      for (const name of ["tornproof.creating", "ibdata1", "ib_logfile0"]) {
        place.write(name, new Uint8Array(0));
      }
      const store = await place.open();
      const twin = folder();
      for (const name of place.files().keys()) {
        fs.linkSync(join(place.dir, name), join(twin, name));
      }
      const error = await errorFrom(() => new DiskPlace(backend, twin).open());
      await store.close();
      expect(error).toMatchObject({ code: "IN_USE" });
    },
  );

  test.runIf(isWitnessed)(
    "owners: its lock file is removed → another process is refused",
    async () => {
      const place = new DiskPlace(backend, folder());
      const child = startChild(writeScript(backend, place.dir, HOLD), []);
      await child.line();
      fs.unlinkSync(join(place.dir, LOCK_FILE));

      const error = await errorFrom(() => place.open());
      await child.kill();

      expect(error).toMatchObject({ code: "IN_USE" });
      await (await place.open()).close();
    },
  );

  test.runIf(isWitnessed)(
    "owners: a worker is terminated → opens again in this process",
    async () => {
      const place = new DiskPlace(backend, folder());
      const hold = HOLD.replace('console.log("open")', 'parentPort.postMessage("open")');
      const code = `import { parentPort } from "node:worker_threads";${hold}`;
      const worker = new Worker(writeScript(backend, place.dir, code));
      await once(worker, "message");
      const whileHeld = await errorFrom(() => place.open());

      await worker.terminate();

      expect(whileHeld).toMatchObject({ code: "IN_USE" });
      await (await place.open()).close();
    },
  );

  test.runIf(isWitnessed && namespace === null)(
    "owners: a container restarts on the same volume → refused while it lives, then opens",
    async () => {
      const place = new DiskPlace(backend, folder());
      const script = writeScript(backend, place.dir, HOLD);
      const inside = `hostname first-container; exec ${process.execPath} ${script}`;
      const flags = ["--pid", "--uts", "--fork", "--mount-proc", "--kill-child=SIGKILL"];
      const container = spawn("unshare", [...flags, "sh", "-c", inside], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(container, "close");
      await once(createInterface({ input: container.stdout }), "line");

      const whileAlive = await errorFrom(() => place.open());
      container.kill("SIGKILL");
      await ended;

      expect(whileAlive).toMatchObject({ code: "IN_USE" });
      await (await place.open()).close();
    },
  );

  test.each([
    ["a FIFO", (path: string) => void spawnSync("mkfifo", [path])],
    ["a link to nothing", (path: string) => fs.symlinkSync("/nonexistent/lock", path)],
    ["a link to a file", (path: string) => fs.symlinkSync("/etc/hostname", path)],
    ["a directory", (path: string) => fs.mkdirSync(path)],
  ])("owners: %s stands where the lock file goes → refused at once, untouched", async (_, put) => {
    const place = new DiskPlace(backend, folder());
    put(join(place.dir, LOCK_FILE));
    const error = await errorFrom(() => place.open());
    expect(error).toMatchObject({ code: "IN_USE" });
    expect(error.message).toContain(LOCK_FILE);
    expect(fs.readdirSync(place.dir)).toEqual([LOCK_FILE]);
  });

  test("owners: standard descriptors are closed → no file of the store takes their place", async () => {
    const place = new DiskPlace(backend, folder());
    const code = `
      import { closeSync, fstatSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
      for (const fd of [0, 1, 2]) closeSync(fd);
      const store = await place.open();
      const found = [0, 1, 2].map((fd) => readlinkSync("/proc/self/fd/" + fd));
      await store.close();
      writeFileSync(process.argv[2], JSON.stringify(found));
      process.exit(0);`;
    const answer = join(folder(), "answer");
    const script = writeScript(backend, place.dir, code);
    const child = spawn(process.execPath, [script, answer], { stdio: "ignore" });
    await once(child, "close");
    const found = JSON.parse(fs.readFileSync(answer, "utf8")) as string[];
    expect(found.filter((path) => path.startsWith(place.dir))).toEqual([]);
  });
});
