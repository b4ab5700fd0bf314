// `npm run fuzz:inspect [files [first seed]]`: the full run of mutated files.

import { startTestEngine } from "../engine-loader.js";
import { mutate, objectionTo } from "./fuzz.js";
import { everyKind } from "./make-files.js";
import { inspectorModule } from "./support.js";

const FILES = 100_000;
const REPORT_EVERY = 10_000;

const files = Number(process.argv[2] ?? FILES);
const first = Number(process.argv[3] ?? 1);
const bases = everyKind(await startTestEngine());
const module = inspectorModule();
let failures = 0;
for (let seed = first; seed < first + files; seed++) {
  const file = mutate(bases, seed);
  const objection = await objectionTo(module, file, seed);
  if (objection !== null) {
    failures++;
    process.stdout.write(`${file.name}: ${objection}\n`);
  }
  const done = seed - first + 1;
  if (done % REPORT_EVERY === 0) process.stderr.write(`${done} files, ${failures} failures\n`);
}
process.stdout.write(
  `${files} mutated files from seed ${first}: ${failures} without a good answer\n`,
);
process.exitCode = failures === 0 ? 0 : 1;
