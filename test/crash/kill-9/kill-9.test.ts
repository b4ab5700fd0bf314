// kill -9 at random moments: whatever was acknowledged is there, whatever was not is there as a whole
// or not at all. This tests recovery, not power: the page cache survives a kill.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { backendProblem } from "../../../host/index.js";
import { judge, type Life, liveAndDie, merge } from "./judge.js";
import { GROUPS, type Scenario } from "./scenario.js";

const SEED = 20261121;
/** 10 scenarios of 21 kills. */
const KILLS_PER_SCENARIO = 21;

const folder = mkdtempSync(join(tmpdir(), "tornproof-kill-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIOS: readonly Scenario[] = [
  scenario("native", "fsync", "ON", 1, false),
  scenario("native", "O_DIRECT", "ON", 16, false),
  scenario("native", "O_DIRECT", "OFF", 1, true),
  scenario("native", "O_DSYNC", "ON", 4, false),
  scenario("native", "O_DIRECT_NO_FSYNC", "DETECT_ONLY", 16, false),
  scenario("native", "nosync", "DETECT_AND_RECOVER", 4, false),
  scenario("node-fs", "fdatasync", "ON", 1, true),
  scenario("node-fs", "O_DIRECT", "ON", 16, false),
  scenario("node-fs", "O_DIRECT+O_DSYNC", "OFF", 4, false),
  scenario("node-fs", "littlesync", "ON", 1, false),
];

function scenario(
  backend: string,
  method: string,
  doublewrite: string,
  committers: number,
  blocking: boolean,
): Scenario {
  const api = blocking ? "blocking" : `${committers} committers`;
  return {
    name: `${backend}, ${method}, doublewrite ${doublewrite}, ${api}`,
    options: {
      backend,
      innodb_page_size: 4096,
      innodb_flush_method: method,
      innodb_doublewrite: doublewrite,
      innodb_doublewrite_pages: 8,
    },
    committers,
    blocking,
  };
}

describe.each(SCENARIOS)("kill -9: $name", (one) => {
  const isMissing = one.options.backend === "native" && backendProblem("native") !== null;

  test.skipIf(isMissing)(`${KILLS_PER_SCENARIO} kills → nothing acknowledged is lost`, async () => {
    const directory = join(folder, one.name.replaceAll(/\W+/g, "-"));
    const random = generator(SEED + one.name.length * 7919);
    let acknowledged = new Array<number>(GROUPS).fill(0);
    let space: Life["space"] = null;
    let commits = 0;

    for (let kill = 0; kill < KILLS_PER_SCENARIO; kill++) {
      const afterMs = random() * 40;
      // Every third death is followed by one in the middle of the recovery from it.
      const life = await liveAndDie(directory, one, afterMs);
      if (kill % 3 === 2) await liveAndDie(directory, one, -(30 + random() * 60), "recover-only");
      acknowledged = merge(acknowledged, life);
      space = life.space ?? space;
      commits += life.commits;

      const wrong = await judge(directory, one, acknowledged, space);
      expect(wrong, `kill ${kill}, ${afterMs.toFixed(1)} ms after ready, seed ${SEED}`).toBeNull();
    }
    expect(commits, "the child did commit").toBeGreaterThan(KILLS_PER_SCENARIO);
  });
});

test("kill -9: a promise given before redo is written → the judge notices", async () => {
  const liar = scenario("node-fs", "fsync", "ON", 1, false);
  const early: Scenario = {
    ...liar,
    options: { ...liar.options, innodb_flush_log_at_trx_commit: 0 },
  };
  const directory = join(folder, "canary");
  const random = generator(SEED);
  let acknowledged = new Array<number>(GROUPS).fill(0);
  let noticed: string | null = null;

  for (let kill = 0; kill < 20 && noticed === null; kill++) {
    const life = await liveAndDie(directory, early, 5 + random() * 30);
    acknowledged = merge(acknowledged, life);
    noticed = await judge(directory, early, acknowledged, null);
  }

  expect(noticed).toMatch(/lost/);
});

/** Seeded numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
