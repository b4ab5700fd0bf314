// One job of a crew, on whatever thread it runs.

import type { Job, RunJob } from "./crew.js";
import { Bench } from "./lab.js";
import { tellCase } from "./replay.js";
import { exploreUnit } from "./unit.js";

/** Returns what runs jobs with machines of its own, kept from one job to the next. */
export function jobRunner(): RunJob {
  const bench = new Bench();
  return (job: Job, listener, visited) => {
    if (job.type === "tell") {
      listener({ type: "told", asked: job.id, told: tellCase(job.id, job.shrink) });
      return;
    }
    for (const each of job.jobs) {
      let asked = 0;
      const goOn = (): boolean => {
        asked++;
        visited(1);
        return true;
      };
      const result = exploreUnit(bench, each, goOn);
      // Not every exploration asks at every state.
      visited(result.states - asked);
      listener({ type: "unit", result });
    }
  };
}
