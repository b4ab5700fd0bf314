// Runs a store and the model side by side, through random transactions, checkpoints, tablespaces
// that come and go, restarts and crashes, and compares whatever can be read.

import type { EngineOverrides } from "../../host/open-store.js";
import type { StoreOptions } from "../../host/options.js";
import type { Store } from "../../host/store.js";
import type { Tablespace } from "../../host/transaction.js";
import { runBurst } from "./model-burst.js";
import { Model, View } from "./model.js";
import { errorFrom, numberBytes, numberOf, randomFrom } from "./helpers.js";
import type { Place } from "./places.js";

/** The page that counts transactions: its tablespace, and its number there. */
export const SEQUENCE_SPACE = "sequence";
export const SEQUENCE_PAGE = 1;

export interface Setting {
  readonly name: string;
  readonly options: StoreOptions;
  readonly engine: EngineOverrides;
  /** Pages of all tablespaces together, about. */
  readonly pagesMax: number;
  /** Operations of a transaction at the most. */
  readonly transactionMax: number;
}

const SPACES_MAX = 5;

export class ModelRun {
  readonly random: (below: number) => number;
  readonly model = new Model();
  store!: Store;
  /** Operations so far. */
  operations = 0;
  restarts = 0;
  crashes = 0;
  private isFast = false;
  private created = 0;

  constructor(
    readonly setting: Setting,
    readonly seed: number,
    public place: Place,
    private readonly newPlace: () => Place,
  ) {
    this.random = randomFrom(seed);
  }

  /** Runs at least `operations` operations. Errors: Error with setting, seed and step. */
  async run(operations: number): Promise<void> {
    let step = 0;
    try {
      await this.start();
      for (; this.operations < operations; step++) await this.step();
      await this.restart();
      await this.store.close();
    } catch (error) {
      const where = `${this.setting.name}, seed ${this.seed}, step ${step}`;
      throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
    } finally {
      await this.store.close().catch(() => undefined);
      this.place.clean();
    }
  }

  private async start(): Promise<void> {
    await this.open();
    await this.createSpace(SEQUENCE_SPACE);
    const space = this.space(SEQUENCE_SPACE);
    const page = this.store.transactionSync((tx) => tx.allocatePage(space));
    if (page !== SEQUENCE_PAGE) throw new Error(`the first page is ${page}, not ${SEQUENCE_PAGE}`);
    const view = new View(this.model, this.store.pageBodySize);
    view.allocate(SEQUENCE_SPACE, page);
    this.model.apply(view.changes(1));
    this.writeSequence(1);
    await this.createSpace("first");
  }

  private writeSequence(sequence: number): void {
    this.store.transactionSync((tx) =>
      tx.write(this.space(SEQUENCE_SPACE), SEQUENCE_PAGE, 0, numberBytes(sequence)),
    );
    this.model.pagesOf(SEQUENCE_SPACE).get(SEQUENCE_PAGE)!.set(numberBytes(sequence));
  }

  private async open(): Promise<void> {
    this.isFast = this.random(2) === 0;
    const options = { ...this.setting.options, innodb_fast_shutdown: this.isFast ? 2 : 1 };
    this.store = await this.place.open(options, this.setting.engine);
  }

  space(name: string): Tablespace {
    const space = this.store.tablespace(name);
    if (space === undefined) throw new Error(`the store has no tablespace ${name}`);
    return space;
  }

  private async step(): Promise<void> {
    const choice = this.random(2000);
    if (choice < 1880) return this.transaction();
    if (choice < 1960) {
      await runBurst(this, null);
      return;
    }
    this.operations++;
    if (choice < 1975) return this.checkpoint();
    if (choice < 1984) return this.createSpace(`space ${this.created++}`);
    if (choice < 1990) return this.dropSpace();
    if (choice < 1995) return this.restart();
    return this.crash();
  }

  private async checkpoint(): Promise<void> {
    await this.store.checkpoint();
    this.model.settle();
  }

  private async createSpace(name: string): Promise<void> {
    if (this.model.spaces.size === SPACES_MAX) return;
    await this.store.createTablespace(name);
    this.model.spaces.set(name, new Map());
    this.model.settle();
  }

  private async dropSpace(): Promise<void> {
    const name = this.anySpace();
    if (name === null || this.model.spaces.size < 3) return;
    await this.store.dropTablespace(name);
    this.model.spaces.delete(name);
    this.model.settle();
  }

  /** A tablespace other than the one of the sequence number. */
  anySpace(): string | null {
    const names = [...this.model.spaces.keys()].filter((name) => name !== SEQUENCE_SPACE);
    return names[this.random(names.length)] ?? null;
  }

  /** A page in use, as the view of a transaction has it. */
  anyPage(view: View): { name: string; page: number } | null {
    const name = this.anySpace();
    if (name === null) return null;
    const own = view.bodies.get(name);
    const pages = [...this.model.pagesOf(name).keys()].filter((page) => own?.get(page) !== null);
    const page = pages[this.random(pages.length)];
    return page === undefined ? null : { name, page };
  }

  isFull(): boolean {
    let count = 0;
    for (const pages of this.model.spaces.values()) count += pages.size;
    return count >= this.setting.pagesMax;
  }

  /** Random bytes for a write: mostly short, sometimes a whole body. */
  newBytes(): { offset: number; bytes: Uint8Array } {
    const size = this.store.pageBodySize;
    const kind = this.random(100);
    const most = kind < 90 ? 64 : kind < 99 ? 512 : size;
    const bytes = new Uint8Array(1 + this.random(Math.min(most, size)));
    bytes.fill(this.random(256));
    bytes[0] = this.random(256);
    return { offset: this.random(size - bytes.length + 1), bytes };
  }

  /** One blocking transaction, committed or rolled back. */
  private transaction(): void {
    const view = new View(this.model, this.store.pageBodySize);
    const sequence = this.model.sequence + 1;
    const isRolledBack = this.random(10) === 0;
    const rollback = new Error("rolled back");
    try {
      this.store.transactionSync((tx) => {
        const counter = this.space(SEQUENCE_SPACE);
        const found = numberOf(tx.read(counter, SEQUENCE_PAGE, 0, 8));
        if (found !== sequence - 1) throw new Error(`sequence ${found}, not ${sequence - 1}`);
        tx.write(counter, SEQUENCE_PAGE, 0, numberBytes(sequence));
        view.write(SEQUENCE_SPACE, SEQUENCE_PAGE, 0, numberBytes(sequence));
        for (let n = this.random(this.setting.transactionMax); n >= 0; n--) {
          this.operation(tx, view);
        }
        if (isRolledBack) throw rollback;
      });
      this.model.apply(view.changes(sequence));
      if (this.setting.options.innodb_flush_log_at_trx_commit !== 0) this.model.settle();
    } catch (error) {
      if (error !== rollback) throw error;
    }
  }

  private operation(tx: Parameters<Parameters<Store["transactionSync"]>[0]>[0], view: View): void {
    this.operations++;
    const choice = this.random(100);
    if (choice < 8 && !this.isFull()) {
      const name = this.anySpace()!;
      view.allocate(name, tx.allocatePage(this.space(name)));
      return;
    }
    const target = this.anyPage(view);
    if (target === null) return;
    const { name, page } = target;
    if (choice < 13) {
      const isOwn = !this.model.pagesOf(name).has(page);
      if (isOwn) return;
      tx.freePage(this.space(name), page);
      view.free(name, page);
    } else if (choice < 60) {
      const { offset, bytes } = this.newBytes();
      tx.write(this.space(name), page, offset, bytes);
      view.write(name, page, offset, bytes);
    } else {
      const offset = this.random(this.store.pageBodySize);
      const length = 1 + this.random(Math.min(256, this.store.pageBodySize - offset));
      const found = tx.read(this.space(name), page, offset, length);
      this.compare(name, page, view.body(name, page).subarray(offset, offset + length), found);
    }
  }

  compare(name: string, page: number, expected: Uint8Array, found: Uint8Array): void {
    if (Buffer.compare(expected, found) === 0) return;
    const at = expected.findIndex((byte, i) => byte !== found[i]);
    const values = `expected ${expected[at]}, found ${found[at]}`;
    throw new Error(`${name} page ${page}, byte ${at} of ${expected.length}: ${values}`);
  }

  private async restart(): Promise<void> {
    this.restarts++;
    await this.store.close();
    this.model.settle();
    const wasFast = this.isFast;
    await this.open();
    const applied = this.store.status()["recv_records_applied"]!;
    if (!wasFast && applied !== 0)
      throw new Error(`${applied} records applied after a clean close`);
    await this.verify();
  }

  /** What a process leaves when it ends in the middle of anything: its files as they are. */
  private async crash(): Promise<void> {
    this.crashes++;
    const left = this.place;
    const copy = this.newPlace();
    const takeCopy = (): void => {
      for (const [name, bytes] of left.files()) copy.write(name, bytes);
    };
    if (this.random(2) === 0) takeCopy();
    else await runBurst(this, takeCopy);
    await this.store.close();
    left.clean();
    this.place = copy;
    await this.open();
    await this.verify();
  }

  /** Brings the model to the state the store says it is in, and compares every page. */
  private async verify(): Promise<void> {
    this.store["o"].engine.exports.checkInvariants();
    const bytes = new Uint8Array(8);
    this.store.readSync(this.space(SEQUENCE_SPACE), SEQUENCE_PAGE, 0, bytes);
    const found = numberOf(bytes);
    if (found > this.model.sequence) {
      throw new Error(`the store is at transaction ${found}, the model at ${this.model.sequence}`);
    }
    this.model.rewind(found);
    this.model.settle();
    const names = this.store.tablespaces().map((space) => space.name);
    const expected = [...this.model.spaces.keys()];
    if (names.sort().join() !== expected.sort().join()) {
      throw new Error(`tablespaces: expected ${expected.join()}, found ${names.join()}`);
    }
    for (const name of expected) await this.verifySpace(name);
  }

  private async verifySpace(name: string): Promise<void> {
    const space = this.space(name);
    const pages = this.model.pagesOf(name);
    const target = new Uint8Array(this.store.pageBodySize);
    for (const [page, body] of pages) {
      this.store.readSync(space, page, 0, target);
      this.compare(name, page, body, target);
    }
    for (let tries = 0; tries < 3; tries++) {
      const page = 1 + this.random(space.pages);
      if (pages.has(page)) continue;
      const error = await errorFrom(() => this.store.readSync(space, page, 0, target));
      if (error.code !== "NOT_FOUND") throw error;
    }
  }
}
