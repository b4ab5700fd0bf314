// One hunt after another, until one of them sees the bug. Which one a canary meets first is written
// in first.ts; the others follow, cheap ones first. What they say of the sound engine is nothing: a
// test holds them to it.

import { EnginePanic } from "../../../host/errors.js";
import { MachineHang } from "../../../host/sim/machine.js";
import { crashHunts } from "./crashes.js";
import { huntInCreation } from "./creation.js";
import { huntForStaleCopies, huntWithDamage } from "./damage.js";
import { huntWithErrors } from "./errors.js";
import { FIRST } from "./first.js";
import { huntBehindGrowth } from "./grown.js";
import { huntForLeftovers } from "./leftovers.js";
import { huntForOrphans } from "./orphan.js";
import type { Catch, Hunter, Quarry } from "./quarry.js";
import { huntUnsyncedRedo } from "./unsynced.js";

export type { Catch, Quarry } from "./quarry.js";

/** Every hunt by name, cheap ones first. */
export const HUNTS: ReadonlyMap<string, Hunter> = new Map<string, Hunter>([
  ["leftovers", huntForLeftovers],
  ["orphan", huntForOrphans],
  ["grown", huntBehindGrowth],
  ["stale", huntForStaleCopies],
  ["unsynced", huntUnsyncedRedo],
  ["errors", huntWithErrors],
  ...crashHunts(),
  ["creation", huntInCreation],
  ["damage", huntWithDamage],
]);

export interface Score {
  readonly name: string;
  readonly found: Catch | null;
  /** The hunt that saw it; empty when none did. */
  readonly hunt: string;
  /** Crash states, runs with an error and damaged disks looked at. */
  readonly states: number;
  readonly milliseconds: number;
}

/** Hunts until the bug is seen or the laboratory has nothing left to try. */
export function hunt(quarry: Quarry): Score {
  const begin = performance.now();
  let states = 0;
  let found: Catch | null = null;
  let by = "";
  for (const [name, hunter] of ordered(quarry.name)) {
    found = attempt(() => hunter(quarry, (count) => (states += count)));
    by = found === null ? "" : name;
    if (found !== null) break;
  }
  return { name: quarry.name, found, hunt: by, states, milliseconds: performance.now() - begin };
}

/** Every hunt, the one that is known to see the canary in front. */
function ordered(canary: string): [string, Hunter][] {
  const first = FIRST.get(canary);
  const isFirst = ([name]: [string, Hunter]): number => (name === first ? 0 : 1);
  return [...HUNTS].sort((a, b) => isFirst(a) - isFirst(b));
}

/** A trap of the engine or a hang is a catch as well. */
function attempt(run: () => Catch | null): Catch | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof EnginePanic)
      return { by: "an assertion of the engine", why: error.message };
    const isDisk = error instanceof Error && error.message.startsWith("sim: ");
    if (isDisk) return { by: "a check of the simulated disk", why: error.message };
    if (error instanceof MachineHang) return { by: kindOf(error), why: error.message };
    throw error;
  }
}

/** A hunt says "lab: expected that …" when a life cannot go on that nothing has disturbed. */
function kindOf({ message }: MachineHang): string {
  return message.startsWith("lab: ") ? "a life that cannot go on" : "a run that does not end";
}
