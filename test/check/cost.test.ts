// What the checker costs: cheap enough to be on during every simulated run.

import { expect, test } from "vitest";
import { TraceChecker } from "../../host/check/index.js";
import type { IoEvent } from "../../host/observe/event.js";
import { live, memoryGround } from "./workload.js";

const ROUNDS = 20;
/** Far above what is measured, and far below what would hurt. */
const NANOSECONDS_MAX = 20_000;

test("checker: one event → processor time far below that of the operation it describes", async () => {
  const events: IoEvent[] = [];
  const recorder = { observe: (event: IoEvent): void => void events.push(event) };
  await live(memoryGround(), { innodb_flush_method: "O_DIRECT" }, [recorder], { commits: 500 });

  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const checker = new TraceChecker();
    const start = process.cpuUsage();
    for (const event of events) checker.observe(event);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, ((user + system) * 1000) / events.length);
    expect(checker.violations).toEqual([]);
  }
  console.log(`checker: ${best.toFixed(0)} ns per event, ${events.length} events`);
  expect(best).toBeLessThan(NANOSECONDS_MAX);
});
