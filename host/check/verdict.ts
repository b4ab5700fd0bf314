// What a checker has found: violations in the order in which they happened, and how many of each.

import { EDGES, type Edge } from "./edges.js";

export interface Violation {
  readonly edge: Edge;
  /** Sequence number of the operation that came too early; 0 for an acknowledgment. */
  readonly seq: number;
  /** Which request came before what: one sentence. */
  readonly sentence: string;
}

export class Verdict {
  readonly violations: Violation[] = [];
  private readonly counts = new Map<Edge, number>();

  /** Keeps the first `keep` violations of each edge; counts all. */
  constructor(private readonly keep: number) {}

  /** `tell` is called only for violations that are kept. */
  report(edge: Edge, seq: number, tell: () => string): void {
    const count = this.counts.get(edge) ?? 0;
    this.counts.set(edge, count + 1);
    if (count < this.keep) this.violations.push({ edge, seq, sentence: tell() });
  }

  count(edge: Edge): number {
    return this.counts.get(edge) ?? 0;
  }

  /** Edges with a violation, in the order of EDGES. */
  broken(): Edge[] {
    return EDGES.filter((edge) => this.counts.has(edge));
  }
}
