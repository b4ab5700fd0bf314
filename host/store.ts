// The store: transactions over pages, on real files, with a promise that is explicit.
//
// What a resolved `transaction` promises follows innodb_flush_log_at_trx_commit:
//   1   redo of the commit is durable, as far as the flush method goes (`effective.durability`)
//   2   redo is with the operating system: it survives the end of this process
//   0   redo is in the log buffer: it may be lost with this process
// With 0 and 2, redo is written and made durable every innodb_flush_log_at_timeout seconds.

import { asError, StoreError } from "./errors.js";
import { errorOf, STATUS } from "./failure.js";
import type { DurabilityClass } from "./flush/index.js";
import type { Metrics } from "./metrics.js";
import { openStore, type EngineOverrides, type OpenedStore } from "./open-store.js";
import type { StoreOptions } from "./options.js";
import { Pager } from "./pager.js";
import { readStatus, type StoreStatus } from "./status.js";
import { Tablespaces } from "./tablespaces.js";
import { checkRange, nameOf, type Tablespace, type Transaction } from "./transaction.js";
import type { TransactionCore, TransactionSync } from "./transaction.js";
import { AsyncTransaction, BlockingTransaction } from "./transaction-flavors.js";
import { WriteSet } from "./write-set.js";

/** Bytes of a page that are not its body: header and trailer. */
const PAGE_OVERHEAD = 38 + 8;
const STATE_CLOSED = 7;
/** How often a transaction that lost a conflict is run again. */
const CONFLICT_RETRIES = 100;
const SPARE_SETS = 256;

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
  private readonly spareSets: WriteSet[] = [];
  /** The end of the shutdown; null while the store is open. */
  private closing: Promise<void> | null = null;

  private constructor(private readonly o: OpenedStore) {
    this.pageSize = o.options.innodb_page_size;
    this.pageBodySize = this.pageSize - PAGE_OVERHEAD;
    this.effective = effectiveOf(o);
    const errorFor = (status: number, subject: string): Error => this.errorFor(status, subject);
    this.pager = new Pager(o.engine, o.pump, errorFor);
    this.spaces = new Tablespaces(o.engine, o.pump, errorFor);
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
   * A throw in `body` rolls back and leaves no trace. Transactions are serializable: when a page
   * that this one read was changed before it committed, it is rolled back and `body` runs again.
   * Errors: whatever `body` throws; StoreError TOO_LARGE, NOT_FOUND, NO_SPACE, CONFLICT, CLOSED;
   * CorruptionError; IoError, after a failed write or sync for every later call.
   */
  transaction<T>(body: (tx: Transaction) => T | Promise<T>): Promise<T> {
    return this.runTransaction(body, CONFLICT_RETRIES);
  }

  private runTransaction<T>(
    body: (tx: Transaction) => T | Promise<T>,
    retries: number,
  ): Promise<T> {
    let tx: AsyncTransaction;
    let result: T | Promise<T>;
    try {
      this.check();
      tx = new AsyncTransaction(this.o.engine, this.pageBodySize, this.takeSet(), this.pager);
    } catch (error) {
      return Promise.reject(asError(error));
    }
    try {
      result = body(tx);
    } catch (error) {
      this.rollBack(tx);
      return Promise.reject(asError(error));
    }
    const again = (): Promise<T> => this.runTransaction(body, retries - 1);
    if (!(result instanceof Promise)) return this.commit(tx, result, retries > 0 ? again : null);
    return result.then(
      (value) => this.commit(tx, value, retries > 0 ? again : null),
      (error: unknown) => {
        this.rollBack(tx);
        throw error;
      },
    );
  }

  private commit<T>(tx: TransactionCore, value: T, again: (() => Promise<T>) | null): Promise<T> {
    const set = tx.seal();
    if (set.length === 0) {
      this.giveSet(set);
      return Promise.resolve(value);
    }
    let status: number;
    try {
      // The store may have been closed, or have failed, while the body ran.
      this.check();
      status = this.tryCommit(set);
    } catch (error) {
      return Promise.reject(asError(error));
    }
    if (status === STATUS.ok) return this.promised(tx, this.committed(tx, set), value);
    return this.commitLater(tx, set, status).then((final) => {
      if (final === STATUS.conflict && again !== null) return again();
      if (final !== STATUS.ok) throw this.errorFor(final, "transaction");
      return this.promised(tx, this.o.engine.exports.commitLsn(), value);
    });
  }

  /** Tries to commit again after every turn; resolves with the final status. */
  private async commitLater(tx: TransactionCore, set: WriteSet, first: number): Promise<number> {
    const { exports } = this.o.engine;
    let status = first;
    let space = exports.pendingSpace();
    let page = exports.pendingPage();
    if (status === STATUS.pending || status === STATUS.logFull) {
      await this.o.pump.attempt(() => {
        if (space !== 0xffffffff && exports.pageIsPending(space, page) !== 0) return false;
        status = this.tryCommit(set);
        space = exports.pendingSpace();
        page = exports.pendingPage();
        if (status === STATUS.ok) this.committed(tx, set);
        return status !== STATUS.pending && status !== STATUS.logFull;
      });
    }
    if (status !== STATUS.ok) {
      tx.unreserve();
      this.giveSet(set);
    }
    return status;
  }

  private tryCommit(set: WriteSet): number {
    const { exports } = this.o.engine;
    if (set.length > exports.exchangeBytes()) return STATUS.tooLarge;
    set.copyTo(this.o.engine.bytes, exports.exchangeAddress());
    try {
      return exports.trxCommit(set.length);
    } catch (trap) {
      throw asError(this.o.pump.panic(trap));
    }
  }

  /** The commit is in the log buffer: asks for what the promise needs; returns its LSN. */
  private committed(tx: TransactionCore, set: WriteSet): number {
    this.giveSet(set);
    const lsn = this.o.engine.exports.commitLsn();
    const policy = this.o.options.innodb_flush_log_at_trx_commit;
    if (policy !== 0 && !tx.isReadOnly) this.o.engine.exports.logWrite(lsn, policy === 1 ? 1 : 0);
    return lsn;
  }

  private promised<T>(tx: TransactionCore, lsn: number, value: T): Promise<T> {
    if (tx.isReadOnly) return Promise.resolve(value);
    const { pump, options } = this.o;
    pump.schedule();
    if (options.innodb_flush_log_at_trx_commit === 0) return Promise.resolve(value);
    const done =
      options.innodb_flush_log_at_trx_commit === 1 ? pump.flushed(lsn) : pump.written(lsn);
    return done.then(() => value);
  }

  /**
   * Like `transaction`, blocking the thread until the promise holds.
   * Errors: as there; StoreError BUSY on a backend that cannot wait for asynchronous work under
   * way.
   */
  transactionSync<T>(body: (tx: TransactionSync) => T): T {
    this.check();
    const { engine } = this.o;
    const tx = new BlockingTransaction(engine, this.pageBodySize, this.takeSet(), this.pager);
    let value: T;
    try {
      value = body(tx);
    } catch (error) {
      this.rollBack(tx);
      throw error;
    }
    const set = tx.seal();
    if (set.length > 0) this.commitSync(tx, set);
    else this.giveSet(set);
    return value;
  }

  private commitSync(tx: TransactionCore, set: WriteSet): void {
    const { engine, options, pump } = this.o;
    let status = this.tryCommit(set);
    if (status === STATUS.pending || status === STATUS.logFull) {
      pump.untilSync(() => {
        status = this.tryCommit(set);
        return status !== STATUS.pending && status !== STATUS.logFull;
      });
    }
    if (status !== STATUS.ok) {
      tx.unreserve();
      this.giveSet(set);
      throw this.errorFor(status, "transaction");
    }
    const lsn = this.committed(tx, set);
    const { exports } = engine;
    const policy = options.innodb_flush_log_at_trx_commit;
    exports.logStep();
    if (policy === 0) pump.schedule();
    else if (policy === 1) pump.untilSync(() => exports.flushedToDiskLsn() >= lsn);
    else pump.untilSync(() => exports.writeLsn() >= lsn);
  }

  /** Reads committed bytes of a page body. */
  async read(space: Tablespace, page: number, offset: number, length: number): Promise<Uint8Array> {
    this.check();
    checkRange(space, page, offset, length, this.pageBodySize);
    const target = new Uint8Array(length);
    await this.pager.whenResident(space, page, (at) => this.copy(at + offset, target));
    return target;
  }

  /** Reads committed bytes of a page body into `target`, blocking if the page is not in memory. */
  readSync(space: Tablespace, page: number, offset: number, target: Uint8Array): void {
    this.check();
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
    exports.storeCheckpoint();
    await this.o.pump.attempt(() => exports.checkpointIsDone() !== 0);
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
    if (options.innodb_fast_shutdown === 2) {
      const lsn = exports.lsn();
      exports.logWrite(lsn, 1);
      pump.schedule();
      await pump.flushed(lsn);
      return;
    }
    exports.storeClose();
    await pump.attempt(() => exports.storeState() === STATE_CLOSED);
  }

  private check(): void {
    if (this.closing !== null) throw closedError();
    if (this.o.pump.failure !== null) throw this.o.pump.failure;
  }

  private takeSet(): WriteSet {
    return this.spareSets.pop() ?? new WriteSet();
  }

  private giveSet(set: WriteSet): void {
    set.clear();
    if (this.spareSets.length < SPARE_SETS) this.spareSets.push(set);
  }

  private rollBack(tx: TransactionCore): void {
    const set = tx.abandon();
    if (set !== null) this.giveSet(set);
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
