// The store: transactions over pages, on real files, with a promise that is explicit.
//
// What a resolved `transaction` promises follows innodb_flush_log_at_trx_commit:
//   1   redo of the commit is durable, as far as the flush method goes (`effective.durability`)
//   2   redo is with the operating system: it survives the end of this process
//   0   redo is in the log buffer: it may be lost with this process
// With 0 and 2, redo is written and made durable every innodb_flush_log_at_timeout seconds.

import { Committer } from "./committer.js";
import { asError, StoreError } from "./errors.js";
import { errorOf } from "./failure.js";
import { commitPolicy, type DurabilityClass } from "./flush/index.js";
import type { Metrics } from "./metrics.js";
import { openStore, type EngineOverrides, type OpenedStore } from "./open-store.js";
import type { StoreOptions } from "./options.js";
import { Pager } from "./pager.js";
import { readStatus, type StoreStatus } from "./status.js";
import { Tablespaces } from "./tablespaces.js";
import { isThenable, refuseThenable } from "./thenable.js";
import { checkBytes, checkSpace } from "./space-handle.js";
import { checkRange, nameOf, type Tablespace, type Transaction } from "./transaction.js";
import type { TransactionSync } from "./transaction.js";
import { AsyncTransaction, BlockingTransaction } from "./transaction-flavors.js";
import type { Turn } from "./turns.js";

/** Bytes of a page that are not its body: header and trailer. */
const PAGE_OVERHEAD = 38 + 8;
const STATE_CLOSED = 7;
/** How often a transaction that lost a conflict is run again. */
const CONFLICT_RETRIES = 100;
/** After so many losses it runs alone. */
const LOSSES_BEFORE_TURN = 2;

/** Requested and effective are two things; a substitution is never silent. */
export interface Effective {
  readonly requested: string;
  readonly effective: string;
  readonly substitutions: readonly string[];
  readonly durability: DurabilityClass;
  readonly caveat: string;
  readonly backend: string;
  readonly executor: string;
}

export class Store {
  readonly pageSize: number;
  /** Bytes of a page that transactions read and write. */
  readonly pageBodySize: number;
  readonly effective: Effective;
  private readonly spaces: Tablespaces;
  private readonly pager: Pager;
  private readonly committer: Committer;
  /** The body of a blocking transaction is running: nothing may commit in between. */
  private isBlocking = false;
  /** The end of the shutdown; null while the store is open. */
  private closing: Promise<void> | null = null;

  private constructor(private readonly o: OpenedStore) {
    this.pageSize = o.options.innodb_page_size;
    this.pageBodySize = this.pageSize - PAGE_OVERHEAD;
    this.effective = effectiveOf(o);
    const errorFor = (status: number, subject: string): Error => this.errorFor(status, subject);
    this.pager = new Pager(o.engine, o.pump, errorFor);
    this.spaces = new Tablespaces(o.engine, o.pump, errorFor, o.observation);
    this.committer = new Committer({
      engine: o.engine,
      pump: o.pump,
      promise: o.options.innodb_flush_log_at_trx_commit,
      policy: commitPolicy(o.method.effective, o.options.innodb_flush_log_at_trx_commit),
      observation: o.observation,
      errorFor,
      check: () => this.check(),
    });
  }

  /**
   * Opens the store in `dir`, or creates it. `overrides` are sizes below InnoDB's minimum, for
   * tests.
   * Errors: StoreError (options, lock, foreign files, format), CorruptionError, IoError.
   */
  static async open(
    dir: string,
    options: StoreOptions = {},
    overrides: EngineOverrides = new Map(),
  ): Promise<Store> {
    const store = new Store(await openStore(dir, options, overrides));
    try {
      await store.spaces.load();
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  /** Creates a tablespace; resolves when that is durable. Names have 1 to 64 bytes of UTF-8. */
  async createTablespace(name: string): Promise<Tablespace> {
    this.check();
    return this.spaces.create(name);
  }

  /** Drops a tablespace and deletes its file; resolves when that is durable. */
  async dropTablespace(name: string): Promise<void> {
    this.check();
    return this.spaces.drop(name);
  }

  tablespace(name: string): Tablespace | undefined {
    return this.spaces.get(name);
  }

  tablespaces(): Tablespace[] {
    return this.spaces.all();
  }

  /**
   * Runs `body` and commits its changes as one atomic step; resolves when the promise above holds.
   * Whatever `body` returns that has a `then` is awaited first. A throw in `body` rolls back and
   * leaves no trace. Transactions are serializable: when a page
   * that this one read was changed before it committed, it is rolled back and `body` runs again,
   * alone after a few times: see turns.ts.
   * Errors: whatever `body` throws; StoreError TOO_LARGE, NOT_FOUND, NO_SPACE, CONFLICT, CLOSED;
   * CorruptionError; IoError, after a failed write or sync for every later call.
   */
  transaction<T>(body: (tx: Transaction) => T | Promise<T>): Promise<T> {
    return this.runTransaction(body, CONFLICT_RETRIES, null);
  }

  private runTransaction<T>(
    body: (tx: Transaction) => T | Promise<T>,
    retries: number,
    own: Turn | null,
  ): Promise<T> {
    const { turns } = this.committer;
    let tx: AsyncTransaction;
    let result: T | Promise<T>;
    try {
      this.checkBegin();
      tx = new AsyncTransaction(
        this.o.engine,
        this.pageBodySize,
        this.committer.takeSet(),
        this.pager,
      );
      tx.turn = own ?? turns.inside();
      tx.ownsTurn = own !== null;
    } catch (error) {
      turns.end(own);
      return Promise.reject(asError(error));
    }
    let later: Promise<T> | null = null;
    try {
      result = own === null ? body(tx) : turns.run(own, () => body(tx));
      if (isThenable(result)) later = Promise.resolve(result);
    } catch (error) {
      this.committer.rollBack(tx);
      return Promise.reject(asError(error));
    }
    const again = (): Promise<T> => this.runAgain(body, retries - 1, tx);
    if (later === null) return this.committer.commit(tx, result as T, retries > 0 ? again : null);
    return later.then(
      (value) => this.committer.commit(tx, value, retries > 0 ? again : null),
      (error: unknown) => {
        this.committer.rollBack(tx);
        throw error;
      },
    );
  }

  /** After a conflict: in the turn it has or is in, at once after the first, or in a new turn. */
  private runAgain<T>(
    body: (tx: Transaction) => T | Promise<T>,
    retries: number,
    lost: AsyncTransaction,
  ): Promise<T> {
    const { turns } = this.committer;
    if (turns.isCurrent(lost.turn)) {
      return this.runTransaction(body, retries, lost.ownsTurn ? lost.turn : null);
    }
    const losses = CONFLICT_RETRIES - retries;
    if (losses < LOSSES_BEFORE_TURN) return this.runTransaction(body, retries, null);
    return turns.enter().then((turn) => this.runTransaction(body, retries, turn));
  }

  /**
   * Like `transaction`, blocking the thread until the promise holds.
   * Errors: as there; StoreError BAD_ARGUMENT when `body` returns something with a `then`, as an
   * async function does; BUSY on a backend that cannot wait for asynchronous work under way. After
   * either, nothing has changed.
   */
  transactionSync<T>(body: (tx: TransactionSync) => T): T {
    this.checkBegin();
    const { engine } = this.o;
    const tx = new BlockingTransaction(
      engine,
      this.pageBodySize,
      this.committer.takeSet(),
      this.pager,
    );
    let value: T;
    this.isBlocking = true;
    try {
      value = body(tx);
      if (isThenable(value)) refuseThenable(value);
    } catch (error) {
      this.committer.rollBack(tx);
      throw error;
    } finally {
      this.isBlocking = false;
    }
    this.committer.commitSync(tx);
    return value;
  }

  /** Reads committed bytes of a page body. */
  async read(space: Tablespace, page: number, offset: number, length: number): Promise<Uint8Array> {
    this.check();
    checkSpace(space, this.o.engine);
    checkRange(space, page, offset, length, this.pageBodySize);
    const target = new Uint8Array(length);
    await this.pager.whenResident(space, page, (at) => this.copy(at + offset, target));
    return target;
  }

  /** Reads committed bytes of a page body into `target`, blocking if the page is not in memory. */
  readSync(space: Tablespace, page: number, offset: number, target: Uint8Array): void {
    this.check();
    checkSpace(space, this.o.engine);
    checkBytes(target, space, page, "target");
    checkRange(space, page, offset, target.length, this.pageBodySize);
    const at = this.pager.residentSync(space, page, nameOf(space, page));
    this.copy(at + offset, target);
  }

  private copy(from: number, target: Uint8Array): void {
    target.set(this.o.engine.bytes.subarray(from, from + target.length));
  }

  /** Cleans every dirty page, then writes a checkpoint: recovery would have nothing to do. */
  async checkpoint(): Promise<void> {
    this.check();
    const { exports } = this.o.engine;
    const lsn = exports.storeCheckpoint();
    await this.o.pump.attempt(() => exports.checkpointIsDone() !== 0);
    this.o.observation?.acknowledged("checkpoint", lsn, 0);
  }

  /** Counters under InnoDB's names. */
  status(): StoreStatus {
    return readStatus(this.o.engine, this.o.driver.recorder.snapshot(), this.pageSize);
  }

  /** Latency histograms, calls and bytes since the store was opened or metrics were reset. */
  metrics(): Metrics {
    return this.o.driver.recorder.snapshot();
  }

  resetMetrics(): void {
    this.o.driver.recorder.reset();
  }

  /**
   * Makes everything durable and closes. With innodb_fast_shutdown=2 pages stay dirty: redo is
   * flushed, and the next open recovers. Every call resolves when the store has let go of its
   * files; after a failure it only does that.
   */
  close(): Promise<void> {
    this.closing ??= this.shutDownAndLetGo();
    return this.closing;
  }

  private async shutDownAndLetGo(): Promise<void> {
    const { pump, driver, lock } = this.o;
    try {
      if (pump.failure === null) await this.shutDown();
    } finally {
      pump.stopTimer();
      pump.fail(closedError());
      await driver.detach();
      lock?.release();
    }
  }

  private async shutDown(): Promise<void> {
    const { engine, options, pump } = this.o;
    const { exports } = engine;
    let lsn = exports.lsn();
    if (options.innodb_fast_shutdown === 2) {
      exports.logWrite(lsn, 1);
      pump.schedule();
      await pump.flushed(lsn);
    } else {
      exports.storeClose();
      await pump.attempt(() => exports.storeState() === STATE_CLOSED);
      lsn = exports.lsn();
    }
    this.o.observation?.acknowledged("close", lsn, 0);
  }

  private checkBegin(): void {
    this.check();
    if (this.isBlocking) throw new StoreError("BUSY", "a blocking transaction is running");
  }

  private check(): void {
    if (this.closing !== null) throw closedError();
    if (this.o.pump.failure !== null) throw this.o.pump.failure;
  }

  private errorFor(status: number, subject: string): Error {
    const { engine, layout, driver } = this.o;
    return errorOf(status, engine, layout, subject, driver.failure);
  }
}

function closedError(): StoreError {
  return new StoreError("CLOSED", "the store is closed");
}

function effectiveOf(o: OpenedStore): Effective {
  const { requested, effective, substitutions } = o.method;
  return {
    requested: requested.name,
    effective: effective.name,
    substitutions,
    durability: effective.durability,
    caveat: effective.caveat,
    backend: o.backend.name,
    executor: o.backend.capabilities.executor,
  };
}
