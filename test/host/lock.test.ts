// One process per directory: second openers, owners that died, doubtful locks, and takers that
// race.

import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { IoError, StoreError } from "../../host/errors.js";
import { describeThisProcess } from "../../host/lock-owner.js";
import type { LockOwner } from "../../host/lock-owner.js";
import { LOCK_FILE } from "../../host/housekeeping.js";
import { acquireLock } from "../../host/lock.js";
import type { Lock } from "../../host/lock.js";
import { loadAddon } from "../../native/index.js";
import { startChild, transpile } from "./run-in-child.js";
import type { Child } from "./run-in-child.js";

/** Null where it was not built; one test below needs it. */
const addon = loadAddon();
const NONCE = "00112233445566778899aabb";
const OTHER_NONCE = "ffeeddccbbaa998877665544";

let top = "";
/** The directory that is locked: `top`, or a fresh one below it per round of a race. */
let dir = "";
let locks: Lock[] = [];

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "tornproof-lock-")));
  dir = top;
});

afterEach(() => {
  for (const lock of locks) lock.release();
  locks = [];
  fs.rmSync(top, { recursive: true, force: true });
});

test("lock: a free directory → the file names this process, nothing else stays", () => {
  acquire();

  const owner = JSON.parse(fs.readFileSync(join(dir, LOCK_FILE), "utf8")) as LockOwner;
  expect(owner).toMatchObject({ ...describeThisProcess(false, owner.nonce) });
  expect(fs.readdirSync(dir)).toEqual([LOCK_FILE]);
});

test("lock: released → nothing stays, and the directory can be locked again", () => {
  acquire().release();

  expect(fs.readdirSync(dir)).toEqual([]);
  expect(refusal()).toBe(null);
});

test("lock: released twice → the lock of the next holder is untouched", () => {
  const first = acquire();
  first.release();
  acquire();

  first.release();

  expect(fs.readdirSync(dir)).toEqual([LOCK_FILE]);
  expect(refusal()).toContain("IN_USE");
});

test("lock: second opener in the same process → IN_USE, also by another path", () => {
  acquire();
  const alias = `${dir}-alias`;
  fs.symlinkSync(dir, alias);

  const refusals = [refusal(), refusal(alias)];
  fs.unlinkSync(alias);

  for (const message of refusals) expect(message).toContain(`in this process (${process.pid})`);
});

test("lock: no such directory → IoError ENOENT", () => {
  expect(() => acquireLock(join(dir, "missing"))).toThrow(IoError);
});

describe("lock: an owner that is gone", () => {
  test.each<[string, () => Partial<LockOwner>]>([
    ["no such process", () => ({ pid: deadPid() })],
    ["its pid belongs to a younger process", () => ({ pid: process.ppid, startTime: "1" })],
    ["the machine has restarted since", () => ({ pid: process.ppid, bootId: "another boot" })],
  ])("%s → taken over, nothing stays", (_name, difference) => {
    writeOwner(difference());

    expect(refusal()).toBe(null);

    expect(ownerNow().pid).toBe(process.pid);
    expect(fs.readdirSync(dir)).toEqual([LOCK_FILE]);
  });

  test("an empty file older than 5 s → taken over", () => {
    writeEmpty(6);

    expect(refusal()).toBe(null);
  });

  test("a taker died during its takeover → its own takeover is taken over", () => {
    writeOwner({ pid: deadPid() });
    writeOwner({ pid: deadPid(), nonce: OTHER_NONCE }, `${LOCK_FILE}.after-${NONCE}`);
    writeOwner({ pid: deadPid() }, `${LOCK_FILE}.${OTHER_NONCE}.new`);

    expect(refusal()).toBe(null);

    expect(fs.readdirSync(dir)).toEqual([LOCK_FILE]);
  });

  test.runIf(process.platform === "linux")("a zombie → taken over", async () => {
    // The shell becomes a `sleep` that never waits for the shorter one it inherits.
    const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 30"]);
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once("data", (text) => resolve(Number(text)));
    });
    await until(() => statFields(pid)[0] === "Z");
    writeOwner({ pid, startTime: statFields(pid)[19]! });

    const message = refusal();
    parent.kill("SIGKILL");

    expect(message).toBe(null);
  });
});

describe("lock: an owner that may live", () => {
  test.each<[string, () => void, string]>([
    ["a live process", () => writeOwner(parent()), `process ${process.ppid}`],
    ["another host", () => writeOwner({ pid: deadPid(), host: "elsewhere" }), "remove"],
    ["another container", () => writeOwner({ pid: deadPid(), pidNamespace: "pid:[1]" }), "remove"],
    ["an unknown boot", () => writeOwner({ pid: deadPid(), bootId: null }), "remove"],
    ["not JSON", () => writeText("{"), "remove"],
    ["JSON without an owner", () => writeText('{"pid":1}'), "remove"],
    ["an empty file of this moment", () => writeEmpty(0), "remove"],
    ["a live taker", () => writeTakeover(), `process ${process.ppid}`],
  ])("%s → IN_USE with advice, the file stays as it is", (_name, arrange, advice) => {
    arrange();
    const before = fs.readFileSync(join(dir, LOCK_FILE), "utf8");

    const message = refusal();

    expect(message).toContain("IN_USE");
    expect(message).toContain(advice);
    expect(fs.readFileSync(join(dir, LOCK_FILE), "utf8")).toBe(before);
    expect(fs.readdirSync(dir).filter((name) => name.endsWith(".new"))).toEqual([]);
  });
});

describe("lock: the OFD lock as a witness", () => {
  test("taken on our own file before it gets its name → recorded", () => {
    const names: string[][] = [];
    locks.push(acquireLock(dir, () => names.push(fs.readdirSync(dir)) > 0));

    expect(names).toEqual([[expect.stringMatching(/\.new$/)]]);
    expect(ownerNow().ofd).toBe(true);
  });

  test("not available on the file system → locked without it", () => {
    const broken = (): boolean => {
      throw new Error("ENOLCK");
    };
    writeOwner({ pid: deadPid(), ofd: true });

    expect(refusal(dir, broken)).toBe(null);

    expect(ownerNow().ofd).toBe(false);
  });

  test("held by somebody although the pid is gone → IN_USE", () => {
    writeOwner({ pid: deadPid(), ofd: true });
    const answers = [true, false];

    expect(refusal(dir, () => answers.shift()!)).toContain("IN_USE");
  });

  test("free, owner in another container of this machine → taken over", () => {
    writeOwner({ pid: process.ppid, pidNamespace: "pid:[1]", ofd: true });

    expect(refusal(dir, () => true)).toBe(null);
  });

  test.skipIf(addon === null)("the kernel's own: held → IN_USE, closed → taken over", () => {
    writeOwner({ pid: deadPid(), ofd: true });
    const fd = fs.openSync(join(dir, LOCK_FILE), "r+");
    const lock = (file: number): boolean => addon!.lock(file);
    lock(fd);

    const whileHeld = refusal(dir, lock);
    fs.closeSync(fd);

    expect(whileHeld).toContain("IN_USE");
    expect(refusal(dir, lock)).toBe(null);
    expect(ownerNow().ofd).toBe(true);
  });

  test("another process takes over between judging and replacing → its lock survives", () => {
    writeOwner({ pid: deadPid(), ofd: true });
    let calls = 0;
    const overtaken = (): boolean => {
      calls += 1;
      if (calls === 2) writeOwner({ ...parent(), nonce: OTHER_NONCE });
      return true;
    };

    expect(refusal(dir, overtaken)).toContain(`process ${process.ppid}`);

    expect(ownerNow().nonce).toBe(OTHER_NONCE);
    expect(fs.readdirSync(dir)).toEqual([LOCK_FILE]);
  });
});

describe("lock: several processes", () => {
  const CHILDREN = 8;
  const ROUNDS = 24;
  let code = "";
  let children: Child[] = [];

  beforeAll(() => {
    code = fs.mkdtempSync(join(tmpdir(), "tornproof-lock-code-"));
    const module = transpile("host/lock.ts", code);
    fs.writeFileSync(join(code, "child.js"), childScript(module));
  });

  afterEach(async () => {
    await Promise.all(children.map((child) => child.kill()));
    children = [];
  });

  afterAll(() => fs.rmSync(code, { recursive: true, force: true }));

  test("held by a child → IN_USE naming it; killed → taken over", async () => {
    const [child] = await startChildren(1);
    const pid = child!.process.pid;
    expect(await ask(child!, dir)).toBe("won");

    expect(refusal()).toContain(`process ${pid}`);
    await child!.kill();

    expect(refusal()).toBe(null);
  });

  test("held here → a child gets IN_USE naming this process", async () => {
    const [child] = await startChildren(1);
    acquire();

    expect(await ask(child!, dir)).toContain(`IN_USE: ${dir} is in use by process ${process.pid}`);
  });

  test(`${CHILDREN} children race, ${ROUNDS} rounds → exactly one winner each`, async () => {
    await startChildren(CHILDREN);
    const arrangements = [() => {}, arrangeDead, arrangeDeadTaker, () => writeEmpty(60)];

    for (let round = 0; round < ROUNDS; round++) {
      dir = join(top, `round-${round}`);
      fs.mkdirSync(dir);
      arrangements[round % arrangements.length]!();
      const at = Date.now() + 12;
      const answers = await Promise.all(children.map((child) => ask(child, dir, at)));

      const where = `round ${round}, arrangement ${round % arrangements.length}: ${answers.join()}`;
      expect(answers.filter((answer) => answer === "won").length, where).toBe(1);
      expect(answers.filter((answer) => answer.startsWith("IN_USE")).length, where).toBe(
        CHILDREN - 1,
      );
    }
  });

  async function startChildren(count: number): Promise<Child[]> {
    const script = join(code, "child.js");
    children = Array.from({ length: count }, () => startChild(script, []));
    await Promise.all(children.map((child) => child.line()));
    return children;
  }
});

/** Takes every directory it is asked for at the given moment, and answers how that went. */
function childScript(module: string): string {
  return `
    import { createInterface } from "node:readline";
    import { acquireLock } from ${JSON.stringify(module)};
    console.log("ready");
    for await (const line of createInterface({ input: process.stdin })) {
      const [dir, at] = JSON.parse(line);
      while (Date.now() < at);
      try {
        acquireLock(dir);
        console.log("won");
      } catch (error) {
        console.log(error.code + ": " + error.message);
      }
    }`;
}

function ask(child: Child, path: string, at = 0): Promise<string> {
  const answer = child.line();
  child.send(JSON.stringify([path, at]));
  return answer;
}

function acquire(): Lock {
  const lock = acquireLock(dir);
  locks.push(lock);
  return lock;
}

/** Tries to take the lock; returns null, or "<code>: <message>" of the refusal. */
function refusal(path = dir, ofdLock?: (fd: number) => boolean): string | null {
  try {
    locks.push(acquireLock(path, ofdLock));
    return null;
  } catch (error) {
    if (error instanceof StoreError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

function writeOwner(difference: Partial<LockOwner>, name = LOCK_FILE): void {
  const owner = { ...describeThisProcess(false, NONCE), startTime: "1", ...difference };
  const fresh = join(dir, "owner");
  fs.writeFileSync(fresh, JSON.stringify(owner));
  fs.renameSync(fresh, join(dir, name));
}

function writeText(text: string): void {
  fs.writeFileSync(join(dir, LOCK_FILE), text);
}

function writeEmpty(ageSeconds: number): void {
  writeText("");
  const then = Date.now() / 1000 - ageSeconds;
  fs.utimesSync(join(dir, LOCK_FILE), then, then);
}

function writeTakeover(): void {
  writeOwner({ pid: deadPid() });
  writeOwner({ ...parent(), nonce: OTHER_NONCE }, `${LOCK_FILE}.after-${NONCE}`);
}

function arrangeDead(): void {
  writeOwner({ pid: deadPid() });
}

function arrangeDeadTaker(): void {
  arrangeDead();
  writeOwner({ pid: deadPid(), nonce: OTHER_NONCE }, `${LOCK_FILE}.after-${NONCE}`);
}

function ownerNow(): LockOwner {
  return JSON.parse(fs.readFileSync(join(dir, LOCK_FILE), "utf8")) as LockOwner;
}

/** A process that certainly lives as long as this test: the one that started it. */
function parent(): Partial<LockOwner> {
  return { pid: process.ppid, startTime: statFields(process.ppid)[19] ?? null };
}

let dead = 0;

function deadPid(): number {
  if (dead === 0) dead = spawnSync(process.execPath, ["--version"]).pid;
  return dead;
}

/** Fields of /proc/<pid>/stat from the third on; empty where there is no /proc. */
function statFields(pid: number): string[] {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((done) => setTimeout(done, 10));
}
