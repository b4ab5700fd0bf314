// What the system refuses for good, in processes of their own: the ring, and threads. Whatever was
// accepted still ends, nothing aborts, and a process that is done may go.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageRoot } from "../../host/package-root.js";
import { loadAddon } from "../../native/index.js";

const BINARY = join(packageRoot(), "build", "tornproof.node");
const LIBRARY = join(packageRoot(), "build", "js", "host", "index.js");
const EBADF = -9;

/** Plain JavaScript: contexts, nops on them, and a ring that the kernel no longer knows. */
const START = `
  const { closeSync, readdirSync, readlinkSync } = require("node:fs");
  const { execFileSync } = require("node:child_process");
  const NOP = 6;
  const addon = require(${JSON.stringify(BINARY)});
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
  function rings() {
    return readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync("/proc/self/fd/" + fd).includes("io_uring");
      } catch {
        return false;
      }
    });
  }
  function create(uring, onReady) {
    return addon.createContext(memory, 16384, { queueDepth: 8, uring }, onReady);
  }
  function submitNops(context, count, flags = 0) {
    const queue = new Uint8Array(48 * count);
    for (let slot = 0; slot < count; slot++) {
      new Uint32Array(queue.buffer, slot * 48, 4).set([slot, NOP, 0, flags]);
    }
    addon.submit(context, queue, count);
  }
  /** Results of everything that can be reaped, by how often they came. */
  function reap(context, into) {
    const records = new Float64Array(400);
    const count = addon.reap(context, records, 100);
    for (let at = 0; at < count; at++) {
      const result = records[at * 4 + 1];
      into[result] = (into[result] ?? 0) + 1;
    }
  }
  /** No new thread from here on; the limit does not hold for root. */
  function forbidThreads() {
    process.setgroups([]);
    process.setgid(65534);
    process.setuid(65534);
    execFileSync("prlimit", ["--pid", String(process.pid), "--nproc=1:1"]);
  }
`;

function node(script: string, args: string[] = []) {
  const outcome = spawnSync(process.execPath, ["-e", START + script, ...args], {
    encoding: "utf8",
    timeout: 10_000,
    killSignal: "SIGKILL",
  });
  const { status, signal, stderr } = outcome;
  return { status, signal, out: outcome.stdout.trim(), stderr };
}

const hasRing = loadAddon()?.uringProblem() === null;
const canForbid = process.getuid?.() === 0 && existsSync("/usr/bin/prlimit");

describe.skipIf(!hasRing)("refusals: a ring the kernel no longer knows", () => {
  const breakRing = `
    const before = new Set(rings());
    const results = {};
    const context = create(true, () => reap(context, results));
    for (const fd of rings()) if (!before.has(fd)) closeSync(Number(fd));
  `;

  test("submit: more than the depth → every operation ends with the error", () => {
    const outcome = node(`${breakRing}
      process.on("exit", () => console.log(JSON.stringify(results)));
      submitNops(context, 50);
    `);

    expect(outcome).toMatchObject({ status: 0, signal: null });
    expect(JSON.parse(outcome.out)).toEqual({ [EBADF]: 50 });
  });

  test("destroy: operations not reaped → comes back, and the process ends", () => {
    const outcome = node(`${breakRing}
      submitNops(context, 50);
      addon.destroy(context);
      console.log("destroyed");
    `);

    expect(outcome).toMatchObject({ status: 0, signal: null, out: "destroyed" });
  });
});

describe.skipIf(!hasRing || !existsSync(LIBRARY))("refusals: a store whose writes fail", () => {
  let dir = "";
  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "tornproof-refusals-"))));
  afterEach(() => rmSync(dir, { recursive: true }));

  /** Opens a store, breaks its ring, and writes pages until the failure shows. */
  const fail = `
    (async () => {
      const { Store } = await import(${JSON.stringify(pathToFileURL(LIBRARY).href)});
      const before = new Set(rings());
      const store = await Store.open(process.argv[1], {
        innodb_redo_log_capacity: "8M", innodb_buffer_pool_size: "5M", backend: "native",
      });
      const space = await store.createTablespace("t");
      await store.transaction(async (tx) => {
        for (let n = 0; n < 40; n++) {
          tx.write(space, await tx.allocatePage(space), 0, Buffer.from("x"));
        }
      });
      for (const fd of rings()) if (!before.has(fd)) closeSync(Number(fd));
      const error = await store.checkpoint().catch((error) => error);
      console.log(error.code);
      AFTER
    })();
  `;

  test("the store is left open → the process ends by itself", () => {
    const outcome = node(fail.replace("AFTER", ""), [dir]);

    expect(outcome).toMatchObject({ status: 0, signal: null, out: "EBADF" });
  });

  test("a write is under way when the store fails → taken and dropped, the process ends", () => {
    const during = `
      const again = await Store.open(process.argv[1] + "/2", { backend: "native" });
      const { pump, driver } = again.o;
      const commit = again.createTablespace("t").catch((error) => error.message);
      for (; driver.pending() === 0; await null) pump.turn();
      pump.fail(new Error("failed on purpose"));
      console.log(await commit);
      process.on("exit", () => console.log(driver.pending()));
    `;
    const outcome = node(fail.replace("AFTER", during), [dir]);

    const out = "EBADF\nfailed on purpose\n0";
    expect(outcome).toMatchObject({ status: 0, signal: null, out });
  });

  test("close → comes back", () => {
    const close = `await store.close(); console.log("closed");`;
    const outcome = node(fail.replace("AFTER", close), [dir]);

    expect(outcome).toMatchObject({ status: 0, signal: null, out: "EBADF\nclosed" });
  });
});

describe.skipIf(loadAddon() === null || !canForbid)("refusals: no thread (root, prlimit)", () => {
  test("submit: chains and single operations → all of them end well, nothing aborts", () => {
    const outcome = node(`
      const LINK = 1;
      const results = {};
      const context = create(false, () => reap(context, results));
      process.on("exit", () => console.log(JSON.stringify(results)));
      forbidThreads();
      submitNops(context, 10);
      submitNops(context, 10, LINK);
    `);

    expect(outcome).toMatchObject({ status: 0, signal: null });
    expect(JSON.parse(outcome.out)).toEqual({ 0: 20 });
  });
});
