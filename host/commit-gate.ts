// How many commits may bring pages in at the same time. Each needs all its pages in memory at one
// moment; more of them than the buffer pool can hold would evict each other's pages for ever.
//
// Commits enter in the order in which they came. Invariant: the pages of those inside fit the
// budget, or there is one alone.

interface Waiting {
  readonly pages: number;
  readonly enter: () => void;
}

export class CommitGate {
  private inside = 0;
  private waiting: Waiting[] = [];

  /** Units: `budget` in pages. */
  constructor(private readonly budget: number) {}

  /** True when a commit of this many pages would not have to wait. */
  isOpen(pages: number): boolean {
    if (this.waiting.length > 0) return false;
    return this.inside === 0 || this.inside + pages <= this.budget;
  }

  /** Resolves when the commit may bring its pages in; `leave` must follow. */
  enter(pages: number): Promise<void> {
    if (this.isOpen(pages)) {
      this.inside += pages;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.waiting.push({ pages, enter: resolve }));
  }

  leave(pages: number): void {
    this.inside -= pages;
    while (this.waiting.length > 0) {
      const next = this.waiting[0]!;
      if (this.inside > 0 && this.inside + next.pages > this.budget) return;
      this.waiting.shift();
      this.inside += next.pages;
      next.enter();
    }
  }
}
