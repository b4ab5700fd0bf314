// Kills the child at a random moment, reopens the store, and holds it against what was
// acknowledged.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { once } from "node:events";
import { packageRoot, Store, type Tablespace } from "../../../host/index.js";
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

const CHILD = join(packageRoot(), "build/js/test/crash/kill-9/child.js");

/** "create" and "drop": asked for, and nothing heard since. */
export type SpaceWord = "create" | "created" | "drop" | "dropped";
const SPACE_WORDS: readonly string[] = ["create", "created", "drop", "dropped"];

/** What one life of the child said before it was killed. */
export interface Life {
  /** Milliseconds from the beginning of the open to its end; null when it died before. */
  readonly openMs: number | null;
  /** Last acknowledged commit of each group, 0 when none. */
  readonly acknowledged: readonly number[];
  /** The last word about the tablespace that comes and goes. */
  readonly space: SpaceWord | null;
  readonly commits: number;
}

/** When the child dies: some time after it says that it is ready, or that it begins to open. */
export interface Death {
  readonly after: "ready" | "opening";
  readonly ms: number;
}

/** Starts the child and kills it. Errors: Error when it ends by itself. */
export async function liveAndDie(
  directory: string,
  scenario: Scenario,
  { after, ms }: Death,
  mode = "commit",
): Promise<Life> {
  const args = [CHILD, directory, JSON.stringify(scenario), mode];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let problem = "";
  let killer: NodeJS.Timeout | null = null;
  const heard: { [word: string]: number } = {};
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("latin1");
    for (const word of ["opening", "ready"]) {
      if (output.includes(`${word}\n`)) heard[word] ??= performance.now();
    }
    if (after in heard) killer ??= setTimeout(() => child.kill("SIGKILL"), ms);
  });
  child.stderr.on("data", (chunk: Buffer) => (problem += chunk.toString()));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal !== "SIGKILL") throw new Error(`the child ended by itself (${code}): ${problem}`);
  const openMs = "ready" in heard ? heard["ready"] - heard["opening"]! : null;
  return { openMs, ...parse(output) };
}

/** A line cut by the kill is no acknowledgment that anybody has read. */
function parse(output: string): Omit<Life, "openMs"> {
  const acknowledged = new Array<number>(GROUPS).fill(0);
  let space: Life["space"] = null;
  let commits = 0;
  for (const line of output.split("\n").slice(0, -1)) {
    if (SPACE_WORDS.includes(line)) space = line as SpaceWord;
    const commit = /^(\d+) (\d+)$/.exec(line);
    if (commit === null) continue;
    acknowledged[Number(commit[1])] = Number(commit[2]);
    commits++;
  }
  return { acknowledged, space, commits };
}

/** What is known of a store: the newest commit of each group, and its tablespace for a while. */
export interface Known {
  readonly commits: readonly number[];
  readonly space: SpaceWord;
}

export const NOTHING_YET: Known = { commits: new Array<number>(GROUPS).fill(0), space: "dropped" };

/** What is known after one more life. */
export function merge(before: Known, life: Life): Known {
  return {
    commits: before.commits.map((commit, group) => Math.max(commit, life.acknowledged[group]!)),
    space: life.space ?? before.space,
  };
}

/**
 * Opens the store and holds it against what is known. Returns what was found, which no later death
 * may take back. Errors: Error that says what is wrong.
 */
export async function judge(directory: string, scenario: Scenario, known: Known): Promise<Known> {
  const store = await Store.open(directory, scenario.options, SMALL);
  try {
    const spaces = SPACE_NAMES.map((name) => store.tablespace(name));
    if (spaces.some((found) => found === undefined)) {
      if (known.commits.some((commit) => commit > 0)) throw new Error("a tablespace is missing");
      return known;
    }
    const commits: number[] = [];
    for (let group = 0; group < GROUPS; group++) {
      commits.push(await judgeGroup(store, spaces as Tablespace[], group, known.commits[group]!));
    }
    return { commits, space: judgeSpace(store, known.space) };
  } finally {
    await store.close();
  }
}

/** Returns the commit that the group is at. */
async function judgeGroup(
  store: Store,
  spaces: readonly Tablespace[],
  group: number,
  known: number,
): Promise<number> {
  const places = spaces.flatMap((space) =>
    groupPages(group, FIRST_PAGE).map((page) => ({ space, page })),
  );
  const [commit, extra] = await headOf(store, spaces[0]!, places[0]!.page);
  if (commit < known) throw new Error(`group ${group}: commit ${known} lost, found ${commit}`);
  if (commit > known + 1) throw new Error(`group ${group}: commit ${commit} after ${known}`);
  const content = pageContent(group, commit, extra);
  for (const { space, page } of places) {
    const head = await headOf(store, space, page);
    if (head.join() !== [commit, extra].join()) {
      const found = `${commit} ${extra} | ${head.join(" ")}`;
      throw new Error(`group ${group} is half there: ${found}`);
    }
    // Zeros: allocated, and no commit yet; so is a page that the first life did not get to.
    if (commit > 0) await judgeContent(store, space, page, content);
  }
  if (commit > 0) await judgeContent(store, spaces[0]!, extra, pageContent(group, commit, 0));
  return commit;
}

async function judgeContent(
  store: Store,
  space: Tablespace,
  page: number,
  content: Uint8Array,
): Promise<void> {
  const found = await store.read(space, page, 0, content.length);
  const differs = content.findIndex((byte, at) => found[at] !== byte);
  if (differs >= 0) throw new Error(`${space.name} page ${page}: wrong content at ${differs}`);
}

/** Commit and extra page; zeros where the page is not allocated. */
async function headOf(store: Store, space: Tablespace, page: number): Promise<[number, number]> {
  try {
    const view = new DataView((await store.read(space, page, 0, 8)).buffer);
    return [view.getUint32(0, true), view.getUint32(4, true)];
  } catch (error) {
    if ((error as { code?: string }).code === "NOT_FOUND") return [0, 0];
    throw error;
  }
}

/** A creation or drop that was not acknowledged may have happened or not, and then stays so. */
function judgeSpace(store: Store, last: SpaceWord): SpaceWord {
  const names = store.tablespaces().map((space) => space.name);
  const expected: readonly string[] = [...SPACE_NAMES, VOLATILE_SPACE];
  const strangers = names.filter((name) => !expected.includes(name));
  if (strangers.length > 0) throw new Error(`unknown tablespaces: ${strangers.join(", ")}`);
  const isThere = names.includes(VOLATILE_SPACE);
  if (last === "created" && !isThere) throw new Error("a tablespace that was created is lost");
  if (last === "dropped" && isThere) throw new Error("a tablespace that was dropped is back");
  return isThere ? "created" : "dropped";
}
