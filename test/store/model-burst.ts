// Several asynchronous transactions at once. Each reads the sequence number and adds one, so the
// numbers say in which order they took effect; in that order every read of theirs must fit.

import { StoreError } from "../../host/errors.js";
import type { Transaction } from "../../host/transaction.js";
import { View, type Changes } from "./model.js";
import { SEQUENCE_PAGE, SEQUENCE_SPACE, type ModelRun } from "./model-run.js";
import { numberBytes, numberOf } from "./helpers.js";

interface Read {
  readonly name: string;
  readonly page: number;
  readonly offset: number;
  readonly found: Uint8Array;
}

interface Write {
  readonly name: string;
  readonly page: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What one body did the last time it ran. */
interface Deeds {
  sequence: number;
  /** Pages taken, reads and writes in the order in which they were made. */
  done: ({ allocated: { name: string; page: number } } | { read: Read } | { write: Write })[];
}

/**
 * Runs a few transactions at once and applies them to the model in their order. `crash` takes a
 * copy of the files in the middle; the model then holds all of them, with a history to go back to
 * what the copy holds.
 */
export async function runBurst(run: ModelRun, crash: (() => void) | null): Promise<void> {
  const count = 2 + run.random(6);
  const committed: Deeds[] = [];
  const work = Array.from({ length: count }, () => oneOf(run, committed));
  if (crash !== null) {
    const turns = run.random(6);
    for (let n = 0; n < turns; n++) await new Promise((resolve) => setImmediate(resolve));
    // Whoever is acknowledged by now must be in the copy.
    apply(run, committed.splice(0));
    if (run.setting.options.innodb_flush_log_at_trx_commit !== 0) run.model.settle();
    crash();
  }
  await Promise.all(work);
  apply(run, committed);
  if (crash !== null) return;
  if (run.setting.options.innodb_flush_log_at_trx_commit !== 0) run.model.settle();
}

async function oneOf(run: ModelRun, committed: Deeds[]): Promise<void> {
  const rollback = new Error("rolled back");
  const isRolledBack = run.random(10) === 0;
  let deeds: Deeds = { sequence: 0, done: [] };
  try {
    await run.store.transaction(async (tx) => {
      deeds = { sequence: 0, done: [] };
      await body(run, tx, deeds);
      if (isRolledBack) throw rollback;
    });
    committed.push(deeds);
  } catch (error) {
    const isCrowded = error instanceof StoreError && error.code === "CONFLICT";
    if (error !== rollback && !isCrowded) throw error;
  }
}

async function body(run: ModelRun, tx: Transaction, deeds: Deeds): Promise<void> {
  const counter = run.space(SEQUENCE_SPACE);
  const isFirst = run.random(2) === 0;
  const count = async (): Promise<void> => {
    deeds.sequence = numberOf(await tx.read(counter, SEQUENCE_PAGE, 0, 8)) + 1;
    tx.write(counter, SEQUENCE_PAGE, 0, numberBytes(deeds.sequence));
  };
  if (isFirst) await count();
  for (let n = run.random(run.setting.transactionMax); n >= 0; n--) await operation(run, tx, deeds);
  if (!isFirst) await count();
}

async function operation(run: ModelRun, tx: Transaction, deeds: Deeds): Promise<void> {
  run.operations++;
  const choice = run.random(100);
  const target = run.anyPage(new View(run.model, 0));
  if (target === null || (choice < 5 && !run.isFull())) {
    const name = run.anySpace()!;
    const page = await tx.allocatePage(run.space(name));
    deeds.done.push({ allocated: { name, page } });
    return;
  }
  const { name, page } = target;
  const { offset, bytes } = run.newBytes();
  if (choice < 50) {
    tx.write(run.space(name), page, offset, bytes);
    deeds.done.push({ write: { name, page, offset, bytes } });
  } else {
    const found = await tx.read(run.space(name), page, offset, Math.min(bytes.length, 256));
    deeds.done.push({ read: { name, page, offset, found } });
  }
}

/** Applies the transactions in the order of their numbers, and checks what they have read. */
function apply(run: ModelRun, committed: readonly Deeds[]): void {
  const inOrder = [...committed].sort((a, b) => a.sequence - b.sequence);
  for (const deeds of inOrder) run.model.apply(changesOf(run, deeds));
}

function changesOf(run: ModelRun, deeds: Deeds): Changes {
  const view = new View(run.model, run.store.pageBodySize);
  view.write(SEQUENCE_SPACE, SEQUENCE_PAGE, 0, numberBytes(deeds.sequence));
  for (const deed of deeds.done) {
    if ("allocated" in deed) {
      view.allocate(deed.allocated.name, deed.allocated.page);
    } else if ("write" in deed) {
      const { name, page, offset, bytes } = deed.write;
      view.write(name, page, offset, bytes);
    } else {
      const { name, page, offset, found } = deed.read;
      const expected = view.body(name, page).subarray(offset, offset + found.length);
      run.compare(name, page, expected, found);
    }
  }
  return view.changes(deeds.sequence);
}
