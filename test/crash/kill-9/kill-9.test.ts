// kill -9 at random moments: whatever was acknowledged is there, whatever was not is there as a
// whole or not at all. This tests recovery, not power: the page cache survives a kill.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { backendProblem } from "../../../host/index.js";
import { judge, liveAndDie, merge, NOTHING_YET } from "./judge.js";
import type { Scenario } from "./scenario.js";

const SEED = 20261121;
/** 10 scenarios of 21 kills. */
const KILLS_PER_SCENARIO = 21;

const folder = mkdtempSync(join(tmpdir(), "tornproof-kill-"));
afterAll(() => rmSync(folder, { recursive: true }));

// With copies of pages the pages may be large: a kill can cut a large write in half.
const SCENARIOS: readonly Scenario[] = [
  scenario("native", "fsync", "ON", 16384, 1, false),
  scenario("native", "O_DIRECT", "ON", 4096, 16, false),
  scenario("native", "O_DIRECT", "OFF", 4096, 1, true),
  scenario("native", "O_DSYNC", "ON", 16384, 4, false),
  scenario("native", "O_DIRECT_NO_FSYNC", "DETECT_ONLY", 4096, 16, false),
  scenario("native", "nosync", "DETECT_AND_RECOVER", 4096, 4, false),
  scenario("node-fs", "fdatasync", "ON", 4096, 1, true),
  scenario("node-fs", "O_DIRECT", "ON", 16384, 16, false),
  scenario("node-fs", "O_DIRECT+O_DSYNC", "OFF", 4096, 4, false),
  scenario("node-fs", "littlesync", "ON", 4096, 1, false),
];

function scenario(
  backend: string,
  method: string,
  doublewrite: string,
  pageSize: number,
  committers: number,
  blocking: boolean,
): Scenario {
  const api = blocking ? "blocking" : `${committers} committers`;
  return {
    name: `${backend}, ${method}, doublewrite ${doublewrite}, ${pageSize}-byte pages, ${api}`,
    options: {
      backend,
      innodb_page_size: pageSize,
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
    let known = NOTHING_YET;
    let commits = 0;
    let deathsInRecovery = 0;

    for (let kill = 0; kill < KILLS_PER_SCENARIO; kill++) {
      const ms = random() * 40;
      // Every third death is followed by one in the middle of the recovery from it.
      const life = await liveAndDie(directory, one, { after: "ready", ms });
      if (kill % 3 === 2) {
        // An open with recovery takes longer than the one without that was just measured.
        const death = { after: "opening", ms: random() * life.openMs! } as const;
        const next = await liveAndDie(directory, one, death, "recover-only");
        if (next.openMs === null) deathsInRecovery++;
      }
      commits += life.commits;

      const verdict = judge(directory, one, merge(known, life));
      const when = `kill ${kill}, ${ms.toFixed(1)} ms after ready, seed ${SEED}`;
      await expect(verdict, when).resolves.toBeDefined();
      known = await verdict;
    }
    expect(deathsInRecovery, "deaths before the store was open").toBeGreaterThan(0);
    expect(commits, "the child did commit").toBeGreaterThan(KILLS_PER_SCENARIO);
  });
});

describe("kill -9 canary", () => {
  const honest = scenario("node-fs", "fsync", "ON", 4096, 1, false);

  test("a promise given before redo is written → the judge notices", async () => {
    const early = { ...honest.options, innodb_flush_log_at_trx_commit: 0 };

    expect(await noticed({ ...honest, name: "early", options: early })).toMatch(/lost/);
  });

  test("a commit made of two transactions → the judge notices", async () => {
    expect(await noticed({ ...honest, name: "halves", isTorn: true })).toMatch(/half there/);
  });

  /** What the judge says of a store that breaks its promise; "" when 20 kills did not show it. */
  async function noticed(liar: Scenario): Promise<string> {
    const directory = join(folder, `canary-${liar.name}`);
    const random = generator(SEED);
    let known = NOTHING_YET;
    for (let kill = 0; kill < 20; kill++) {
      known = merge(
        known,
        await liveAndDie(directory, liar, {
          after: "ready",
          ms: 5 + random() * 30,
        }),
      );
      try {
        known = await judge(directory, liar, known);
      } catch (error) {
        return (error as Error).message;
      }
    }
    return "";
  }
});

/** Seeded numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
