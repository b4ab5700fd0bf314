// Brings pages in and hands free pages out, asynchronously or blocking.

import type { Engine } from "./engine.js";
import { STATUS } from "./failure.js";
import type { Pump } from "./pump.js";
import { nameOf, type Tablespace } from "./transaction.js";

/** Makes the typed error of a status code. */
export type ErrorMaker = (status: number, subject: string) => Error;

export class Pager {
  constructor(
    private readonly engine: Engine,
    private readonly pump: Pump,
    private readonly errorOf: ErrorMaker,
  ) {}

  /** Calls `use` with the address of the page's body as soon as it is in memory. */
  whenResident(space: Tablespace, page: number, use: (at: number) => void): Promise<void> {
    const { exports } = this.engine;
    return this.pump.attempt(() => {
      if (exports.pageIsPending(space.id, page) !== 0) return false;
      const at = exports.pageRead(space.id, page);
      if (at === 0) return this.pendingOrThrow(exports.pageReadStatus(), nameOf(space, page));
      use(at);
      return true;
    });
  }

  /** Address of the page's body, valid until the next call into the engine. */
  residentSync(space: Tablespace, page: number, subject: string): number {
    const { exports } = this.engine;
    let at = exports.pageRead(space.id, page);
    if (at !== 0) return at;
    this.pump.untilSync(() => {
      at = exports.pageRead(space.id, page);
      return at !== 0 || this.pendingOrThrow(exports.pageReadStatus(), subject);
    });
    return at;
  }

  reserve(space: Tablespace): Promise<number> {
    const { exports } = this.engine;
    let page = 0;
    const done = this.pump.attempt(() => {
      const status = exports.fspReserve(space.id);
      page = exports.reservedPage();
      return status === STATUS.ok || this.pendingOrThrow(status, space.name);
    });
    return done.then(() => page);
  }

  reserveSync(space: Tablespace): number {
    const { exports } = this.engine;
    this.pump.untilSync(() => {
      const status = exports.fspReserve(space.id);
      return status === STATUS.ok || this.pendingOrThrow(status, space.name);
    });
    return exports.reservedPage();
  }

  /** False for an answer that may change; anything else is thrown. */
  private pendingOrThrow(status: number, subject: string): false {
    if (status === STATUS.pending || status === STATUS.logFull) return false;
    throw this.errorOf(status, subject);
  }
}
