// One line of the verdict.

export interface Advice {
  readonly variable: string;
  /** Null: nothing to set. */
  readonly value: string | null;
  readonly reason: string;
  /** What would change it; empty when nothing would. */
  readonly unless: string;
}
