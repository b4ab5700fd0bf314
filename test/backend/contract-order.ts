// Contract, part 2: what runs when. Nothing before start, chains in order, nothing after a failure
// of its chain, and inline operations before start returns.

import { CALL, OP_LINK } from "../../host/backend/backend.js";
import type { Check } from "./contract.js";
import { bytesDiffer, differ, first, PAGE } from "./rig.js";
import type { OpFields } from "./rig.js";

const { pread, pwrite, fdatasync, zeroFill, nop } = CALL;
const ENODATA = -61;
const ECANCELED = -125;
const CHAINS = 24;

export const orderChecks: Readonly<Record<string, Check>> = {
  "nothing runs before start": async (rig) => {
    const file = rig.create("idle");
    rig.submit({ call: pwrite, file, length: PAGE });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const before = [rig.backend.fileSize(file), rig.reap(), rig.readyCalls];
    rig.backend.start(rig.subject.mode === "inline");
    await rig.collect(1);
    return first(
      differ("size, completions, onReady calls", [0, 0, 0], before),
      differ("size after start", PAGE, rig.backend.fileSize(file)),
    );
  },

  "a linked sync completes after its write": async (rig) => {
    const file = rig.create("chains");
    const ops = Array.from({ length: CHAINS }, (_, i): OpFields[] => [
      { call: pwrite, file, flags: OP_LINK, offset: i * PAGE, length: PAGE },
      { call: fdatasync, file },
    ]);
    const completions = await rig.run(...ops.flat());
    const places = completions.map((completion) => rig.delivered.indexOf(completion!));
    for (let i = 0; i < CHAINS; i++) {
      const [write, sync] = [places[2 * i]!, places[2 * i + 1]!];
      if (write < 0 || sync < 0) return `chain ${i}: a completion is missing`;
      if (sync < write) return `chain ${i}: the sync completed before the write it must cover`;
    }
    return null;
  },

  "a linked operation sees what the one before it wrote": async (rig) => {
    const file = rig.create("overwrites");
    const expected = rig.pattern(PAGE, PAGE, 2).slice();
    const ops = Array.from({ length: CHAINS }, (_, i): OpFields[] => [
      { call: zeroFill, file, flags: OP_LINK, offset: i * PAGE, length: PAGE },
      { call: pwrite, file, flags: OP_LINK, offset: i * PAGE, address: PAGE, length: PAGE },
      { call: pread, file, offset: i * PAGE, address: (i + 2) * PAGE, length: PAGE },
    ]);
    await rig.results(...ops.flat());
    for (let i = 0; i < CHAINS; i++) {
      const seen = rig.memory.subarray((i + 2) * PAGE, (i + 3) * PAGE);
      const wrong = bytesDiffer(`chain ${i}`, expected, seen);
      if (wrong !== null) return wrong;
    }
    return null;
  },

  "a failure cancels the rest of its chain and nothing else": async (rig) => {
    const file = rig.create("canceled");
    const found = await rig.results(
      { call: pread, file, flags: OP_LINK, offset: 1 << 30, length: PAGE },
      { call: pwrite, file, flags: OP_LINK, length: PAGE },
      { call: nop },
      { call: pwrite, file, flags: OP_LINK, length: 10 },
      { call: pread, file, offset: 1 << 30, length: PAGE },
      { call: nop },
    );
    const expected = [ENODATA, ECANCELED, ECANCELED, 10, ENODATA, 0];
    return first(
      differ("results", expected, found),
      differ("size: a canceled write wrote", 10, rig.backend.fileSize(file)),
    );
  },

  "inline operations are done when start returns, in order of submission": async (rig) => {
    const [slow, file] = [rig.create("slow"), rig.create("inline")];
    const background = Array.from({ length: 8 }, () =>
      rig.submit({ call: zeroFill, file: slow, length: 1 << 20 }),
    );
    rig.backend.start(false);
    const tags = [
      rig.submit({ call: pwrite, file, offset: PAGE, length: PAGE }),
      rig.submit({ call: pwrite, file, length: PAGE }),
      rig.submit({ call: fdatasync, file }),
    ];
    rig.backend.start(true);
    rig.reap();
    const inline = rig.delivered.filter(({ tag }) => tags.includes(tag));
    const size = rig.backend.fileSize(file);
    await rig.collect(background.length + tags.length);
    return first(
      differ(
        "tags reaped after start",
        tags,
        inline.map(({ tag }) => tag),
      ),
      differ(
        "results",
        [PAGE, PAGE, 0],
        inline.map(({ result }) => result),
      ),
      differ("size", 2 * PAGE, size),
      differ("completions in the end", background.length + tags.length, rig.delivered.length),
    );
  },
};
