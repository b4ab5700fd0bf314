// The probes that write: one file, always removed; no more bytes than promised; latencies that are
// those of the calls.

import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  DISK_PROBE_BYTES_MAX,
  placeOf,
  probeDisk,
  thisMachine,
  type DiskProbes,
} from "../../host/probe/index.js";
import { alignedMemory, ProbeFile } from "../../host/probe/probe-file.js";
import { measureSyncs, SYNC_BLOCK_BYTES, SYNC_WRITES_MAX } from "../../host/probe/sync-latency.js";
import { loadAddon } from "../../native/index.js";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-disk-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function probe(
  milliseconds: number,
  isCanceled = (): boolean => false,
): Promise<DiskProbes | null> {
  const files = thisMachine();
  const place = placeOf(files, dir);
  return probeDisk({ place, files, pageSize: 16384, syncMilliseconds: milliseconds, isCanceled });
}

/** Bytes this process has handed to write calls. */
function writtenBytes(): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

describe("probe: disk", () => {
  test("disk: no probe can write more than 64 MiB", () => {
    expect(DISK_PROBE_BYTES_MAX).toBeLessThanOrEqual(64 * 2 ** 20);
  });

  test.runIf(process.platform === "linux")(
    "disk: what procfs counts → not more than the probe says it wrote at most",
    async () => {
      const before = writtenBytes();
      const probes = await probe(300);
      const written = writtenBytes() - before;

      expect(written).toBeGreaterThan(4 * 2 ** 20);
      expect(written).toBeLessThanOrEqual(probes!.bytesMax);
      expect(probes!.bytesMax).toBeLessThanOrEqual(DISK_PROBE_BYTES_MAX);
      expect(readdirSync(dir)).toEqual([]);
    },
  );

  test("disk: canceled at once, or in the middle → null, and no file", async () => {
    expect(await probe(5000, () => true)).toBeNull();
    let asked = 0;
    expect(await probe(5000, () => ++asked > 3)).toBeNull();
    expect(readdirSync(dir)).toEqual([]);
  });

  test("disk: no addon → what needs one is null, the rest is there", async () => {
    const files = thisMachine();
    const place = placeOf(files, dir);
    const request = { place, files, pageSize: 16384, syncMilliseconds: 50, addon: null };

    const probes = await probeDisk({ ...request, isCanceled: () => false });

    expect(probes).toMatchObject({ facts: null, rwfDsync: null });
    expect(probes!.atomicWrite.refusedBy).toBe("addon");
    expect(probes!.syncs).toHaveLength(5);
  });

  test.skipIf(loadAddon() === null)("disk: the real addon → RWF_DSYNC has an answer", async () => {
    expect((await probe(50))!.rwfDsync).toMatch(/^works$|^E[A-Z]+$/);
  });

  test("disk: a directory that is gone → the system's error, no file", async () => {
    const files = thisMachine();
    const place = { ...placeOf(files, dir), path: join(dir, "gone") };
    const request = { place, files, pageSize: 16384, syncMilliseconds: 50 };

    await expect(probeDisk({ ...request, isCanceled: () => false })).rejects.toMatchObject({
      code: "ENOENT",
    });
  });
});

describe("probe: sync latencies", () => {
  test("syncs: a fast file system → at most the limit of writes, and sensible percentiles", async () => {
    const file = new ProbeFile(dir);
    const syncs = await measureSyncs(planFor(file, 400));
    file.close();

    for (const { way, count, p50, p99, max } of syncs.filter(({ problem }) => problem === null)) {
      expect(count, way).toBeLessThan(SYNC_WRITES_MAX);
      expect(count, way).toBeGreaterThan(0);
      expect(p50!, way).toBeGreaterThan(0);
      expect(max!, way).toBeGreaterThanOrEqual(p99 ?? p50!);
      if (count < 100) expect(p99, way).toBeNull();
    }
  });

  test("syncs: an open that fails → its errno, and the other ways are measured", async () => {
    const file = new ProbeFile(dir);
    const open = (flags: number): number => {
      if (flags !== 0) throw Object.assign(new Error("no"), { code: "EINVAL" });
      return file.open(flags);
    };

    const syncs = await measureSyncs({ ...planFor(file, 60), open });
    file.close();

    const problems = Object.fromEntries(syncs.map(({ way, problem }) => [way, problem]));
    expect(problems).toMatchObject({ fsync: null, fdatasync: null, O_DSYNC: "open: EINVAL" });
  });

  test("syncs: a write that fails → its errno, and what was measured before it", async () => {
    const file = new ProbeFile(dir);
    const readOnly = openSync(join(dir, readdirSync(dir)[0]!), "r");

    const syncs = await measureSyncs({ ...planFor(file, 60), open: () => readOnly });
    closeSync(readOnly);
    file.close();

    expect(syncs.map(({ problem }) => problem)).toEqual(Array(5).fill("EBADF"));
    expect(syncs.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0]);
  });

  test("syncs: a disk too slow for the time given → says so, and the time is kept", async () => {
    const file = new ProbeFile(dir);
    const start = performance.now();
    const syncs = await measureSyncs(planFor(file, 0));
    const milliseconds = performance.now() - start;
    file.close();

    expect(syncs.map(({ problem }) => problem)).toEqual(Array(5).fill("too slow to be measured"));
    expect(milliseconds).toBeLessThan(1000);
  });

  test("syncs: every write → stays within the file's bytes", async () => {
    const file = new ProbeFile(dir);
    const [name] = readdirSync(dir);
    await measureSyncs({ ...planFor(file, 200), fileBytes: 4 * SYNC_BLOCK_BYTES });

    expect(readFileSync(join(dir, name!)).length).toBeLessThanOrEqual(4 * SYNC_BLOCK_BYTES);
    file.close();
    expect(readdirSync(dir)).toEqual([]);
  });

  function planFor(file: ProbeFile, milliseconds: number): Parameters<typeof measureSyncs>[0] {
    return {
      open: (flags) => file.open(flags),
      memory: alignedMemory(),
      fileBytes: 2 ** 20,
      milliseconds,
      isCanceled: () => false,
    };
  }
});

describe("probe: its shared file", () => {
  test("file: closed twice → removed once, no error; nothing is left to run at exit", () => {
    const before = process.listenerCount("exit");
    const file = new ProbeFile(dir);
    file.open(0);
    expect(readdirSync(dir)).toHaveLength(1);

    file.close();
    file.close();

    expect(readdirSync(dir)).toEqual([]);
    expect(process.listenerCount("exit")).toBe(before);
  });
});
