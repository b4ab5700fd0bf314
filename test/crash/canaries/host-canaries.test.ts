// The sound engine under a broken flush method or on a broken backend: each bug must be seen.

import { afterAll, beforeAll, expect, test } from "vitest";
import { buildVariant } from "../../lab/engine-variant.js";
import { HOST_CANARIES } from "../../lab/host-canaries.js";
import { hunt, type Score } from "../../lab/hunt/index.js";
import { scoreTable } from "../../lab/score.js";

const PATIENCE_MS = 300_000;
const scores: Score[] = [];
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await buildVariant({ name: "sound", files: new Map() });
}, PATIENCE_MS);
afterAll(() => console.log(scoreTable(scores)));

test.each(HOST_CANARIES.map((canary) => [canary.name, canary] as const))(
  "host canaries: %s → caught",
  (name, { method, backend, bug, breaks }) => {
    const score = hunt({
      ...{ name, module },
      ...(method === undefined ? {} : { method }),
      ...(backend === undefined ? {} : { backend }),
    });
    scores.push(score);

    expect(score.found, `${bug} It breaks: ${breaks}`).not.toBeNull();
  },
  PATIENCE_MS,
);
