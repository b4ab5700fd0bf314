// Adds up the counters of many instances and says which sides of which branches were never taken.

import type { Branch } from "./instrument.js";
import type { CoverageExports } from "./probe.js";

export class Coverage {
  private readonly counters: Uint8Array;

  constructor(private readonly branches: readonly Branch[]) {
    this.counters = new Uint8Array(branches.length * 2);
  }

  /** Takes over what an instance has counted so far; `memory` is its linear memory. */
  add(exports: CoverageExports, memory: Uint8Array): void {
    const at = exports.coverageAddress();
    if (exports.coverageLength() !== this.counters.length) {
      throw new Error("coverage: the instance was built from other sources than these branches");
    }
    for (let i = 0; i < this.counters.length; i++) this.counters[i]! |= memory[at + i]!;
  }

  /** Sides there are: two for a condition, one for a case. */
  get sides(): number {
    return this.branches.reduce((sum, { kind }) => sum + (kind === "case" ? 1 : 2), 0);
  }

  get taken(): number {
    return this.sides - this.missing().length;
  }

  /** Sides never taken, as "file:line:column condition → side", in the order of the sources. */
  missing(): string[] {
    return this.branches.flatMap((branch, id) => {
      const sides = branch.kind === "case" ? ["entered"] : ["false", "true"];
      const offset = branch.kind === "case" ? 1 : 0;
      return sides
        .filter((_, side) => this.counters[id * 2 + side + offset] === 0)
        .map((side) => `${placeOf(branch)} ${branch.text} → ${side}`);
    });
  }
}

function placeOf({ file, line, column }: Branch): string {
  return `${file}:${line}:${column}`;
}
