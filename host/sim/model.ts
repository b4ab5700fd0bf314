// What a store should hold: the bodies of its pages after every commit, so that a recovered store
// can be held against every state it may legally be in.
//
//   states    0 ──commit 1──▶ 1 ──commit 2──▶ 2 …      the store must be in one of them,
//                             ▲ acknowledged           at or after the last acknowledged one
//
// Page 1 of the first tablespace is the counter: every commit writes its own number into it, so the
// store itself says which state it claims to be in.

import { WriteSet, WS_ALLOCATE, WS_FREE, WS_WRITE } from "../write-set.js";

/** Bytes of a page that are not its body. */
const PAGE_OVERHEAD = 46;

export interface PageBody {
  readonly space: number;
  readonly page: number;
  readonly body: Uint8Array;
}

/** All pages in use after some number of commits, by "space:page". */
export type PageBodies = ReadonlyMap<string, PageBody>;

/** One transaction: what the engine is asked, and what the model expects of it. */
export class Change {
  private readonly set = new WriteSet();
  private readonly effects: ((bodies: Map<string, PageBody>) => void)[] = [];

  constructor(private readonly pageSize: number) {}

  write(space: number, page: number, offset: number, payload: Uint8Array): this {
    this.set.append(WS_WRITE, space, page, offset, payload);
    this.effects.push((bodies) => {
      const key = `${space}:${page}`;
      const body = bodies.get(key)!.body.slice();
      body.set(payload, offset);
      bodies.set(key, { space, page, body });
    });
    return this;
  }

  allocate(space: number, page: number): this {
    this.set.append(WS_ALLOCATE, space, page, 0, null);
    const body = new Uint8Array(this.pageSize - PAGE_OVERHEAD);
    this.effects.push((bodies) => bodies.set(`${space}:${page}`, { space, page, body }));
    return this;
  }

  free(space: number, page: number): this {
    this.set.append(WS_FREE, space, page, 0, null);
    this.effects.push((bodies) => bodies.delete(`${space}:${page}`));
    return this;
  }

  /** The write set as the engine takes it. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.set.length);
    this.set.copyTo(bytes, 0);
    return bytes;
  }

  applyTo(bodies: PageBodies): PageBodies {
    const copy = new Map(bodies);
    for (const effect of this.effects) effect(copy);
    return copy;
  }
}

/** A tablespace made or dropped. Moments are lengths of the history. */
export interface SpaceChange {
  readonly name: string;
  readonly space: number;
  readonly exists: boolean;
  readonly askedAt: number;
  /** Infinity when it was never answered. */
  doneAt: number;
}

/** A moment at which a promise was given. */
export interface Acknowledgement {
  /** Length of the history. */
  readonly at: number;
  /** Commits acknowledged by then. */
  readonly commits: number;
  /** End of the last of them in redo. */
  readonly lsn: number;
}

export class Model {
  /** states[n]: every page after n commits. */
  readonly states: PageBodies[] = [new Map()];
  /** LSNs of the commits; the first is 0. */
  readonly lsns: number[] = [0];
  /** Length of the history when a commit was handed to the engine; the first is 0. */
  readonly submitted: number[] = [0];
  readonly acknowledged: Acknowledgement[] = [];
  readonly spaces: SpaceChange[] = [];

  constructor(
    readonly pageSize: number,
    /** Where every commit writes its number. */
    readonly counter: { readonly space: number; readonly page: number },
  ) {}

  get commits(): number {
    return this.states.length - 1;
  }

  get last(): PageBodies {
    return this.states[this.commits]!;
  }

  /** A transaction that writes its number first of all. */
  change(): Change {
    const { space, page } = this.counter;
    return new Change(this.pageSize).write(space, page, 0, numberBytes(this.commits + 1));
  }

  /** The engine has taken the commit. */
  took(change: Change, lsn: number, at: number): void {
    this.states.push(change.applyTo(this.last));
    this.lsns.push(lsn);
    this.submitted.push(at);
  }

  /** A promise has been given for every commit up to `lsn`. */
  acknowledge(lsn: number, at: number): void {
    let commits = this.acknowledged.at(-1)?.commits ?? 0;
    while (commits < this.commits && this.lsns[commits + 1]! <= lsn) commits++;
    if (commits > (this.acknowledged.at(-1)?.commits ?? 0)) {
      this.acknowledged.push({ at, commits, lsn: this.lsns[commits]! });
    }
  }

  /** Commits promised, and commits that may be there, when the history had `cut` events. */
  boundsAt(cut: number): { promised: number; possible: number; lsn: number } {
    let promised = 0;
    let lsn = 0;
    for (const each of this.acknowledged) {
      if (each.at > cut) break;
      promised = each.commits;
      lsn = each.lsn;
    }
    let possible = this.commits;
    while (possible > 0 && this.submitted[possible]! > cut) possible--;
    return { promised, possible, lsn };
  }

  /** Names that must exist after a cut, and names that may. */
  namesAt(cut: number): { must: ReadonlyMap<string, number>; may: ReadonlySet<string> } {
    const must = new Map<string, number>();
    const may = new Set<string>();
    for (const { name, space, exists, askedAt, doneAt } of this.spaces) {
      if (askedAt > cut) continue;
      if (exists) may.add(name);
      if (exists && doneAt <= cut) must.set(name, space);
      if (!exists) must.delete(name);
      if (!exists && doneAt <= cut) may.delete(name);
    }
    return { must, may };
  }
}

/** The number of a commit as it stands in the counter page. */
export function numberBytes(value: number): Uint8Array {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
}
