// What a page would write to use the inspector; bundled by browser.test.ts.

import { scanFile } from "../../bench/inspect/scan.js";
import { wasmerSandbox } from "../../bench/inspect/wasmer-sandbox.js";

/** Scans bytes that were dropped into a page; returns the events as JSON. */
export async function inspect(wasm: Uint8Array, bytes: Uint8Array): Promise<string> {
  const sandbox = await wasmerSandbox();
  const source = {
    path: "dropped",
    size: bytes.length,
    read: (offset: number, length: number) =>
      Promise.resolve(bytes.subarray(offset, offset + length)),
  };
  const module = new WebAssembly.Module(wasm);
  return JSON.stringify(await scanFile(sandbox, module, source, { kind: 0, pageSize: 0 }));
}
