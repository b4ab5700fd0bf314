// The same lives on real files: io_uring, threads, and node:fs, where operations overlap and end in
// any order. The edges that break are those of the effective table, as on the simulated disk.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createNativeBackend } from "../../host/backend/native.js";
import { createNodeFsBackend } from "../../host/backend/node-fs.js";
import { backendProblem } from "../../host/backend/index.js";
import type { Backend } from "../../host/backend/backend.js";
import { resolveMethod } from "../../host/flush/index.js";
import { effectiveMethod, inOneDirectory, probeDirectIo } from "../../host/probe/index.js";
import { edgesOf, type Mode } from "./derivation.js";
import { Judges, live, type Ground } from "./workload.js";

const native = (uring: boolean) => (): Backend => createNativeBackend({ uring });
const ALL: readonly [string, () => Backend, boolean][] = [
  ["native, io_uring", native(true), backendProblem("native") === null],
  ["native, threads", native(false), backendProblem("native") === null],
  ["node-fs", () => createNodeFsBackend(), true],
];
const BACKENDS = ALL.filter(([, , works]) => works);

const SETTINGS: readonly [string, string, Mode][] = [
  ["tornproof", "fsync", "ON"],
  ["tornproof", "O_DSYNC", "DETECT_ONLY"],
  ["tornproof", "O_DIRECT", "ON"],
  ["tornproof", "ALL_O_DIRECT", "OFF"],
  ["tornproof", "O_DIRECT+O_DSYNC", "ON"],
  ["tornproof", "none", "ON"],
  ["tornproof", "nosync", "ON"],
  ["mysql-8.4", "O_DIRECT", "ON"],
  ["mysql-8.4", "O_DIRECT_NO_FSYNC", "DETECT_ONLY"],
  ["mysql-5.6", "O_DIRECT_NO_FSYNC", "ON"],
  ["mariadb-10.11", "nosync", "ON"],
  ["mariadb-11", "O_DSYNC", "ON"],
];

const directories: string[] = [];
afterAll(() => directories.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

function realGround(backend: () => Backend): Ground {
  const dir = mkdtempSync(join(tmpdir(), "tornproof-check-"));
  directories.push(dir);
  return { dir, backend };
}

describe.each(BACKENDS)("checker on %s", (_, backend) => {
  test.each(SETTINGS)("%s %s, doublewrite %s → the edges its table breaks", async (...setting) => {
    const [profile, name, mode] = setting;
    const ground = realGround(backend);
    const judges = new Judges();
    const options = { profile, innodb_flush_method: name, innodb_doublewrite: mode };
    await live(ground, options, [judges], { seed: 2, commits: 40 });

    const method = resolveMethod(name, { profile, doublewrite: mode });
    const probes = { directIo: inOneDirectory(probeDirectIo(ground.dir)), atomicWrite: null };
    const { effective } = effectiveMethod(method, probes, backend().capabilities, false);
    expect(judges.volatile.broken()).toEqual(edgesOf(effective, mode, "volatile"));
    expect(judges.protected.broken()).toEqual(edgesOf(effective, mode, "protected"));
  });
});
