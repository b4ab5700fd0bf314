// The store as it must be, in plain JavaScript: tablespaces of page bodies, changed by one
// transaction at a time, with a history back to the last state that cannot be lost.
//
// Every transaction adds one to a sequence number, which the store keeps in a page of its own. So a
// store that has lost its latest transactions says itself which state it must be in.

/** Page bodies by page number. A body is never changed in place, only replaced. */
export type Pages = Map<number, Uint8Array>;

/** What one transaction does to the model: new bodies, or null for a page given back. */
export interface Changes {
  /** Sequence number after it. */
  readonly sequence: number;
  readonly bodies: ReadonlyMap<string, ReadonlyMap<number, Uint8Array | null>>;
}

interface Undo {
  readonly sequence: number;
  readonly before: readonly { space: string; page: number; body: Uint8Array | undefined }[];
}

export class Model {
  readonly spaces = new Map<string, Pages>();
  /** Transactions committed so far. */
  sequence = 0;
  private history: Undo[] = [];

  /** The transactions up to the current one cannot be lost any more. */
  settle(): void {
    this.history = [];
  }

  apply(changes: Changes): void {
    if (changes.sequence !== this.sequence + 1) {
      throw new Error(`transaction ${changes.sequence} follows ${this.sequence}`);
    }
    const before: { space: string; page: number; body: Uint8Array | undefined }[] = [];
    for (const [space, bodies] of changes.bodies) {
      const pages = this.pagesOf(space);
      for (const [page, body] of bodies) {
        before.push({ space, page, body: pages.get(page) });
        if (body === null) pages.delete(page);
        else pages.set(page, body);
      }
    }
    this.sequence = changes.sequence;
    this.history.push({ sequence: changes.sequence, before });
  }

  /** Goes back to the state after transaction `sequence`. */
  rewind(sequence: number): void {
    while (this.sequence > sequence) {
      const undo = this.history.pop();
      if (undo === undefined) {
        throw new Error(`the store is at transaction ${sequence}; ${this.sequence} was promised`);
      }
      for (const { space, page, body } of undo.before) {
        if (body === undefined) this.pagesOf(space).delete(page);
        else this.pagesOf(space).set(page, body);
      }
      this.sequence = undo.sequence - 1;
    }
  }

  pagesOf(space: string): Pages {
    const pages = this.spaces.get(space);
    if (pages === undefined) throw new Error(`the model has no tablespace ${space}`);
    return pages;
  }
}

/** A transaction's view of the model: its own changes over the committed state. */
export class View {
  readonly bodies = new Map<string, Map<number, Uint8Array | null>>();

  constructor(
    private readonly model: Model,
    private readonly bodySize: number,
  ) {}

  /** The body of a page as this transaction sees it. */
  body(space: string, page: number): Uint8Array {
    const own = this.bodies.get(space)?.get(page);
    const body = own === undefined ? this.model.pagesOf(space).get(page) : own;
    if (body === undefined || body === null) throw new Error(`${space} page ${page} is not used`);
    return body;
  }

  write(space: string, page: number, offset: number, bytes: Uint8Array): void {
    const isOwn = this.bodies.get(space)?.has(page) ?? false;
    const body = isOwn ? this.body(space, page) : this.body(space, page).slice();
    body.set(bytes, offset);
    this.set(space, page, body);
  }

  allocate(space: string, page: number): void {
    const isUsed = this.model.pagesOf(space).has(page) || this.bodies.get(space)?.has(page);
    if (isUsed) throw new Error(`${space} page ${page} was handed out while it is used`);
    this.set(space, page, new Uint8Array(this.bodySize));
  }

  free(space: string, page: number): void {
    this.set(space, page, null);
  }

  private set(space: string, page: number, body: Uint8Array | null): void {
    let pages = this.bodies.get(space);
    if (pages === undefined) this.bodies.set(space, (pages = new Map<number, Uint8Array | null>()));
    pages.set(page, body);
  }

  changes(sequence: number): Changes {
    return { sequence, bodies: this.bodies };
  }
}
