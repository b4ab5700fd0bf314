// Ctrl-C during a diagnosis: the first signal stops after the current slice, the second ends the
// process at once. Either way the probe file goes: it is removed when the process exits.

/** Exit code by signal, as shells count them: 128 + signal number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof SIGNALS;

export class Cancel {
  private signal: Signal | null = null;
  private readonly handlers = new Map<Signal, () => void>();

  constructor() {
    for (const signal of Object.keys(SIGNALS) as Signal[]) {
      const handler = (): void => this.receive(signal);
      this.handlers.set(signal, handler);
      process.on(signal, handler);
    }
  }

  get isRequested(): boolean {
    return this.signal !== null;
  }

  /** Exit code of the signal received; 130 before any. */
  get exitCode(): number {
    return SIGNALS[this.signal ?? "SIGINT"];
  }

  /** Gives the signals back to Node. */
  dispose(): void {
    for (const [signal, handler] of this.handlers) process.off(signal, handler);
  }

  private receive(signal: Signal): void {
    if (this.signal !== null) process.exit(SIGNALS[signal]);
    this.signal = signal;
  }
}
