// The process that is killed: commits as fast as it can, and says so after every acknowledgment.
// Lines on stdout: "opening", "ready", "<group> <commit>" once a commit is acknowledged; "create" and "drop"
// before the tablespace that comes and goes is asked for, "created" and "dropped" after.

import { writeSync } from "node:fs";
import {
  Store,
  type Tablespace,
  type TransactionSync,
  type TransactionWriter,
} from "../../../host/index.js";
import {
  FIRST_PAGE,
  groupPages,
  GROUPS,
  pageContent,
  SMALL,
  SPACE_NAMES,
  VOLATILE_SPACE,
  type Scenario,
} from "./scenario.js";

const [directory, scenarioText, mode] = process.argv.slice(2);
const scenario = JSON.parse(scenarioText!) as Scenario;

say("opening");
const store = await Store.open(directory!, scenario.options, SMALL);
if (mode === "recover-only") {
  say("ready");
  setInterval(() => undefined, 1000);
} else {
  await run();
}

async function run(): Promise<void> {
  const spaces = await prepare();
  say("ready");
  const { committers, blocking } = scenario;
  const loops = Array.from({ length: committers }, (_, c) => commitLoop(spaces, c, blocking));
  await Promise.all([...loops, ddlLoop()]);
}

/** Creates the tablespaces and every group's pages on the first run. */
async function prepare(): Promise<Tablespace[]> {
  const spaces: Tablespace[] = [];
  for (const name of SPACE_NAMES) {
    const known = store.tablespace(name);
    spaces.push(known ?? (await store.createTablespace(name)));
  }
  const last = groupPages(GROUPS - 1, FIRST_PAGE).at(-1)!;
  for (const space of spaces) {
    for (let page = FIRST_PAGE; page <= last; page++) await allocate(space, page);
  }
  return spaces;
}

/** An earlier life may have been killed in the middle of this. */
async function allocate(space: Tablespace, page: number): Promise<void> {
  if (await isAllocated(space, page)) return;
  const allocated = await store.transaction((tx) => tx.allocatePage(space));
  if (allocated !== page) throw new Error(`page ${allocated}, expected ${page}`);
}

async function isAllocated(space: Tablespace, page: number): Promise<boolean> {
  return store.read(space, page, 0, 8).then(
    () => true,
    () => false,
  );
}

async function commitLoop(
  spaces: Tablespace[],
  committer: number,
  blocking: boolean,
): Promise<void> {
  for (let turn = 0; ; turn++) {
    const group = (committer + turn * scenario.committers) % GROUPS;
    if (blocking) {
      const commit = store.transactionSync((tx) => change(tx, spaces, group));
      say(`${group} ${commit}`);
      if (turn % 32 === 0) await new Promise(setImmediate);
    } else {
      if (scenario.isTorn === true) await commitHalf(spaces, group);
      say(`${group} ${await commitGroup(spaces, group)}`);
    }
  }
}

/** What a store must never do: the second tablespace's pages of the next commit, on their own. */
function commitHalf(spaces: Tablespace[], group: number): Promise<void> {
  return store.transaction(async (tx) => {
    const pages = groupPages(group, FIRST_PAGE);
    const before = await tx.read(spaces[0]!, pages[0]!, 0, 8);
    const content = pageContent(group, readU32(before, 0) + 1, readU32(before, 4));
    for (const page of pages) tx.write(spaces[1]!, page, 0, content);
  });
}

function commitGroup(spaces: Tablespace[], group: number): Promise<number> {
  return store.transaction(async (tx) => {
    const pages = groupPages(group, FIRST_PAGE);
    const before = await tx.read(spaces[0]!, pages[0]!, 0, 8);
    const commit = readU32(before, 0) + 1;
    const extra = await tx.allocatePage(spaces[0]!);
    const old = readU32(before, 4);
    if (old !== 0) tx.freePage(spaces[0]!, old);
    writeAll(tx, spaces, group, commit, extra);
    return commit;
  });
}

function change(tx: TransactionSync, spaces: Tablespace[], group: number): number {
  const pages = groupPages(group, FIRST_PAGE);
  const before = tx.read(spaces[0]!, pages[0]!, 0, 8);
  const commit = readU32(before, 0) + 1;
  const extra = tx.allocatePage(spaces[0]!);
  const old = readU32(before, 4);
  if (old !== 0) tx.freePage(spaces[0]!, old);
  writeAll(tx, spaces, group, commit, extra);
  return commit;
}

function writeAll(
  tx: TransactionWriter,
  spaces: readonly Tablespace[],
  group: number,
  commit: number,
  extra: number,
): void {
  tx.write(spaces[0]!, extra, 0, pageContent(group, commit, 0));
  const content = pageContent(group, commit, extra);
  for (const space of spaces) {
    for (const page of groupPages(group, FIRST_PAGE)) tx.write(space, page, 0, content);
  }
}

/** Creates and drops a tablespace in turn, with a sharp checkpoint now and then. */
async function ddlLoop(): Promise<void> {
  for (let n = store.tablespace(VOLATILE_SPACE) === undefined ? 0 : 1; ; n++) {
    say(n % 2 === 0 ? "create" : "drop");
    if (n % 2 === 0) await store.createTablespace(VOLATILE_SPACE);
    else await store.dropTablespace(VOLATILE_SPACE);
    say(n % 2 === 0 ? "created" : "dropped");
    if (n % 3 === 2) await store.checkpoint();
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function readU32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}
