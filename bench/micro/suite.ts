// The one file that knows benny. It is used for processor work only: benny repeats a case as often
// as its own statistics want, which would make what is written to a disk depend on its speed.

import benny from "benny";

export interface MicroCase {
  readonly name: string;
  /** How many operations one call of `run` makes. */
  readonly batch: number;
  run(): void;
}

export interface MicroResult {
  readonly name: string;
  readonly nanoseconds: number;
  /** Relative margin of error, in percent. */
  readonly margin: number;
}

/** Runs the cases one after the other and returns the time of one operation of each. */
export async function runSuite(cases: readonly MicroCase[]): Promise<MicroResult[]> {
  const added = cases.map((item) => benny.add(item.name, () => () => item.run()));
  const options = benny.configure({ cases: { minSamples: 20, maxTime: 2 } });
  const summary = await benny.suite("tornproof", ...added, options);
  return summary.results.map((result, i) => ({
    name: result.name,
    nanoseconds: (result.details.mean * 1e9) / cases[i]!.batch,
    margin: result.margin,
  }));
}
