// Recovery keeps to the protocol too: after a kill, after a power cut that takes everything not
// synced, and after one that takes nothing, again and again on one store, under one checker.

import { describe, expect, test } from "vitest";
import type { StoreOptions } from "../../host/options.js";
import { randomFrom } from "../store/helpers.js";
import { ForgetfulGround } from "./forgetful.js";
import { change, Judges, Session } from "./workload.js";

const LIVES = 8;
const ENDS = ["kill", "cut that loses", "cut that keeps"] as const;

const SETTINGS: readonly StoreOptions[] = [
  { innodb_flush_method: "fsync" },
  { innodb_flush_method: "O_DIRECT", innodb_doublewrite: "OFF" },
  { innodb_flush_method: "fsync", innodb_flush_log_at_trx_commit: 2 },
  { innodb_flush_method: "O_DSYNC", innodb_doublewrite: "DETECT_ONLY" },
];

describe.each(SETTINGS)("checker: lives that end in the middle, %j", (options) => {
  test("kills and power cuts in a row → no edge is broken, recovery included", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const ends = await livesOf(options, seed);
      const { judges, story } = ends;
      const told = judges.volatile.violations.map((violation) => violation.sentence);
      expect(told, `seed ${seed}: ${story.join(", ")}`).toEqual([]);
    }
  });
});

async function livesOf(
  options: StoreOptions,
  seed: number,
): Promise<{ judges: Judges; story: string[] }> {
  const random = randomFrom(seed);
  const ground = new ForgetfulGround();
  const judges = new Judges();
  const story: string[] = [];
  for (let life = 0; life < LIVES; life++) {
    const session = await Session.open(ground, options, [judges]);
    const { store } = session;
    const name = `t${random(3)}`;
    const space = store.tablespace(name) ?? (await store.createTablespace(name));
    await change(store, space, random, 5 + random(40));
    if (random(3) === 0) await store.checkpoint();
    if (random(4) === 0) await store.dropTablespace(name);
    const end = ENDS[random(ENDS.length)]!;
    story.push(end);
    await session.kill();
    if (end === "kill") continue;
    judges.observe({ type: "power-cut" });
    ground.cut(end === "cut that keeps");
  }
  return { judges, story };
}
