// A page between its change and the moment it is durable in place: which record groups changed it,
// and which image of it is on its way.
//
//   redo      │ 9000..9080 │      │ 9200..9260 │        changes, in log order
//   image                page LSN 9080                  durable: takes the first change away
//
// Invariant: changes are in log order, and none ends at or below the LSN of a durable image.

import type { Write } from "./file-state.js";

export class PageState {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private head = 0;
  /** The newest image in place that is not durable. */
  image: Write | null = null;
  /** What the disk holds is known only when it is read: power was cut, or a write was in flight. */
  isUnknown = false;

  /** Where the oldest change starts that is not durable in place; Infinity: there is none. */
  get oldest(): number {
    return this.head < this.starts.length ? this.starts[this.head]! : Infinity;
  }

  /** Where that change ends. */
  get oldestEnd(): number {
    return this.ends[this.head]!;
  }

  get isSettled(): boolean {
    return this.image === null && this.head === this.starts.length;
  }

  changed(from: number, to: number): void {
    this.starts.push(from);
    this.ends.push(to);
  }

  /** An image with this page LSN is durable in place. */
  durable(lsn: number): void {
    while (this.head < this.ends.length && this.ends[this.head]! <= lsn) this.head++;
    if (this.head < 64) return;
    this.starts.splice(0, this.head);
    this.ends.splice(0, this.head);
    this.head = 0;
  }

  /** The log ends at `lsn` now: later changes never happened. */
  cut(lsn: number): void {
    while (this.ends.length > this.head && this.ends.at(-1)! > lsn) {
      this.starts.pop();
      this.ends.pop();
    }
  }
}
