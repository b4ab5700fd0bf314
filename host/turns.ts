// Who runs alone. A transaction that lost conflicts a few times takes a turn: until its commit is
// in the log, commits of others wait, so nothing can change what it has read.
//
//   lost ──▶ queue ──▶ turn: body ▸ commit ──▶ the commits that waited ──▶ the next turn
//
// Nobody waits for ever, whatever a body waits for itself:
// - a transaction begun inside the body of a turn belongs to it, and waits for nobody;
// - a turn that lasts for a whole lease while others wait is over: its body goes on unshielded.
// Invariant: while somebody waits or is queued, there is a turn, and a lease runs.

import { AsyncLocalStorage } from "node:async_hooks";

/** A turn is over after one to two of these, when others wait. */
const LEASE_MS = 1_000;

export class Turn {
  begin: (() => void) | null = null;
}

export class Turns {
  /** Whose turn it is; null: everybody's. */
  private current: Turn | null = null;
  private queue: Turn[] = [];
  /** Commits that wait for the end of the turn. */
  private waiting: (() => void)[] = [];
  private timer: NodeJS.Timeout | null = null;
  private seen: Turn | null = null;
  private readonly context = new AsyncLocalStorage<Turn>();

  /** The turn whose body the caller runs in, or null. */
  inside(): Turn | null {
    if (this.current === null || this.context.getStore() !== this.current) return null;
    return this.current;
  }

  isCurrent(turn: Turn | null): boolean {
    return turn !== null && turn === this.current;
  }

  /** True when a commit that belongs to `turn` has to wait. */
  isBlocked(turn: Turn | null): boolean {
    return this.current !== null && this.current !== turn;
  }

  /** Resolves when the turn of the caller has come; `end` must follow. */
  enter(): Promise<Turn> {
    const turn = new Turn();
    if (this.current === null) {
      this.current = turn;
      return Promise.resolve(turn);
    }
    this.queue.push(turn);
    this.watch();
    return new Promise((resolve) => (turn.begin = () => resolve(turn)));
  }

  /** Runs a body in its turn. */
  run<T>(turn: Turn, body: () => T): T {
    return this.context.run(turn, body);
  }

  /** Resolves at the end of the turn; the caller commits at once then, and does not ask again. */
  whenOver(): Promise<void> {
    this.watch();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Ends a turn; one that is over already is left alone. */
  end(turn: Turn | null): void {
    if (turn === null || turn !== this.current) return;
    const { waiting } = this;
    this.waiting = [];
    // These are told first, and commit before the next body runs.
    for (const go of waiting) go();
    this.current = this.queue.shift() ?? null;
    if (this.current !== null) this.current.begin!();
    else this.rest();
  }

  private rest(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.seen = null;
    // A context that is in use makes every promise of the process slower.
    this.context.disable();
  }

  private watch(): void {
    this.timer ??= setInterval(() => this.expire(), LEASE_MS);
  }

  private expire(): void {
    if (this.seen === this.current) this.end(this.current);
    this.seen = this.current;
  }
}
