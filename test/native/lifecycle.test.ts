// Waiting, waking the event loop, ending: on the main thread, in a worker, and in a process that
// nobody tells to exit.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { beforeEach, describe, expect, test } from "vitest";
import { CALL, OP_LINK } from "../../host/backend/backend.js";
import { packageRoot } from "../../host/package-root.js";
import { loadAddon } from "../../native/index.js";
import { BUFFERED, isMissing, Lab, LAB_EXECUTORS } from "./lab.js";

const BINARY = join(packageRoot(), "build", "tornproof.node");

/** Plain JavaScript that starts one operation: a 512-byte write linked to a sync, or a nop. */
const START = `
  const addon = require(${JSON.stringify(BINARY)});
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
  const records = new Float64Array(400);
  function start(uring, call, onReady, count = 1) {
    const context = addon.createContext(memory, 16384, { queueDepth: 8, uring }, () => {
      onReady(addon.reap(context, records, 100));
    });
    const queue = new Uint8Array(48 * count);
    for (let slot = 0; slot < count; slot++) {
      new Uint32Array(queue.buffer, slot * 48, 4).set([slot, call, 0, 0]);
    }
    addon.submit(context, queue, count);
    return context;
  }
`;

function node(script: string) {
  const outcome = spawnSync(process.execPath, ["-e", START + script], {
    encoding: "utf8",
    timeout: 10_000,
  });
  return { status: outcome.status, signal: outcome.signal, out: outcome.stdout.trim() };
}

describe.skipIf(loadAddon() === null)("native lifecycle", () => {
  const executors = LAB_EXECUTORS.filter((executor) => !executor.inline);

  describe.each(executors)("$executor", (executor) => {
    beforeEach((context) => {
      if (isMissing(executor)) context.skip();
    });

    test("wait: something is on its way → returns when it can be reaped", async () => {
      const lab = new Lab(executor);
      const file = lab.create("file", BUFFERED);
      lab.backend.submit(lab.op(CALL.pwrite, file, { length: 512, flags: OP_LINK }));
      lab.backend.submit(lab.op(CALL.fdatasync, file));
      lab.backend.submit(lab.op(CALL.fsync, file));
      lab.backend.start(false);

      const results: number[] = [];
      while (lab.backend.pending() > 0) {
        lab.backend.wait();
        const count = lab.backend.reap((_tag, result) => results.push(result));
        expect(count).toBeGreaterThan(0);
      }

      expect(results.sort()).toEqual([0, 0, 512]);
      await lab.end();
    });

    test("wait: nothing was started → Error, at once", async () => {
      const lab = new Lab(executor);
      lab.backend.submit(lab.op(CALL.nop, -1));

      expect(() => lab.backend.wait()).toThrow(/nothing was started/);
      await lab.end();
    });

    test("onReady: completions not reaped → called again", async () => {
      const lab = new Lab(executor);
      lab.backend.submit(lab.op(CALL.nop, -1));
      lab.backend.start(false);

      while (lab.readyCalls < 3) await new Promise(setImmediate);

      expect(lab.backend.reap(() => {})).toBe(1);
      await lab.end();
    });

    test("onReady: promise jobs it queues → run before the next event", () => {
      const outcome = node(`
        start(${executor.uring}, 6, () => {
          Promise.resolve().then(() => console.log("job"));
          setImmediate(() => console.log("immediate"));
        });
      `);

      expect(outcome.out).toBe("job\nimmediate");
    });

    test("onReady: throws → an ordinary uncaught exception", () => {
      const outcome = node(`
        process.on("uncaughtException", (error) => console.log("caught " + error.message));
        start(${executor.uring}, 6, () => { throw new Error("from onReady"); });
      `);

      expect(outcome).toEqual({ status: 0, signal: null, out: "caught from onReady" });
    });

    test("process: operations in flight → lives until they are reaped, then exits by itself", () => {
      const outcome = node(`
        let reaped = 0;
        process.on("exit", () => console.log("reaped " + reaped));
        start(${executor.uring}, 6, (count) => { reaped += count; }, 50);
      `);

      expect(outcome).toEqual({ status: 0, signal: null, out: "reaped 50" });
    });

    test("process: ends with operations in flight → no crash", () => {
      const outcome = node(`start(${executor.uring}, 6, () => {}, 50); process.exit(3);`);

      expect(outcome).toEqual({ status: 3, signal: null, out: "" });
    });

    test("destroy inside onReady → no crash, and the process exits", () => {
      const outcome = node(`
        const context = start(${executor.uring}, 6, () => {
          addon.destroy(context);
          addon.destroy(context);
          console.log("destroyed");
        });
      `);

      expect(outcome).toEqual({ status: 0, signal: null, out: "destroyed" });
    });

    test("worker: works there, and ends with its context still open", async () => {
      const body = `
        const { parentPort } = require("node:worker_threads");
        start(${executor.uring}, 6, (count) => parentPort.postMessage(count));
      `;
      const messages: unknown[] = [];
      const worker = new Worker(START + body, { eval: true });
      worker.on("message", (message) => messages.push(message));
      const code = await new Promise((resolve) => worker.on("exit", resolve));

      expect({ code, messages }).toEqual({ code: 0, messages: [1] });
    });

    test("worker: terminated with operations in flight → no crash", async () => {
      const body = `
        const { parentPort } = require("node:worker_threads");
        start(${executor.uring}, 6, () => {}, 100);
        parentPort.postMessage("started");
        setInterval(() => start(${executor.uring}, 6, () => {}, 100), 1);
      `;
      for (let round = 0; round < 3; round++) {
        const worker = new Worker(START + body, { eval: true });
        await new Promise((resolve) => worker.once("message", resolve));
        expect(await worker.terminate()).toBe(1);
      }
    });

    test("detach: operations in flight → all of them reach the file", async () => {
      const lab = new Lab(executor);
      const file = lab.create("file", BUFFERED);
      for (let index = 0; index < 200; index++) {
        lab.backend.submit(lab.op(CALL.pwrite, file, { offset: index * 4096, length: 4096 }));
      }
      lab.backend.start(false);

      await lab.backend.detach();
      await lab.backend.detach();

      expect(lab.backend.fileSize(file)).toBe(200 * 4096);
      await lab.end();
    });
  });
});
