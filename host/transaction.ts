// Transactions at the level of pages: changes are private until commit, then there all at once.

import type { Engine } from "./engine.js";
import { StoreError } from "./errors.js";
import { checkBytes, checkSpace } from "./space-handle.js";
import type { Turn } from "./turns.js";
import { WS_ALLOCATE, WS_CHECK, WS_FREE, WS_WRITE, type WriteSet } from "./write-set.js";

/** A file of pages and its name. */
export interface Tablespace {
  readonly id: number;
  readonly name: string;
  /** Size in pages, free ones included. */
  readonly pages: number;
}

/** What both flavors of a transaction can do. Offsets count from 0 within the page body. */
export interface TransactionWriter {
  /**
   * Writes bytes into a page's body; nobody else sees them before the commit. They are copied at
   * once.
   * Errors: StoreError BAD_ARGUMENT when they reach beyond the body, are no Uint8Array, or the
   * tablespace is not this store's; CLOSED after the end.
   */
  write(space: Tablespace, page: number, offset: number, bytes: Uint8Array): void;
  /** Gives a page back at commit. Errors as `write`. */
  freePage(space: Tablespace, page: number): void;
}

export interface Transaction extends TransactionWriter {
  /** Reads committed bytes with this transaction's own writes laid over them. */
  read(space: Tablespace, page: number, offset: number, length: number): Promise<Uint8Array>;
  /** Takes a free page; it starts as zeros, and is really taken at commit. */
  allocatePage(space: Tablespace): Promise<number>;
}

export interface TransactionSync extends TransactionWriter {
  read(space: Tablespace, page: number, offset: number, length: number): Uint8Array;
  allocatePage(space: Tablespace): number;
}

const LSN_AT = 16 - 38; // from the page body back to FIL_PAGE_LSN
const LSN_SIZE = 8;

/** The state both flavors share; the store finishes it. */
export class TransactionCore implements TransactionWriter {
  /** null once the transaction has ended. */
  private set: WriteSet | null;
  /** Pages allocated here, as "space page". */
  private own: Map<number, Set<number>> | null = null;
  /** LSN bytes of every page read, by space and page; checked at commit. */
  private seen: Map<number, Map<number, Uint8Array>> | null = null;
  /** Known once it is sealed: it changes nothing, so there is nothing to be made durable. */
  isReadOnly = false;
  /** The turn it belongs to, of its own or of a transaction around it; see turns.ts. */
  turn: Turn | null = null;
  ownsTurn = false;
  /** How many reads there were of pages of others. */
  private reads = 0;

  constructor(
    protected readonly engine: Engine,
    private readonly bodySize: number,
    set: WriteSet,
  ) {
    this.set = set;
  }

  write(space: Tablespace, page: number, offset: number, bytes: Uint8Array): void {
    const set = this.open();
    checkSpace(space, this.engine);
    checkBytes(bytes, space, page, "bytes");
    checkRange(space, page, offset, bytes.length, this.bodySize);
    set.append(WS_WRITE, space.id, page, offset, bytes);
  }

  freePage(space: Tablespace, page: number): void {
    const set = this.open();
    this.checkRange(space, page, 0, 1);
    if (this.isOwn(space.id, page)) {
      throw new StoreError("BAD_ARGUMENT", `${nameOf(space, page)}: allocated by this transaction`);
    }
    set.append(WS_FREE, space.id, page, 0, null);
  }

  /** The transaction may allocate a page there. Errors: StoreError CLOSED, BAD_ARGUMENT. */
  protected checkAllocate(space: Tablespace): void {
    this.open();
    checkSpace(space, this.engine);
  }

  /** Notes a page that the engine has reserved for this transaction; after the end, returns it. */
  noteAllocated(space: Tablespace, page: number): void {
    if (this.set === null) this.engine.exports.fspUnreserve(space.id, page);
    this.open().append(WS_ALLOCATE, space.id, page, 0, null);
    this.own ??= new Map();
    const pages = this.own.get(space.id);
    if (pages === undefined) this.own.set(space.id, new Set([page]));
    else pages.add(page);
  }

  protected isOwn(space: number, page: number): boolean {
    return this.own?.get(space)?.has(page) ?? false;
  }

  /**
   * Copies from the page body at `at` (0: an own new page, all zeros), and remembers the version
   * that was seen if `check`.
   */
  protected copyOut(
    space: Tablespace,
    page: number,
    offset: number,
    length: number,
    at: number,
    check: boolean,
  ): Uint8Array {
    const set = this.open();
    const { bytes } = this.engine;
    const target = new Uint8Array(length);
    if (at !== 0) {
      target.set(bytes.subarray(at + offset, at + offset + length));
      if (check) this.remember(space.id, page, at + LSN_AT);
    }
    set.overlay(space.id, page, offset, target);
    return target;
  }

  private remember(space: number, page: number, at: number): void {
    this.reads++;
    this.seen ??= new Map();
    let pages = this.seen.get(space);
    if (pages === undefined) this.seen.set(space, (pages = new Map<number, Uint8Array>()));
    if (!pages.has(page)) pages.set(page, this.engine.bytes.slice(at, at + LSN_SIZE));
  }

  protected checkRange(space: Tablespace, page: number, offset: number, length: number): void {
    checkSpace(space, this.engine);
    checkRange(space, page, offset, length, this.bodySize);
  }

  protected open(): WriteSet {
    if (this.set === null) throw new StoreError("CLOSED", "the transaction has ended");
    return this.set;
  }

  /**
   * The finished write set, versions to check included; the transaction takes no more changes. One
   * read alone is of one moment; whatever else was read must still be as it was seen.
   */
  seal(): WriteSet {
    const set = this.open();
    this.isReadOnly = set.length === 0;
    if (this.seen !== null && (!this.isReadOnly || this.reads > 1)) {
      for (const [space, pages] of this.seen) {
        for (const [page, lsn] of pages) set.append(WS_CHECK, space, page, 0, lsn);
      }
    }
    this.set = null;
    return set;
  }

  /** Ends the transaction without a trace; returns its buffer for another one. */
  abandon(): WriteSet | null {
    const set = this.set;
    this.set = null;
    this.unreserve();
    return set;
  }

  /** Gives reserved pages back. */
  unreserve(): void {
    if (this.own === null) return;
    for (const [space, pages] of this.own) {
      for (const page of pages) this.engine.exports.fspUnreserve(space, page);
    }
  }
}

/** Errors: StoreError BAD_ARGUMENT when the range is not 1 or more bytes of a page body. */
export function checkRange(
  space: Tablespace,
  page: number,
  offset: number,
  length: number,
  bodySize: number,
): void {
  const fits =
    Number.isInteger(page) &&
    page >= 0 &&
    page < 0xffffffff &&
    Number.isInteger(offset) &&
    offset >= 0 &&
    Number.isInteger(length) &&
    length >= 1 &&
    offset + length <= bodySize;
  if (fits) return;
  throw new StoreError(
    "BAD_ARGUMENT",
    `${nameOf(space, page)}: offset ${offset}, length ${length}: expected 1 or more bytes ` +
      `within a page body of ${bodySize}`,
  );
}

/** For messages: "users page 7". */
export function nameOf(space: Tablespace, page: number): string {
  return `${space.name} page ${page}`;
}
