// What a run measures, and in which order: every configuration once per round, the order within a
// round seeded, and every second round the reverse of the one before (A B C, C B A, …). A disk that
// slows down or speeds up during the run then favors nobody.

import { Random } from "../host.js";

/** One row of the result tables. `variables` are InnoDB's, or the mode of a sync-only probe. */
export interface Config {
  readonly id: string;
  readonly variables: Readonly<Record<string, string | number>>;
}

/** One step of the schedule. */
export interface Turn {
  readonly round: number;
  /** Position within the round, from 0. */
  readonly position: number;
  readonly config: Config;
}

/** Returns every combination of the three lists, in the order given. */
export function planConfigs(
  methods: readonly string[],
  doublewrites: readonly string[],
  trxCommits: readonly number[],
): Config[] {
  const configs: Config[] = [];
  for (const method of methods) {
    for (const doublewrite of doublewrites) {
      for (const trxCommit of trxCommits) {
        configs.push({
          id: `c${configs.length + 1}`,
          variables: {
            innodb_flush_method: method,
            innodb_doublewrite: doublewrite,
            innodb_flush_log_at_trx_commit: trxCommit,
          },
        });
      }
    }
  }
  return configs;
}

/** Returns the order of measurement; equal for equal arguments. */
export function planTurns(configs: readonly Config[], rounds: number, seed: number): Turn[] {
  const random = new Random(seed);
  const turns: Turn[] = [];
  let order: Config[] = [];
  for (let round = 0; round < rounds; round++) {
    order = round % 2 === 0 ? random.shuffle(configs) : [...order].reverse();
    order.forEach((config, position) => turns.push({ round, position, config }));
  }
  return turns;
}

/** Returns the words a person knows a configuration by: "O_DIRECT, doublewrite ON". */
export function configWords(config: Config, variesTrxCommit = true): string {
  const { variables } = config;
  if ("mode" in variables) return `${variables["mode"]}, ${variables["write_bytes"]} bytes`;
  const words = `${variables["innodb_flush_method"]}, doublewrite ${variables["innodb_doublewrite"]}`;
  const trxCommit = variables["innodb_flush_log_at_trx_commit"];
  return variesTrxCommit ? `${words}, trx_commit ${trxCommit}` : words;
}
