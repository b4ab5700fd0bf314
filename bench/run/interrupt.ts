// Ctrl-C: the first signal asks the run to stop after the current operation, keep what is complete,
// and clean up; the second does not wait, it removes the run's files and ends the process.

import type { WorkFolder } from "./work-folder.js";

/** Exit code by signal, as shells count them: 128 + signal number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof SIGNALS;

export class Interrupt {
  private signal: Signal | null = null;
  private folder: WorkFolder | null = null;
  private listener: (() => void) | null = null;
  private readonly handlers = new Map<Signal, () => void>();

  constructor(private readonly say: (line: string) => void) {
    for (const signal of Object.keys(SIGNALS) as Signal[]) {
      const handler = (): void => this.receive(signal);
      this.handlers.set(signal, handler);
      process.on(signal, handler);
    }
  }

  /** Whether the user asked to stop. */
  get isRequested(): boolean {
    return this.signal !== null;
  }

  /** Exit code of the signal received; 130 before any. */
  get exitCode(): number {
    return SIGNALS[this.signal ?? "SIGINT"];
  }

  /** Names the folder that the second signal removes. */
  guard(folder: WorkFolder): void {
    this.folder = folder;
  }

  /** Calls `listener` at the first signal, or now when there was one. */
  onRequest(listener: () => void): void {
    this.listener = listener;
    if (this.isRequested) listener();
  }

  /** Gives the signals back to Node. */
  dispose(): void {
    for (const [signal, handler] of this.handlers) process.off(signal, handler);
  }

  private receive(signal: Signal): void {
    if (this.signal !== null) {
      this.folder?.remove();
      process.exit(SIGNALS[signal]);
    }
    this.signal = signal;
    this.say("Interrupted: keeping what is complete and cleaning up. Once more to end at once.");
    this.listener?.();
  }
}
