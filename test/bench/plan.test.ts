// The order of measurement and the sharing of the write budget.

import { describe, expect, test } from "vitest";
import { ByteBudget } from "../../bench/run/budget.js";
import { planConfigs, planTurns } from "../../bench/run/plan.js";

const CONFIGS = planConfigs(["fsync", "O_DIRECT"], ["ON", "OFF"], [1, 2]);

describe("bench plan", () => {
  test("every combination once, in the order given", () => {
    expect(CONFIGS).toHaveLength(8);
    expect(CONFIGS.map((config) => config.id)).toEqual([
      "c1",
      "c2",
      "c3",
      "c4",
      "c5",
      "c6",
      "c7",
      "c8",
    ]);
    expect(CONFIGS[2]!.variables).toEqual({
      innodb_flush_method: "fsync",
      innodb_doublewrite: "OFF",
      innodb_flush_log_at_trx_commit: 1,
    });
  });

  test("the same seed → the same order; another seed → another", () => {
    expect(order(42)).toEqual(order(42));
    expect(order(42)).not.toEqual(order(43));
  });

  test("every round holds every configuration once", () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const round of order(seed)) {
        expect([...round].sort(), `seed ${seed}`).toEqual(CONFIGS.map((config) => config.id));
      }
    }
  });

  test("a round with an odd number reverses the one before", () => {
    const [first, second, third, fourth] = order(5);

    expect(second).toEqual([...first!].reverse());
    expect(fourth).toEqual([...third!].reverse());
  });
});

describe("bench budget", () => {
  test("what a turn leaves unused goes to the turns after it", () => {
    const budget = new ByteBudget(1000, 4);

    expect(budget.nextShare()).toBe(250);
    budget.endTurn(100, 100);
    expect(budget.nextShare()).toBe(300);
    budget.endTurn(900, 900);
    expect(budget.nextShare()).toBe(0);
    expect(budget.spent).toBe(1000);
  });

  test("what turns write unmeasured is kept back, but never all of a share", () => {
    const budget = new ByteBudget(1000, 4);

    budget.endTurn(250, 200);
    expect(budget.nextShare()).toBe(200);
    budget.endTurn(250, 0);
    expect(budget.nextShare()).toBe(100);
    budget.endTurn(400, 0);
    expect(budget.nextShare()).toBe(10);
  });
});

/** Ids by round. */
function order(seed: number): string[][] {
  const rounds: string[][] = [[], [], [], []];
  for (const turn of planTurns(CONFIGS, 4, seed)) rounds[turn.round]!.push(turn.config.id);
  return rounds;
}
