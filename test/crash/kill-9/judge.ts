// Kills the child at a random moment, reopens the store, and holds it against what was acknowledged.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { once } from "node:events";
import { packageRoot, Store, type Tablespace } from "../../../host/index.js";
import { FIRST_PAGE, groupPages, GROUPS, SMALL, SPACE_NAMES, VOLATILE_SPACE } from "./scenario.js";
import type { Scenario } from "./scenario.js";

const CHILD = join(packageRoot(), "build/js/test/crash/kill-9/child.js");

/** What one life of the child said before it was killed. */
export interface Life {
  /** Last acknowledged commit of each group, 0 when none. */
  readonly acknowledged: readonly number[];
  /** The last word about the tablespace that comes and goes. */
  readonly space: "created" | "dropped" | null;
  readonly commits: number;
}

/**
 * Starts the child and kills it `afterMs` after it is ready (a negative number: that long after its
 * start, so that it dies while it opens or recovers). Errors: Error when the child ends by itself.
 */
export async function liveAndDie(
  directory: string,
  scenario: Scenario,
  afterMs: number,
  mode = "commit",
): Promise<Life> {
  const args = [CHILD, directory, JSON.stringify(scenario), mode];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let problem = "";
  let killer: NodeJS.Timeout | null = null;
  const killIn = (ms: number): void => {
    killer ??= setTimeout(() => child.kill("SIGKILL"), ms);
  };
  if (afterMs < 0) killIn(-afterMs);
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("latin1");
    if (output.startsWith("ready\n")) killIn(afterMs);
  });
  child.stderr.on("data", (chunk: Buffer) => (problem += chunk.toString()));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal !== "SIGKILL") throw new Error(`the child ended by itself (${code}): ${problem}`);
  return parse(output);
}

/** A line cut by the kill is no acknowledgment that anybody has read. */
function parse(output: string): Life {
  const acknowledged = new Array<number>(GROUPS).fill(0);
  let space: Life["space"] = null;
  let commits = 0;
  for (const line of output.split("\n").slice(0, -1)) {
    if (line === "created" || line === "dropped") space = line;
    const commit = /^(\d+) (\d+)$/.exec(line);
    if (commit === null) continue;
    acknowledged[Number(commit[1])] = Number(commit[2]);
    commits++;
  }
  return { acknowledged, space, commits };
}

/** Highest commit of each group that any life has acknowledged. */
export function merge(before: readonly number[], life: Life): number[] {
  return before.map((commit, group) => Math.max(commit, life.acknowledged[group]!));
}

/** Opens the store and returns what is wrong with it, or null. */
export async function judge(
  directory: string,
  scenario: Scenario,
  acknowledged: readonly number[],
  space: Life["space"],
): Promise<string | null> {
  const store = await Store.open(directory, scenario.options, SMALL);
  try {
    const spaces = SPACE_NAMES.map((name) => store.tablespace(name));
    if (spaces.some((found) => found === undefined)) {
      const isNew = acknowledged.every((commit) => commit === 0);
      return isNew ? null : "a tablespace is missing";
    }
    for (let group = 0; group < GROUPS; group++) {
      const wrong = await judgeGroup(store, spaces as Tablespace[], group, acknowledged[group]!);
      if (wrong !== null) return wrong;
    }
    return judgeSpace(store, space);
  } finally {
    await store.close();
  }
}

async function judgeGroup(
  store: Store,
  spaces: readonly Tablespace[],
  group: number,
  acknowledged: number,
): Promise<string | null> {
  const seen = new Set<string>();
  for (const space of spaces) {
    for (const page of groupPages(group, FIRST_PAGE)) {
      const body = await readOrNull(store, space, page);
      // Zeros: allocated, and no commit yet; so is a page that the first life did not get to.
      seen.add(body === null ? "0 0" : `${body.getUint32(0, true)} ${body.getUint32(4, true)}`);
    }
  }
  if (seen.size !== 1) return `group ${group} is half there: ${[...seen].join(" | ")}`;
  const [found] = [...seen];
  const [commit, extra] = found!.split(" ").map(Number) as [number, number];
  if (commit < acknowledged) return `group ${group}: commit ${acknowledged} lost, found ${commit}`;
  if (extra === 0) return null;
  const body = await readOrNull(store, spaces[0]!, extra);
  if (body?.getUint32(0, true) === commit) return null;
  return `group ${group}: its extra page ${extra} is not of commit ${commit}`;
}

async function readOrNull(store: Store, space: Tablespace, page: number): Promise<DataView | null> {
  try {
    return new DataView((await store.read(space, page, 0, 8)).buffer);
  } catch (error) {
    if ((error as { code?: string }).code === "NOT_FOUND") return null;
    throw error;
  }
}

/** A creation or drop that was not acknowledged may have happened or not. */
function judgeSpace(store: Store, last: Life["space"]): string | null {
  const names = store.tablespaces().map((space) => space.name);
  const known: readonly string[] = [...SPACE_NAMES, VOLATILE_SPACE];
  const strangers = names.filter((name) => !known.includes(name));
  if (strangers.length > 0) return `unknown tablespaces: ${strangers.join(", ")}`;
  // After "created" only a drop may be under way, and the other way round: both answers are right.
  return last === null || names.length <= known.length
    ? null
    : "more tablespaces than were created";
}
