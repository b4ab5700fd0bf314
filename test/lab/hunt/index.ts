// One hunt after another, until one of them sees the bug. What they say of the sound engine is
// nothing: a test holds them to it.

import { EnginePanic } from "../../../host/errors.js";
import { MachineHang } from "../../../host/sim/machine.js";
import { huntWithCrashes } from "./crashes.js";
import { huntInCreation } from "./creation.js";
import { huntWithDamage } from "./damage.js";
import { huntWithErrors } from "./errors.js";
import type { Catch, Hunter, Quarry } from "./quarry.js";

export type { Catch, Quarry } from "./quarry.js";

const HUNTERS: readonly Hunter[] = [
  huntWithErrors,
  huntWithCrashes,
  huntInCreation,
  huntWithDamage,
];

export interface Score {
  readonly name: string;
  readonly found: Catch | null;
  /** Crash states, runs with an error and damaged disks looked at. */
  readonly states: number;
  readonly milliseconds: number;
}

/** Hunts until the bug is seen or the laboratory has nothing left to try. */
export function hunt(quarry: Quarry): Score {
  const begin = performance.now();
  let states = 0;
  let found: Catch | null = null;
  for (const hunter of HUNTERS) {
    found = attempt(() => hunter(quarry, (count) => (states += count)));
    if (found !== null) break;
  }
  return { name: quarry.name, found, states, milliseconds: performance.now() - begin };
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
    if (error instanceof MachineHang) return { by: "a run that does not end", why: error.message };
    throw error;
  }
}
