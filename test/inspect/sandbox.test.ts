// The two sandboxes against each other, and what is known about @wasmer/wasi.

import { init, MemFS } from "@wasmer/wasi";
import { expect, test } from "vitest";
import { nodeSandbox } from "../../bench/inspect/node-sandbox.js";
import { InspectorFailure } from "../../bench/inspect/sandbox.js";
import { wasmerSandbox } from "../../bench/inspect/wasmer-sandbox.js";
import { startTestEngine } from "../engine-loader.js";
import { bareSandbox } from "./bare-sandbox.js";
import { mutate } from "./fuzz.js";
import { everyKind } from "./make-files.js";
import { inspectBytes, inspectorModule } from "./support.js";

const bases = everyKind(await startTestEngine());
const module = inspectorModule();
const MUTATED = 100;

test("sandbox: every kind and 100 mutated files → @wasmer/wasi and node:wasi say the same", async () => {
  const sandboxes = [await wasmerSandbox(), nodeSandbox(), bareSandbox(0)];
  const mutated = Array.from({ length: MUTATED }, (_, n) => mutate(bases, 700_000 + n));
  for (const file of [...bases, ...mutated]) {
    const answers = await Promise.all(
      sandboxes.map((sandbox) => inspectBytes({ sandbox, module }, file.bytes)),
    );
    const [first, ...others] = answers.map(({ events }) => JSON.stringify(events));

    expect(others, file.name).toEqual([first, first]);
  }
});

test("sandbox: bad arguments → a failure with the exit code, in each of them", async () => {
  for (const sandbox of [await wasmerSandbox(), nodeSandbox(), bareSandbox(0)]) {
    const session = sandbox.start(module);
    expect(
      session.run(["inspector", "scan", "x"], new Uint8Array(512)).exitCode,
      sandbox.name,
    ).toBe(64);
    expect(session.run(["inspector", "what"], new Uint8Array(512)).exitCode, sandbox.name).toBe(64);
  }
});

test("sandbox: a window larger than there is room for → cut, never written beyond", async () => {
  const huge = new Uint8Array(5 * 2 ** 20);
  const args = ["inspector", "scan", String(huge.length), "0", String(huge.length)];

  expect((await wasmerSandbox()).start(module).run(args, huge).exitCode).toBe(0);
});

test("sandbox: what is no WASI module → InspectorFailure or a link error, not a hang", async () => {
  const nothing = new WebAssembly.Module(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  const session = (await wasmerSandbox()).start(nothing);

  expect(() => session.run(["inspector"], new Uint8Array())).toThrow(InspectorFailure);
});

// Why no page file lives in this file system: decision 0020
test("MemFS: two pages written, the first overwritten → three pages: it inserts", async () => {
  await init();
  const fs = new MemFS();
  const file = fs.open("/pages", { read: true, write: true, create: true });
  file.write(new Uint8Array(16384).fill(1));
  file.write(new Uint8Array(16384).fill(2));
  file.seek(0);
  file.write(new Uint8Array(16384).fill(3));
  file.seek(0);
  const bytes = file.read();

  const pages = Array.from({ length: bytes.length / 16384 }, (_, n) => bytes[n * 16384]);
  expect(pages, "a fixed package would say [3, 2], and could hold pages").toEqual([3, 1, 2]);
});
