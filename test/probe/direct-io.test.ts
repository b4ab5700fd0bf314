// The O_DIRECT probe on real directories, and the file it must never leave behind.

import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileSystemName, PROBE_FILE_PREFIX, probeDirectIo } from "../../host/probe/index.js";
import { errnoOf, withProbeFile } from "../../host/probe/probe-file.js";

const SHM = "/dev/shm";
let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "tornproof-probe-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function magicOf(path: string): string {
  try {
    return fileSystemName(statfsSync(path).type, null);
  } catch {
    return "";
  }
}

describe("probe: direct I/O", () => {
  test.runIf(["ext4", "xfs"].includes(magicOf(tmpdir())))(
    "direct: ext4 or xfs → real: aligned accepted, misaligned EINVAL, alignment known",
    () => {
      const probe = probeDirectIo(dir);
      expect(probe).toMatchObject({ aligned: "ok", misaligned: "EINVAL", real: true });
      expect([512, 1024, 2048, 4096]).toContain(probe.alignment);
    },
  );

  test.runIf(magicOf(SHM) === "tmpfs")("direct: tmpfs → not real, with a reason", () => {
    const probe = probeDirectIo(SHM);
    expect(probe.real).toBe(false);
    expect(["accepted", "untried"]).toContain(probe.misaligned);
    expect(probe.reason).not.toBe("");
    expect(ours(SHM)).toEqual([]);
  });

  test("direct: a directory that does not exist → its errno, not an exception", () => {
    expect(probeDirectIo(join(dir, "none"))).toMatchObject({ aligned: "ENOENT", real: false });
  });

  test("direct: after a probe → no file of ours is left", () => {
    probeDirectIo(dir);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("probe: its file", () => {
  test("file: the body throws → the file is removed and the error passed on", () => {
    const boom = (): never => {
      expect(ours(dir)).toHaveLength(1);
      throw new Error("boom");
    };
    expect(() => withProbeFile(dir, 0, boom)).toThrow("boom");
    expect(ours(dir)).toEqual([]);
  });

  test("file: the body removed it already → no error", () => {
    withProbeFile(dir, 0, (_, path) => rmSync(path));
    expect(ours(dir)).toEqual([]);
  });

  test("file: an error that is no system error → thrown, not reported as an errno", () => {
    expect(() => errnoOf(new TypeError("bug"))).toThrow("bug");
  });
});

/** Probe files of this process; other processes may be probing the same directory. */
function ours(path: string): string[] {
  return readdirSync(path).filter((name) => name.startsWith(`${PROBE_FILE_PREFIX}${process.pid}-`));
}
