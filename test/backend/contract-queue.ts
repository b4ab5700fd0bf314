// Contract, part 3: the queue. Every tag once, honest counts, failures reported by completion,
// announcements on the event loop, and an orderly end.

import { CALL } from "../../host/backend/backend.js";
import type { IoOp } from "../../host/backend/backend.js";
import type { Check } from "./contract.js";
import { bytesDiffer, differ, first, PAGE } from "./rig.js";
import type { OpFields } from "./rig.js";

const { pread, pwrite, fsync, fdatasync, zeroFill, nop } = CALL;
const NO_FILE = 999_999;
const MANY = 200;

export const queueChecks: Readonly<Record<string, Check>> = {
  "every tag is delivered exactly once, unchanged": async (rig) => {
    const file = rig.create("tags");
    const calls = [pwrite, nop, fdatasync, zeroFill];
    const tags = Array.from({ length: MANY }, (_, i) => i * 7919 + (i % 2) * 0x7fff0000);
    for (const [i, tag] of tags.entries()) {
      rig.submit({ tag, call: calls[i % calls.length]!, file, offset: i * 512, length: 512 });
    }
    rig.backend.start(rig.subject.mode === "inline");
    await rig.collect(MANY);
    await new Promise((resolve) => setTimeout(resolve, 5));
    rig.reap();
    const times = new Map(tags.map((tag) => [tag, 0]));
    for (const { tag } of rig.delivered) times.set(tag, (times.get(tag) ?? 0) + 1);
    const wrong = [...times].filter(([tag, count]) => count !== 1 || !tags.includes(tag));
    return differ("[tag, deliveries] that are not 1", [], wrong);
  },

  "pending counts from submit until the completion is reaped": async (rig) => {
    const file = rig.create("pending");
    const counts = [rig.backend.pending()];
    for (let i = 0; i < 3; i++) rig.submit({ call: pwrite, file, offset: i * PAGE, length: PAGE });
    counts.push(rig.backend.pending());
    rig.backend.start(rig.subject.mode === "inline");
    counts.push(rig.backend.pending());
    await rig.collect(3);
    counts.push(rig.backend.pending());
    const reaped = rig.reap();
    return first(
      differ("pending when idle, submitted, started, reaped", [0, 3, 3, 0], counts),
      differ("completions of a second reap", 0, reaped),
    );
  },

  "the operation object may be reused after submit": async (rig) => {
    const file = rig.create("reused");
    const expected = rig.pattern(0, 4 * 512, 9).slice();
    const op: IoOp = { tag: 0, call: pwrite, file, flags: 0, offset: 0, address: 0, length: 512 };
    for (let i = 0; i < 4; i++) {
      Object.assign(op, { tag: 1000 + i, offset: i * 512, address: i * 512 });
      rig.backend.submit(op);
    }
    Object.assign(op, { tag: 1, call: nop, file: NO_FILE, length: 0 });
    rig.backend.start(rig.subject.mode === "inline");
    await rig.collect(4);
    return bytesDiffer("the file", expected, await rig.content(file, 0, expected.length));
  },

  "a bad or closed handle is reported by completion": async (rig) => {
    const closed = rig.create("closed");
    rig.close(closed);
    const ops: OpFields[] = [pread, pwrite, fsync, fdatasync, zeroFill].flatMap((call) => [
      { call, file: NO_FILE, length: 512 },
      { call, file: closed, length: 512 },
      { call, file: -1, length: 512 },
    ]);
    const found = await rig.results(...ops);
    const wrong = found.findIndex((result) => result === null || result >= 0);
    if (wrong < 0) return null;
    return differ(`call ${ops[wrong]!.call}, handle ${ops[wrong]!.file}`, "< 0", found[wrong]);
  },

  "an address outside the memory is reported by completion": async (rig) => {
    const file = rig.create("outside");
    await rig.results({ call: pwrite, file, length: PAGE });
    const end = rig.memory.length;
    const found = await rig.results(
      { call: pwrite, file, address: end - 100, length: 101 },
      { call: pread, file, address: end, length: 1 },
      { call: pwrite, file, address: end + PAGE, length: PAGE },
    );
    const wrong = found.findIndex((result) => result === null || result >= 0);
    return wrong < 0 ? null : differ(`operation ${wrong}`, "< 0", found[wrong]);
  },

  "onReady announces asynchronous completions, never from inside a call": async (rig) => {
    if (rig.subject.mode === "inline") return null;
    const file = rig.create("ready");
    for (let round = 1; round <= 3; round++) {
      const before = rig.readyCalls;
      rig.submit({ call: pwrite, file, length: PAGE });
      rig.submit({ call: nop });
      rig.submit({ call: pread, file: NO_FILE, length: 1 });
      rig.backend.start(false);
      if (rig.readyCalls > before) return `round ${round}: onReady was called from inside start`;
      await rig.collect(3 * round);
      if (rig.readyCalls === before) return `round ${round}: onReady was not called`;
    }
    return differ("completions", 9, rig.delivered.length);
  },

  "wait blocks where promised, and is refused with nothing pending": async (rig) => {
    if (!throws(() => rig.backend.wait())) return "wait returned with nothing pending";
    if (!rig.backend.capabilities.blockingWait) return null;
    const file = rig.create("wait");
    for (let i = 0; i < 8; i++) rig.submit({ call: pwrite, file, offset: i * PAGE, length: PAGE });
    rig.backend.start(rig.subject.mode === "inline");
    while (rig.delivered.length < 8) {
      rig.backend.wait();
      if (rig.reap() === 0) return "wait returned and nothing could be reaped";
    }
    return throws(() => rig.backend.wait()) ? null : "wait returned with everything reaped";
  },

  "durations are whole nanoseconds, 0 or more": async (rig) => {
    const file = rig.create("time");
    const completions = await rig.run(
      { call: pwrite, file, length: PAGE },
      { call: fdatasync, file },
      { call: nop },
    );
    const found = completions.map((completion) => completion?.nanoseconds ?? NaN);
    const sound = found.every((ns) => Number.isInteger(ns) && ns >= 0 && ns < 60e9);
    return sound ? null : differ("nanoseconds", "whole, 0 to 60e9", found);
  },

  "detach waits for what is in flight, and may be called twice": async (rig) => {
    const file = rig.create("detached");
    const expected = rig.pattern(0, 32 * PAGE, 4).slice();
    for (let i = 0; i < 32; i++) {
      const at = i * PAGE;
      rig.submit({ call: pwrite, file, offset: at, address: at, length: PAGE });
    }
    rig.backend.start(rig.subject.mode === "inline");
    await Promise.all([rig.backend.detach(), rig.backend.detach()]);
    await rig.backend.detach();
    rig.close(file);
    const later = rig.reopened();
    const again = later.backend.open(
      later.path("detached"),
      { direct: false, sync: "none" },
      false,
    );
    const found = await later.content(again, 0, expected.length);
    later.backend.close(again);
    await later.end();
    return bytesDiffer("the file", expected, found);
  },
};

function throws(call: () => void): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}
