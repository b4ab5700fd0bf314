// Brings finished transactions into the log, and waits for what their promise needs.
//
//   write set ──▶ engine: all pages there, log has room? ──▶ one record group ──▶ promise
//                   │ not yet: through the gate, and again after every turn of the pump
//                   └ a page read was changed: the transaction runs again

import { CommitGate } from "./commit-gate.js";
import type { Engine, EngineExports } from "./engine.js";
import { asError } from "./errors.js";
import { STATUS } from "./failure.js";
import type { Observation } from "./observe/observation.js";
import type { ErrorMaker } from "./pager.js";
import type { Pump } from "./pump.js";
import type { TransactionCore } from "./transaction.js";
import { SpareSets } from "./spare-sets.js";
import { Turns } from "./turns.js";
import type { WriteSet } from "./write-set.js";

const NO_SPACE_ID = 0xffffffff;
/** Share of the buffer pool that commits waiting for pages may bring in. */
const GATE_SHARE = 4;

export interface CommitterOptions {
  readonly engine: Engine;
  readonly pump: Pump;
  /** innodb_flush_log_at_trx_commit, as it was asked for. */
  readonly promise: 0 | 1 | 2;
  /** The same, as far as the flush method goes: what the engine is asked for. */
  readonly policy: 0 | 1 | 2;
  readonly observation: Observation | null;
  readonly errorFor: ErrorMaker;
  /** Throws when the store is closed or has failed. */
  readonly check: () => void;
}

export class Committer {
  private readonly exports: EngineExports;
  private readonly gate: CommitGate;
  private readonly spareSets = new SpareSets();
  readonly turns = new Turns();

  constructor(private readonly o: CommitterOptions) {
    this.exports = o.engine.exports;
    this.gate = new CommitGate(Math.floor(poolPages(this.exports) / GATE_SHARE));
  }

  /** An empty write set. */
  takeSet(): WriteSet {
    return this.spareSets.take();
  }

  private endTurn(tx: TransactionCore): void {
    if (tx.ownsTurn) this.turns.end(tx.turn);
  }

  /** Ends a transaction without a trace. */
  rollBack(tx: TransactionCore): void {
    const set = tx.abandon();
    if (set !== null) this.spareSets.give(set);
    this.endTurn(tx);
  }

  /**
   * Commits what a transaction has gathered; resolves with `value` when its promise holds. `again`
   * runs the transaction once more after a conflict, in its turn if it has one; null: the conflict
   * is the caller's.
   */
  commit<T>(tx: TransactionCore, value: T, again: (() => Promise<T>) | null): Promise<T> {
    const set = tx.seal();
    if (set.length === 0) {
      this.spareSets.give(set);
      this.endTurn(tx);
      return Promise.resolve(value);
    }
    if (tx.isReadOnly || !this.turns.isBlocked(tx.turn)) {
      return this.commitSet(tx, set, value, again);
    }
    return this.turns.whenOver().then(() => this.commitSet(tx, set, value, again));
  }

  private commitSet<T>(
    tx: TransactionCore,
    set: WriteSet,
    value: T,
    again: (() => Promise<T>) | null,
  ): Promise<T> {
    let status: number;
    try {
      // The store may have been closed, or have failed, while the body ran.
      this.o.check();
      status = this.tryCommit(set, this.gate.isOpen(set.pages));
    } catch (error) {
      this.ended(tx, set, STATUS.poisoned);
      this.endTurn(tx);
      return Promise.reject(asError(error));
    }
    if (status === STATUS.ok) {
      const lsn = this.committed(tx, set);
      this.endTurn(tx);
      return this.promised(tx, lsn, value);
    }
    return this.commitLater(tx, set, status).then((final) => {
      if (final === STATUS.conflict && again !== null) return again();
      this.endTurn(tx);
      if (final !== STATUS.ok) throw this.o.errorFor(final, "transaction");
      return this.promised(tx, this.exports.commitLsn(), value);
    });
  }

  /** Waits for its turn to bring pages in, then tries after every turn of the pump. */
  private async commitLater(tx: TransactionCore, set: WriteSet, first: number): Promise<number> {
    if (!mayChange(first)) return this.ended(tx, set, first);
    const { exports } = this;
    const { pages } = set;
    let status = first;
    await this.gate.enter(pages);
    try {
      let space = NO_SPACE_ID;
      let page = 0;
      await this.o.pump.attempt(() => {
        if (space !== NO_SPACE_ID && exports.pageIsPending(space, page) !== 0) return false;
        status = this.tryCommit(set, true);
        space = exports.pendingSpace();
        page = exports.pendingPage();
        if (status === STATUS.ok) this.committed(tx, set);
        return !mayChange(status);
      });
    } catch (error) {
      this.endTurn(tx);
      throw error;
    } finally {
      this.gate.leave(pages);
    }
    return this.ended(tx, set, status);
  }

  /** Lets go of what a commit that did not happen had reserved. */
  private ended(tx: TransactionCore, set: WriteSet, status: number): number {
    if (status === STATUS.ok) return status;
    tx.unreserve();
    this.spareSets.give(set);
    return status;
  }

  private tryCommit(set: WriteSet, mayRead: boolean): number {
    const { exports } = this;
    if (set.length > exports.exchangeBytes()) return STATUS.tooLarge;
    set.copyTo(this.o.engine.bytes, exports.exchangeAddress());
    try {
      return exports.trxCommit(set.length, mayRead ? 1 : 0);
    } catch (trap) {
      throw asError(this.o.pump.panic(trap));
    }
  }

  /** The commit is in the log buffer: asks for what the promise needs; returns its LSN. */
  private committed(tx: TransactionCore, set: WriteSet): number {
    this.spareSets.give(set);
    const lsn = this.exports.commitLsn();
    const { policy } = this.o;
    if (policy !== 0 && !tx.isReadOnly) this.exports.logWrite(lsn, policy === 1 ? 1 : 0);
    return lsn;
  }

  private promised<T>(tx: TransactionCore, lsn: number, value: T): Promise<T> {
    if (tx.isReadOnly) return Promise.resolve(value);
    const { pump } = this.o;
    pump.schedule();
    if (this.o.policy === 0) {
      this.acknowledge(lsn);
      return Promise.resolve(value);
    }
    const done = this.o.policy === 1 ? pump.flushed(lsn) : pump.written(lsn);
    return done.then(() => {
      this.acknowledge(lsn);
      return value;
    });
  }

  /** Commits, and blocks until the promise holds. */
  commitSync(tx: TransactionCore): void {
    const set = tx.seal();
    if (set.length === 0) return this.spareSets.give(set);
    const { pump } = this.o;
    let status: number = STATUS.poisoned;
    try {
      this.o.check();
      // BUSY is an answer only as long as nothing has happened.
      if (this.o.policy !== 0 && pump.logIsHeld()) pump.untilSync(() => !pump.logIsHeld());
      status = this.tryCommit(set, true);
      if (mayChange(status)) {
        pump.untilSync(() => {
          status = this.tryCommit(set, true);
          return !mayChange(status);
        });
      }
    } catch (error) {
      this.ended(tx, set, STATUS.poisoned);
      throw error;
    }
    if (status !== STATUS.ok) {
      this.ended(tx, set, status);
      throw this.o.errorFor(status, "transaction");
    }
    const lsn = this.committed(tx, set);
    const { exports } = this;
    exports.logStep();
    if (this.o.policy === 0) pump.schedule();
    else if (this.o.policy === 1) pump.untilSync(() => exports.flushedToDiskLsn() >= lsn, false);
    else pump.untilSync(() => exports.writeLsn() >= lsn, false);
    if (!tx.isReadOnly) this.acknowledge(lsn);
  }

  private acknowledge(lsn: number): void {
    this.o.observation?.committed(this.o.promise, lsn);
  }
}

/** The answer may be another one after the next poll. */
function mayChange(status: number): boolean {
  return status === STATUS.pending || status === STATUS.logFull;
}

function poolPages(exports: EngineExports): number {
  return exports.poolPagesData() + exports.poolPagesFree();
}
