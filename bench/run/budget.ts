// How much a run may write, over everything it does. What is left is shared out evenly over the
// turns still to come, so that a fast configuration cannot use up the bytes of the others; what a
// slow one leaves unused goes back to the rest. A turn also writes outside its measurement
// (warm-up, the checkpoint at its end); the average of that so far is kept back from every share.

/** A share is never less than this part of an even one, so that every turn measures something. */
const SHARE_MIN = 0.1;

export class ByteBudget {
  private written = 0;
  private ended = 0;
  private unmeasured = 0;

  constructor(
    readonly max: number,
    private turns: number,
  ) {}

  /** Bytes written so far. */
  get spent(): number {
    return this.written;
  }

  /** Returns the bytes that the next turn may write while it is measured; 0 when none are left. */
  nextShare(): number {
    if (this.written >= this.max) return 0;
    const even = (this.max - this.written) / Math.max(1, this.turns);
    const keptBack = this.ended === 0 ? 0 : this.unmeasured / this.ended;
    return Math.max(even * SHARE_MIN, even - keptBack);
  }

  /** Ends a turn that wrote `bytes`, `measured` of them while it was measured. */
  endTurn(bytes: number, measured: number): void {
    this.written += bytes;
    this.unmeasured += bytes - measured;
    this.ended++;
    this.turns--;
  }
}
