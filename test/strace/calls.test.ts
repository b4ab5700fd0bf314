// The system calls of a store, seen from outside: strace is the witness for the driver's trace, for
// the counters, for the modes in which files are opened, and for the observed rows of test/oracle.

import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FileKind } from "../../host/abi.js";
import { backendProblem } from "../../host/backend/index.js";
import { packageRoot } from "../../host/package-root.js";
import { transpile } from "../host/run-in-child.js";
import {
  expectedAhead,
  expectedBatch,
  expectedCheckpoint,
  expectedCommit,
  fold,
} from "../oracle/oracle.js";
import { counts, sequenceOf } from "../oracle/sequence.js";
import { PHASES, type Phase, type Report, type Setting } from "./scenario.js";
import { rowOf, settingsFor } from "./settings.js";
import {
  fileIn,
  isForLock,
  fromSystemCalls,
  fromTrace,
  inFreeOrder,
  type FileStep,
} from "./steps.js";
import { canTrace, traceNode, type SystemCall } from "./strace.js";

/** One traced life of a store. */
interface Life {
  readonly setting: Setting;
  readonly report: Report;
  readonly calls: Readonly<Record<Phase, readonly SystemCall[]>>;
}

/** Methods that do not sync even the files they create. */
const NEVER_SYNCED = ["tornproof none", "mysql-5.6 O_DIRECT_NO_FSYNC"];

const BACKENDS = (["native", "node-fs"] as const).filter((name) => backendProblem(name) === null);

if (!canTrace)
  test.skip("strace is not installed, or may not trace: nothing is compared", () => {});

describe.runIf(canTrace)("strace", () => {
  // Tests need names when the file is read, so the processes run before any test does.
  const traced = canTrace ? BACKENDS.map((backend) => run(backend)) : [];
  const lives = traced.flatMap((one) => one.lives).map((life) => [nameOf(life), life] as const);

  describe.each(lives)("%s", (_name, { setting, report, calls }) => {
    const { dir } = setting;
    const row = rowOf(setting);
    const steps = (phase: Phase): FileStep[] => fromSystemCalls(calls[phase], dir);

    test.each(PHASES)("%s → the calls are those of the driver's trace", (phase) => {
      expect(inFreeOrder(steps(phase))).toEqual(inFreeOrder(fromTrace(report.trace[phase])));
    });

    test("commit, flush batch and checkpoint → the calls that were observed on servers", () => {
      expect(sequenceOf(steps("commit"))).toEqual(expectedCommit(row, setting.trxCommit));
      expect(sequenceOf(steps("checkpoint"))).toEqual(
        fold([
          ...expectedAhead(row, setting.trxCommit),
          ...expectedBatch(row, setting.doublewrite),
          ...expectedCheckpoint(row, setting.doublewrite),
        ]),
      );
      expect(counts(steps("checkpoint"))["Pw"]).toBe(6);
    });

    test("files are opened with the flags that were observed", () => {
      const opened = PHASES.flatMap((phase) => calls[phase]).filter(isOpenForWriting);
      const modes = opened
        .filter((call) => !isForLock(call))
        .map((call) => ({ file: fileIn(dir, call.path), call }));
      const wrong = modes.filter(
        ({ file, call }) => file !== null && lettersOf(call.flags) !== modeOf(row.open, file.kind),
      );

      expect(modes.filter(({ file }) => file !== null).length).toBeGreaterThan(4);
      expect(wrong.map(({ call }) => call.text)).toEqual([]);
    });

    test("tablespaces → the folder is synced after the file, before redo knows of it", () => {
      const isSynced = !NEVER_SYNCED.includes(`${setting.profile} ${setting.method}`);
      const created = steps("create");
      const dropped = steps("drop");

      expect(created[0]).toMatchObject({ call: "create", kind: "data", id: 1 });
      const folder = created.findIndex((step) => step.call === "fsync-dir");
      const redo = created.findIndex((step) => step.kind === "log");
      expect(folder === -1).toBe(!isSynced);
      if (isSynced) expect(folder).toBeLessThan(redo);
      const unlinked = dropped.findIndex((step) => step.call === "unlink");
      expect(dropped.slice(0, unlinked).map((step) => step.kind)).toContain("log");
      expect(dropped.slice(unlinked + 1).map((step) => step.call)).toEqual(
        isSynced ? ["fsync-dir"] : [],
      );
    });

    test("counters → the calls and bytes that strace counted", () => {
      const counted = (["commit", "change", "checkpoint"] as const).flatMap(steps);

      expect(report.status).toMatchObject({
        Innodb_data_fsyncs: counted.filter(isSync).length,
        Innodb_data_writes: counted.filter((step) => step.call === "pwrite").length,
        Innodb_data_written: bytes(counted, "data") + bytes(counted, "log"),
        Innodb_os_log_fsyncs: counted.filter((step) => step.kind === "log" && isSync(step)).length,
        Innodb_os_log_written: bytes(counted, "log"),
      });
      expect(perKind(report.io)).toEqual(perKindOf(counted));
      const before = (["open", "create", "fill"] as const).flatMap(steps);
      expect(perKind(report.ioBefore)).toEqual(perKindOf(before));
    });
  });

  test.each(traced)("$backend: nothing is written outside the store directories", (one) => {
    expect(one.all.filter((call) => isForeign(call, one.dir)).map((call) => call.text)).toEqual([]);
  });

  test.each(traced)("$backend: every call that changes a file succeeded", (one) => {
    const isOurs = (call: SystemCall): boolean =>
      call.path.startsWith(one.dir) && !call.path.includes(".tornproof-probe-");
    const failed = one.all.filter((call) => isOurs(call) && isChange(call) && !(call.result >= 0));

    expect(failed.map((call) => `${call.text} = ${call.result}`)).toEqual([]);
  });

  test.each(traced)("$backend: no call escapes strace through io_uring", (one) => {
    expect(one.all.filter((call) => call.name === "io_uring_enter")).toEqual([]);
  });
});

interface Traced {
  readonly backend: string;
  readonly dir: string;
  readonly lives: readonly Life[];
  readonly all: readonly SystemCall[];
}

function run(backend: Setting["backend"]): Traced {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), `tornproof-strace-${backend}-`)));
  // Below the package, so that the child finds the engine and the addon.
  const code = mkdtempSync(join(packageRoot(), "build", "strace-"));
  try {
    const script = transpile("test/strace/child.ts", code);
    const settings = settingsFor(backend, dir);
    const log = join(dir, "strace.txt");
    const { calls, output } = traceNode(script, [JSON.stringify(settings)], log);
    const reports = output.split("\n").filter((line) => line.startsWith("{"));
    const lives = settings.map((setting, n) => ({
      setting,
      report: JSON.parse(reports[n]!) as Report,
      calls: callsOf(n, calls),
    }));
    return { backend, dir, lives, all: [...calls.values()].flat() };
  } finally {
    for (const folder of [dir, code]) rmSync(folder, { recursive: true, force: true });
  }
}

function callsOf(n: number, calls: ReturnType<typeof traceNode>["calls"]): Life["calls"] {
  const entries = PHASES.map((phase) => [phase, calls.get(`@${n} ${phase}`)!]);
  return Object.fromEntries(entries) as Life["calls"];
}

function nameOf({ setting }: Life): string {
  const { backend, profile, method, doublewrite, trxCommit } = setting;
  return `${backend}, ${profile} ${method}, doublewrite ${doublewrite}, policy ${trxCommit}`;
}

const MODE_FLAGS: readonly [string, string][] = [
  ["O_DIRECT", "d"],
  ["O_DSYNC", "D"],
  ["O_SYNC", "S"],
];

/** The letters of test/oracle/observed.ts. */
function lettersOf(flags: readonly string[]): string {
  return MODE_FLAGS.map(([flag, letter]) => (flags.includes(flag) ? letter : "")).join("") || "-";
}

function modeOf(open: ReturnType<typeof rowOf>["open"], kind: FileKind): string {
  if (kind === "marker") return "-";
  return open[kind === "bdblwr" ? "dblwr" : kind];
}

function isOpenForWriting(call: SystemCall): boolean {
  const writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"];
  return call.name === "openat" && writes.some((flag) => call.flags.includes(flag));
}

const READING = ["openat", "open", "fcntl"];

function isChange(call: SystemCall): boolean {
  return !READING.includes(call.name) || isOpenForWriting(call);
}

/** Pipes and event counters are not files, and a thread may write its own name. */
const NOT_FILES = /^(pipe|socket|anon_inode):|^\/proc\/(self|\d+)\/task\/\d+\/comm$/;

/** A sync of the folder above harms nobody. */
function isForeign(call: SystemCall, dir: string): boolean {
  if (!isChange(call) || call.name === "fsync" || NOT_FILES.test(call.path)) return false;
  return !call.path.startsWith(`${dir}/`) && call.path !== "/dev/null";
}

function isSync(step: FileStep): boolean {
  return step.call === "fsync" || step.call === "fdatasync";
}

function bytes(steps: readonly FileStep[], kind: FileKind): number {
  const writes = steps.filter((step) => step.call === "pwrite" && step.kind === kind);
  return writes.reduce((sum, step) => sum + step.length, 0);
}

type PerKind = Record<string, { writes: number; writtenBytes: number; syncs: number }>;

function perKind(io: Report["io"]): PerKind {
  return Object.fromEntries(
    Object.entries(io).map(([kind, { writes, writtenBytes, syncs }]) => [
      kind,
      { writes, writtenBytes, syncs },
    ]),
  );
}

function perKindOf(steps: readonly FileStep[]): PerKind {
  const kinds: FileKind[] = ["data", "log", "dblwr", "bdblwr", "marker"];
  return Object.fromEntries(
    kinds.map((kind) => {
      const own = steps.filter((step) => step.kind === kind);
      const writes = own.filter((step) => step.call === "pwrite").length;
      return [kind, { writes, writtenBytes: bytes(own, kind), syncs: own.filter(isSync).length }];
    }),
  );
}
