import { test } from "vitest";
import { randomRun } from "../random-history.js";
import { SlowModel } from "../slow-model.js";
import { Persistence } from "../../../host/sim/persistence.js";
import { CrashPoint } from "../../../host/sim/crash-point.js";
test("x", () => {
  const device = JSON.parse(process.env.DEV!);
  const run = randomRun(Number(process.env.SEED), JSON.parse(process.env.SHAPE ?? '{"events":14,"openWritesMax":3,"sectorsMax":2,"fileSectors":5}'));
  for (const e of run.history.slice(0, Number(process.env.CUT))) { const {note, ...r} = e.request as any; console.log(e.step, e.result, r.type, r.number, r.file?.number, r.path, r.offset, r.length, r.data === null ? "zeros" : "", r.direct, r.synchronous, r.atomic); }
  console.log([...run.base.files].map(([p, c]) => p + c.size));
  const slow = new SlowModel(run, Number(process.env.CUT), device, process.env.CRASH as any);
  const p = new Persistence(run.base, run.files, device);
  for (const event of run.history.slice(0, Number(process.env.CUT))) p.take(event);
  const point = new CrashPoint(p, process.env.CRASH as any, device);
  console.log("fast", point.uncertain.map((u) => u.number), point.growingFiles.map((f) => [f, point.growthsOf(f)]), point.entriesCount, [...p.files.values()].map((f) => [f.file.number, f.durableSize, f.size]), p.writes.map((w) => [w.request.number, w.layer]), p.growths.map((g) => [g.size, g.layer]));
  const files = new Set([...run.files, ...run.history.map((e) => (e.request as any).file).filter((f) => f)]);
  console.log("slow", slow.uncertainWrites().map((u) => u.number), [...files].map((f) => [f.number, slow.uncertainSizes(f), (slow as any).surelySized(f)]), slow.uncertainEntries().length);
});
