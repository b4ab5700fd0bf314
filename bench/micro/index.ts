// `npm run bench:micro`: what single operations cost the processor, without any disk.

import { messageOf } from "../exit.js";
import { openRealStore } from "../open-store.js";
import { Random } from "../host.js";
import { tableLines } from "../report/table.js";
import { ensureWorkingSet } from "../run/working-set.js";
import { formatCount } from "../units.js";
import { microCases } from "./cases.js";
import { runSuite } from "./suite.js";
import type { MicroResult } from "./suite.js";

const MIB = 2 ** 20;
const PAGES = 1024;

async function main(): Promise<void> {
  const store = await openRealStore("micro", {
    backend: "memory",
    innodb_buffer_pool_size: 32 * MIB,
    innodb_redo_log_capacity: 256 * MIB,
    innodb_flush_log_at_trx_commit: 0,
  });
  const set = await ensureWorkingSet(store, PAGES, null, new Random(1));
  process.stderr.write("Measuring; about 20 seconds\n");
  const results = await runSuite(microCases(store, set));
  process.stdout.write(`${resultLines(results).join("\n")}\n`);
  await store.close();
}

function resultLines(results: readonly MicroResult[]): string[] {
  const time = (ns: number): string => (ns < 100 ? ns.toFixed(1) : formatCount(ns));
  return tableLines(
    [
      { title: "operation", align: "left", cell: (row) => row.name },
      { title: "ns", align: "right", cell: (row) => time(row.nanoseconds) },
      { title: "±", align: "right", cell: (row) => `${row.margin.toFixed(1)} %` },
    ],
    results,
  );
}

await main().catch((error: unknown) => {
  process.stderr.write(`bench:micro: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
