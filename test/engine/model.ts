// What a store should hold: the bodies of all pages after every commit, so that a recovered store
// can be held against every state it may legally be in.
//
// The first page allocated is the counter: every commit writes its own number there.

import { expect } from "vitest";
import { BODY_SIZE, STATUS, WriteSet, type Machine } from "./harness.js";

export type Bodies = ReadonlyMap<string, Uint8Array>;

/** One transaction: what the engine is asked, and what the model expects of it. */
export class Change {
  readonly set = new WriteSet();
  private readonly effects: ((bodies: Map<string, Uint8Array>) => void)[] = [];

  write(space: number, page: number, offset: number, payload: Uint8Array): this {
    this.set.write(space, page, offset, payload);
    this.effects.push((bodies) => {
      const body = (bodies.get(`${space}:${page}`) ?? new Uint8Array(BODY_SIZE)).slice();
      body.set(payload, offset);
      bodies.set(`${space}:${page}`, body);
    });
    return this;
  }

  allocate(space: number, page: number): this {
    this.set.allocate(space, page);
    this.effects.push((bodies) => bodies.set(`${space}:${page}`, new Uint8Array(BODY_SIZE)));
    return this;
  }

  free(space: number, page: number): this {
    this.set.free(space, page);
    this.effects.push((bodies) => bodies.delete(`${space}:${page}`));
    return this;
  }

  applyTo(bodies: Bodies): Bodies {
    const copy = new Map(bodies);
    for (const effect of this.effects) effect(copy);
    return copy;
  }
}

interface Ddl {
  readonly name: string;
  readonly id: number;
  readonly exists: boolean;
  /** Length of the journal when it was asked for, and when it was answered. */
  readonly from: number;
  readonly to: number;
}

export class Model {
  /** states[n]: all bodies after n commits. */
  readonly states: Bodies[] = [new Map()];
  readonly lsns: number[] = [0];
  readonly ddls: Ddl[] = [];
  private counter: { space: number; page: number } | null = null;

  get commits(): number {
    return this.states.length - 1;
  }

  get last(): Bodies {
    return this.states[this.commits]!;
  }

  /** Pages of the last state whose tablespace exists, as [space, page]. */
  pages(space?: number): [number, number][] {
    const all = [...this.last.keys()].map((key) => key.split(":").map(Number) as [number, number]);
    const dropped = this.ddls.filter((ddl) => !ddl.exists).map((ddl) => ddl.id);
    return all.filter(([id]) => !dropped.includes(id) && (space === undefined || id === space));
  }

  /** Asks once for the commit of `change`; returns the status, and remembers it when it is OK. */
  tryCommit(machine: Machine, change: Change): number {
    return this.note(machine, change, machine.tryCommit(this.numbered(change).set));
  }

  commit(machine: Machine, change: Change): void {
    const status = this.note(machine, change, machine.commit(this.numbered(change).set));
    expect(status, "a commit of the script").toBe(STATUS.OK);
  }

  /** Allocates the counter page first of all. */
  begin(machine: Machine, space: number): void {
    const page = machine.reserve(space);
    this.counter = { space, page };
    this.commit(machine, new Change().allocate(space, page));
  }

  private numbered(change: Change): Change {
    const { space, page } = this.counter!;
    return change.write(space, page, 0, bytesOf(this.commits + 1));
  }

  private note(machine: Machine, change: Change, status: number): number {
    if (status !== STATUS.OK) return status;
    this.states.push(change.applyTo(this.last));
    this.lsns.push(machine.x.commitLsn());
    return status;
  }

  /** Creates or drops a tablespace; returns its space id. */
  ddl(machine: Machine, verb: "create" | "drop", name: string): number {
    const from = machine.journal.length;
    expect(machine.ddl(verb, name), `${verb} ${name}`).toBe(STATUS.OK);
    const id = machine.x.ddlSpaceId();
    this.ddls.push({ name, id, exists: verb === "create", from, to: machine.journal.length });
    return id;
  }

  /** Commits that were promised to be durable when the journal had `cut` events. */
  promised(machine: Machine, cut: number): number {
    const kept = machine.promises.filter((promise) => promise.at <= cut);
    const lsn = kept.at(-1)?.lsn ?? 0;
    return this.lsns.findLastIndex((each) => each <= lsn);
  }

  /** Which of the names must exist, and which may, after a cut behind `cut` events. */
  private namesAt(cut: number): { must: Set<string>; may: Set<string> } {
    const must = new Set<string>();
    const may = new Set<string>();
    for (const { name, exists, from, to } of this.ddls) {
      if (from >= cut) continue;
      may.add(name);
      if (exists && to <= cut) must.add(name);
      if (!exists) must.delete(name);
      if (!exists && to <= cut) may.delete(name);
    }
    return { must, may };
  }

  /**
   * Checks a recovered store: the state is the one after some number of commits, at least
   * `promised` of them; tablespaces exist that must, and none that must not. Returns the number.
   * `ignored`: a page that this model knows nothing of.
   */
  check(machine: Machine, promised: number, cut = Number.MAX_SAFE_INTEGER, ignored = ""): number {
    machine.x.checkInvariants();
    const names = machine.dictionary();
    const { must, may } = this.namesAt(cut);
    expect(
      [...must].filter((name) => !names.has(name)),
      "tablespaces lost",
    ).toEqual([]);
    expect(
      [...names.keys()].filter((name) => !may.has(name)),
      "tablespaces too many",
    ).toEqual([]);
    const commits = this.commitsIn(machine);
    expect(commits, "commits recovered").toBeGreaterThanOrEqual(promised);
    expect(commits, "commits recovered").toBeLessThanOrEqual(this.commits);
    this.checkBodies(machine, this.states[commits]!, new Set(names.values()), ignored);
    return commits;
  }

  private commitsIn(machine: Machine): number {
    if (this.counter === null) return 0;
    const body = machine.read(this.counter.space, this.counter.page);
    return typeof body === "number" ? 0 : new DataView(body.buffer).getUint32(0);
  }

  private checkBodies(
    machine: Machine,
    expected: Bodies,
    spaces: ReadonlySet<number>,
    ignored: string,
  ): void {
    const keys = new Set(this.states.flatMap((state) => [...state.keys()]));
    keys.delete(ignored);
    for (const key of keys) {
      const [space, page] = key.split(":").map(Number) as [number, number];
      if (!spaces.has(space)) continue;
      const found = machine.read(space, page);
      const body = expected.get(key);
      if (body === undefined) {
        expect(found, `page ${key}, which belongs to no one`).toBeTypeOf("number");
      } else {
        if (typeof found === "number") throw new Error(`page ${key}: status ${found}`);
        const at =
          Buffer.compare(found, body) === 0 ? -1 : found.findIndex((b, i) => b !== body[i]);
        if (at >= 0) throw new Error(`page ${key}: byte ${at} is ${found[at]}, not ${body[at]}`);
      }
    }
  }
}

export function bytesOf(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
