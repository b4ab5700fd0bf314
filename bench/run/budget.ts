// How much a run may write, over everything it does. What is left is shared out evenly over the
// turns still to come, so that a fast configuration cannot use up the bytes of the others; what a
// slow one leaves unused goes back to the rest.

export class ByteBudget {
  private written = 0;

  constructor(
    readonly max: number,
    private turns: number,
  ) {}

  /** Bytes written so far. */
  get spent(): number {
    return this.written;
  }

  /** Adds bytes written outside the measured turns. */
  spend(bytes: number): void {
    this.written += bytes;
  }

  /** Returns the bytes the next turn may write; 0 when nothing is left. */
  nextShare(): number {
    return Math.max(0, (this.max - this.written) / Math.max(1, this.turns));
  }

  /** Ends a turn that wrote `bytes`. */
  endTurn(bytes: number): void {
    this.written += bytes;
    this.turns--;
  }
}
