// An engine that is rewound instead of made anew: thousands of lives in one instance, each as in a
// fresh one, whatever the life before has left in its buffers.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Random } from "../../host/random.js";
import { installedEngine } from "../../host/installed-engine.js";
import { CrashPoint } from "../../host/sim/crash-point.js";
import { drawChoice } from "../../host/sim/draw.js";
import { walk } from "../../host/sim/explorer.js";
import { deviceFor } from "../../host/sim/fault-model.js";
import type { Image } from "../../host/sim/image.js";
import { labOptions } from "../../host/sim/lab-config.js";
import { SimMachine, STATE } from "../../host/sim/machine.js";
import type { Recording } from "../../host/sim/recording.js";
import { modelOf, recordingOf } from "./lab.js";

const LIVES = 2000;
/** A fresh instance costs as much as a hundred rewinds. */
const FRESH_ONE_IN = 20;
const GARBAGE = 0xa5;

const SETTINGS = [
  { method: "O_DIRECT", doublewrite: "ON" },
  { method: "nosync", doublewrite: "DETECT_ONLY" },
] as const;

function machineFor({ config, sizes }: Recording): SimMachine {
  return new SimMachine({
    ...{ module: installedEngine(), method: config.method, pageSize: config.pageSize },
    options: labOptions(config, sizes),
  });
}

/** Disks drawn from everywhere in a recording, most of them damaged in some way. */
function someDisks(recording: Recording, count: number): Image[] {
  const random = new Random(11);
  const model = modelOf("torn");
  const device = deviceFor(model);
  const disks: Image[] = [];
  const share = count / (recording.history.length + 1);
  walk({ recording, device }, (_cut, persistence) => {
    const point = new CrashPoint(persistence, model.crash, device);
    while (random.next() < share && disks.length < count) {
      disks.push(point.image(drawChoice(point, model.freedom, random)));
      if (random.next() > 0.5) break;
    }
    return true;
  });
  return disks;
}

/** Recovers a disk and goes on: every call made, the state reached, and what the disk is then. */
function life(machine: SimMachine, image: Image): string {
  const hash = createHash("sha1");
  machine.now = 1;
  machine.onTrace = (event) => void hash.update(JSON.stringify(event));
  const found = machine.boot(image);
  const state = machine.start(found);
  if (state === STATE.running) machine.checkpoint();
  hash.update(`${found} ${state} ${machine.engine.exports.lsn()}`);
  for (const [path, content] of machine.disk.image().files)
    hash.update(path).update(content.toBytes());
  return hash.digest("hex");
}

describe.each(SETTINGS)(
  "rewind, $method, doublewrite $doublewrite",
  { timeout: 240_000 },
  (setting) => {
    test(`${LIVES} lives of one instance → the calls and bytes of fresh ones`, () => {
      const recording = recordingOf(setting, "life", 5);
      const disks = someDisks(recording, 200);
      const rewound = machineFor(recording);
      const expected = new Map<number, string>();
      const random = new Random(1);
      for (let n = 0; n < LIVES; n++) {
        const i = random.below(disks.length);
        rewound.pool.reset();
        const found = life(rewound, disks[i]!);
        if (!expected.has(i) && n % FRESH_ONE_IN === 0) {
          expected.set(i, life(machineFor(recording), disks[i]!));
        }
        expect(found, `life ${n}, disk ${i}`).toBe(expected.get(i) ?? found);
        expected.set(i, found);
      }
      expect(new Set(expected.values()).size, "disks that differ").toBeGreaterThan(50);
    });

    test("every buffer full of garbage before the boot → the same calls and bytes", () => {
      const recording = recordingOf(setting, "life", 6);
      const [clean, dirty] = [machineFor(recording), machineFor(recording)];
      for (const [i, disk] of someDisks(recording, 150).entries()) {
        const { engine } = dirty;
        engine.bytes.fill(GARBAGE, engine.exports.arenaStateEnd());

        expect(life(dirty, disk), `disk ${i}`).toBe(life(clean, disk));
      }
    });
  },
);
