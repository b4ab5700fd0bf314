// Every method of every profile, with every doublewrite mode, breaks on a whole life exactly the
// edges that its table says: on a volatile device, and on a protected one.

import { describe, expect, test } from "vitest";
import { methodNames, profileNames, resolveMethod } from "../../host/flush/index.js";
import { OWN_METHODS } from "../../host/flush/own-methods.js";
import type { DriveTrust, Edge } from "../../host/check/index.js";
import { edgesOf, MODES, type Mode } from "./derivation.js";
import { Judges, live, memoryGround } from "./workload.js";

const DEVICES: readonly DriveTrust[] = ["volatile", "protected"];
/** Ours mean the same under every profile. */
const OWN = OWN_METHODS.map((method) => method.name);

const CASES = profileNames().flatMap((profile) =>
  methodNames(profile)
    .filter((name) => profile === "tornproof" || !OWN.includes(name))
    .map((name) => ({ profile, name })),
);

type Found = Readonly<Record<DriveTrust, readonly Edge[]>>;
const runs = new Map<string, Promise<Found>>();

/** The broken edges of one configuration; each is run once. */
function edgesFound(profile: string, name: string, mode: Mode): Promise<Found> {
  const key = [profile, name, mode].join();
  let run = runs.get(key);
  if (run === undefined) runs.set(key, (run = observe(profile, name, mode)));
  return run;
}

async function observe(profile: string, name: string, mode: Mode): Promise<Found> {
  const judges = new Judges();
  const options = { profile, innodb_flush_method: name, innodb_doublewrite: mode };
  await live(memoryGround(), options, [judges]);
  return { volatile: judges.volatile.broken(), protected: judges.protected.broken() };
}

describe.each(CASES)("checker: $profile $name", ({ profile, name }) => {
  test.each(MODES)("doublewrite %s → the edges its table breaks, and no other", async (mode) => {
    const found = await edgesFound(profile, name, mode);
    const method = resolveMethod(name, { profile, doublewrite: mode });

    for (const device of DEVICES) {
      expect(found[device], device).toEqual(edgesOf(method, mode, device));
    }
  });

  test("doublewrite ON → as its durability class says", async () => {
    const found = await edgesFound(profile, name, "ON");
    const { durability } = resolveMethod(name, { profile, doublewrite: "ON" });

    expect(found.volatile.length === 0, "volatile").toBe(durability === "power-loss");
    expect(found.protected.length === 0, "protected").toBe(durability !== "process-crash");
  });
});

test("checker: all of it in one table → as recorded", async () => {
  const lines: string[] = [];
  const cells = CASES.flatMap((row) => MODES.map((mode) => ({ ...row, mode })));
  for (const { profile, name, mode } of cells) {
    const found = await edgesFound(profile, name, mode);
    lines.push(`${profile} ${name} ${mode}`);
    const broken = DEVICES.filter((device) => found[device].length > 0);
    lines.push(...broken.map((device) => `  ${device}: ${found[device].join(" ")}`));
  }
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("edges.golden.txt");
});
