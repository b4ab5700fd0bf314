// The two flavors of a transaction: one awaits pages that are not in memory, one blocks for them.

import type { Engine } from "./engine.js";
import type { Pager } from "./pager.js";
import type { Tablespace, Transaction, TransactionSync } from "./transaction.js";
import { nameOf, TransactionCore } from "./transaction.js";
import type { WriteSet } from "./write-set.js";

export class AsyncTransaction extends TransactionCore implements Transaction {
  constructor(
    engine: Engine,
    bodySize: number,
    set: WriteSet,
    private readonly pager: Pager,
  ) {
    super(engine, bodySize, set);
  }

  async read(space: Tablespace, page: number, offset: number, length: number): Promise<Uint8Array> {
    this.open();
    this.checkRange(space, page, offset, length);
    if (this.isOwn(space.id, page)) return this.copyOut(space, page, offset, length, 0, false);
    let bytes: Uint8Array | null = null;
    await this.pager.whenResident(space, page, (at) => {
      bytes = this.copyOut(space, page, offset, length, at, true);
    });
    return bytes!;
  }

  async allocatePage(space: Tablespace): Promise<number> {
    this.checkAllocate(space);
    const page = await this.pager.reserve(space);
    this.noteAllocated(space, page);
    return page;
  }
}

/** Nothing else runs between its reads and its commit, so no version needs checking. */
export class BlockingTransaction extends TransactionCore implements TransactionSync {
  constructor(
    engine: Engine,
    bodySize: number,
    set: WriteSet,
    private readonly pager: Pager,
  ) {
    super(engine, bodySize, set);
  }

  read(space: Tablespace, page: number, offset: number, length: number): Uint8Array {
    this.open();
    this.checkRange(space, page, offset, length);
    if (this.isOwn(space.id, page)) return this.copyOut(space, page, offset, length, 0, false);
    const at = this.pager.residentSync(space, page, nameOf(space, page));
    return this.copyOut(space, page, offset, length, at, false);
  }

  allocatePage(space: Tablespace): number {
    this.checkAllocate(space);
    const page = this.pager.reserveSync(space);
    this.noteAllocated(space, page);
    return page;
  }
}
