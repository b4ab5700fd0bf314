// What the process does in each phase, and in front of it. Everything is said before and after.

import type { Store, Tablespace, TransactionWriter } from "../../../host/index.js";
import { contentOf, FIRST_PLAIN_PAGE, PLAIN_PAGES, SLOTS, slotPage } from "./scenario.js";
import type { Phase } from "./scenario.js";

export type Say = (line: string) => void;

/** Commits of the run have numbers that no template uses. */
const FIRST_NUMBER = 1000;
/** Two extensions of a tablespace, and a few pages more. */
const NEW_PAGES = 20;
/** Pages that one commit of a large phase changes. */
const PAGES_PER_COMMIT = 5;

export class Life {
  private number = FIRST_NUMBER;

  constructor(
    readonly store: Store,
    private readonly say: Say,
  ) {}

  /** Work that is not faulted, but leaves something to do for the phase. */
  async before(phase: Phase): Promise<void> {
    if (phase === "checkpoint" || phase === "close") {
      for (let n = 0; n < SLOTS; n++) await this.commit();
    }
  }

  async run(phase: Exclude<Phase, "recover">): Promise<void> {
    switch (phase) {
      case "commit":
        return this.commits();
      case "checkpoint":
        return this.store.checkpoint();
      case "evict":
        return this.touchAll();
      case "extend":
        return this.extend();
      case "create":
        return this.space("new", 1, () => this.store.createTablespace("new"));
      case "drop":
        return this.space("right-hand", 0, () => this.store.dropTablespace("right-hand"));
      case "close":
        return this.store.close();
    }
  }

  /** Alone, blocking, and two that share a write. */
  private async commits(): Promise<void> {
    await this.commit();
    this.commitSync();
    await Promise.all([this.commit(), this.commit()]);
    this.commitSync();
  }

  async commit(): Promise<void> {
    const { cell, value } = this.next();
    await this.store.transaction((tx) => this.write(tx, value));
    this.say(`ack ${cell} ${value}`);
  }

  commitSync(): void {
    const { cell, value } = this.next();
    this.store.transactionSync((tx) => this.write(tx, value));
    this.say(`ack ${cell} ${value}`);
  }

  private next(): { cell: string; value: number } {
    const value = this.number++;
    const cell = `slot:${value % SLOTS}`;
    this.say(`try ${cell} ${value}`);
    return { cell, value };
  }

  private write(tx: TransactionWriter, value: number): void {
    for (const space of [this.left, this.store.tablespace("right")!]) {
      tx.write(space, slotPage(value % SLOTS), 0, contentOf(value));
    }
  }

  /** Changes more pages than the pool has frames, so that frames must be cleaned for others. */
  private async touchAll(): Promise<void> {
    for (let first = 0; first < PLAIN_PAGES; first += PAGES_PER_COMMIT) {
      const value = this.number++;
      const pages = range(FIRST_PLAIN_PAGE + first, PAGES_PER_COMMIT);
      for (const page of pages) this.say(`try page:${page} ${value}`);
      const body = (tx: TransactionWriter): void => {
        for (const page of pages) tx.write(this.left, page, 0, contentOf(value));
      };
      // Every other one blocks, so that both ways of waiting for a frame are faulted.
      if (value % 2 === 0) await this.store.transaction(body);
      else this.store.transactionSync(body);
      for (const page of pages) this.say(`ack page:${page} ${value}`);
    }
  }

  private async extend(): Promise<void> {
    for (let n = 0; n < NEW_PAGES; n += PAGES_PER_COMMIT) {
      const value = this.number++;
      const pages = await this.store.transaction(async (tx) => {
        const taken: number[] = [];
        for (let i = 0; i < PAGES_PER_COMMIT; i++) taken.push(await tx.allocatePage(this.left));
        for (const page of taken) {
          this.say(`try page:${page} ${value}`);
          tx.write(this.left, page, 0, contentOf(value));
        }
        return taken;
      });
      for (const page of pages) this.say(`ack page:${page} ${value}`);
    }
  }

  private async space(name: string, value: 0 | 1, change: () => Promise<unknown>): Promise<void> {
    this.say(`try space:${name} ${value}`);
    await change();
    this.say(`ack space:${name} ${value}`);
  }

  private get left(): Tablespace {
    return this.store.tablespace("left")!;
  }
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => first + n);
}
