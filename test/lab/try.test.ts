import { test } from "vitest";
import { buildVariant } from "./engine-variant.js";
import { HOST_CANARIES } from "./host-canaries.js";
import { buildMutant, ENGINE_MUTANTS } from "./mutants/index.js";
import { huntInCreation } from "./hunt/creation.js";
import { huntBehindGrowth } from "./hunt/grown.js";
import { huntForLeftovers } from "./hunt/leftovers.js";
import { huntForOrphans } from "./hunt/orphan.js";
import { huntUnsyncedRedo } from "./hunt/unsynced.js";
import { huntForStaleCopies } from "./hunt/damage.js";
const all = { huntInCreation, huntBehindGrowth, huntForLeftovers, huntForOrphans, huntUnsyncedRedo, huntForStaleCopies };
const want: [string, keyof typeof all][] = [
  ["settle-skips-directory","huntInCreation"],["marker-comes-back","huntInCreation"],["extension-not-synced","huntBehindGrowth"],
  ["method: no data sync at file-extend","huntBehindGrowth"],["epoch-not-raised","huntForLeftovers"],["orphan-kept","huntForOrphans"],
  ["settle-skips-redo","huntUnsyncedRedo"],["method: no log sync at recovery","huntUnsyncedRedo"],["stale-copy-restored","huntForStaleCopies"]];
test("try", async () => {
  const sound = await buildVariant({ name: "sound", files: new Map() });
  const go = (label: string, name: keyof typeof all, q: any) => {
    let n = 0; const t = performance.now(); let r: unknown;
    try { r = all[name](q, (c) => (n += c)); } catch (e) { r = "THROWN " + (e as Error).stack; }
    console.log(label, name, n, Math.round(performance.now() - t), r);
  };
  for (const name of Object.keys(all)) go("sound", name as any, { name: "sound", module: sound });
  for (const [name, h] of want) {
    const m = ENGINE_MUTANTS.find((e) => e.name === name);
    if (m) go(name, h, { name, module: await buildMutant(m) });
    else { const c = HOST_CANARIES.find((e) => e.name === name)!; go(name, h, { name, module: sound, method: c.method, backend: c.backend }); }
  }
}, 300_000);
