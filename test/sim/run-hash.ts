// A digest of everything a recorded run is: every event with its bytes, and every promise.

import { createHash } from "node:crypto";
import { recordingOf } from "./lab.js";

export function runHash(workload: string, seed: number): string {
  const { history, model, base } = recordingOf({}, workload, seed);
  const hash = createHash("sha1");
  for (const [path, content] of base.files) hash.update(path).update(content.toBytes());
  for (const { step, request, result } of history) {
    const { data = null, file, ...rest } = { data: undefined, ...request };
    hash.update(JSON.stringify([step, result, file, rest]));
    if (data instanceof Uint8Array) hash.update(data);
  }
  hash.update(JSON.stringify([model.acknowledged, model.lsns, model.submitted, model.spaces]));
  return hash.digest("hex");
}
