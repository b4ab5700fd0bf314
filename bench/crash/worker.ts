// The thread behind ThreadCrew: takes a job, answers, asks for the next one.

import { parentPort, workerData } from "node:worker_threads";
import type { Answer, Job, WorkerData } from "./crew.js";
import { jobRunner } from "./jobs.js";

const { counters, index } = workerData as WorkerData;
const states = new Int32Array(counters);
const run = jobRunner();
const answer = (message: Answer): void => parentPort!.postMessage(message);

parentPort!.on("message", (job: Job) => {
  run(job, answer, (count) => void Atomics.add(states, index, count));
  answer({ type: "done" });
});
