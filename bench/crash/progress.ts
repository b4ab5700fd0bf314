// What a crash run says while it works, always on stderr: one live line on a terminal, one line for
// each finished row in a pipe, nothing with --quiet.

import { formatCount, formatSeconds, plural } from "../units.js";
import { cellWords } from "./cell-words.js";
import type { RowResult } from "./result.js";
import type { RowSpec } from "./settings.js";

export interface CrashProgress {
  /** `states`: crash states visited by now, on all threads. */
  begin(units: number, states: () => number): void;
  /** `finished`: the row, when this was its last unit. */
  unitDone(row: RowSpec, finished: RowResult | null): void;
  /** Counter-examples are being made small. */
  telling(count: number): void;
  /** A line that must not be overwritten; printed even when quiet. */
  warn(line: string): void;
  end(): void;
}

interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const TICK_MS = 200;

export function createCrashProgress(sink: Sink, quiet: boolean): CrashProgress {
  if (quiet) return new Silent(sink);
  return sink.isTTY === true ? new LiveLine(sink) : new LinePerRow(sink);
}

class Silent implements CrashProgress {
  protected readonly startedAt = performance.now();
  protected units = 0;
  protected done = 0;
  protected states: () => number = () => 0;

  constructor(protected readonly sink: Sink) {}

  begin(units: number, states: () => number): void {
    this.units = units;
    this.states = states;
  }

  unitDone(_row: RowSpec, _finished: RowResult | null): void {
    this.done++;
  }

  telling(_count: number): void {}

  warn(line: string): void {
    this.sink.write(`${line}\n`);
  }

  end(): void {}

  /** "12,345 states, 9,876 per second". */
  protected speed(): string {
    const seconds = (performance.now() - this.startedAt) / 1000;
    const states = this.states();
    return `${formatCount(states)} states, ${formatCount(states / Math.max(seconds, 0.001))} per second`;
  }
}

class LinePerRow extends Silent {
  override unitDone(row: RowSpec, finished: RowResult | null): void {
    super.unitDone(row, finished);
    if (finished === null) return;
    const place = `${String(this.done).padStart(String(this.units).length)}/${this.units}`;
    const worst = finished.cells.map((cell) => cellWords(cell)).join(" · ");
    this.sink.write(`${place}  ${nameOf(row)}: ${worst}  (${this.speed()})\n`);
  }
}

class LiveLine extends Silent {
  private timer: NodeJS.Timeout | null = null;
  private what = "";

  override begin(units: number, states: () => number): void {
    super.begin(units, states);
    this.timer = setInterval(() => this.show(), TICK_MS);
    this.timer.unref();
  }

  override unitDone(row: RowSpec, finished: RowResult | null): void {
    super.unitDone(row, finished);
    this.what = nameOf(row);
    this.show();
  }

  override telling(count: number): void {
    if (count > 0) this.what = `making ${plural(count, "counter-example")} small`;
    this.show();
  }

  override warn(line: string): void {
    this.sink.write(`\r\x1b[K${line}\n`);
  }

  override end(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.sink.write("\r\x1b[K");
  }

  /** Cut to the terminal: a line that wraps cannot be overwritten. */
  private show(): void {
    const width = 16;
    const full = Math.round((this.done / Math.max(1, this.units)) * width);
    const bar = `[${"#".repeat(full)}${".".repeat(width - full)}]`;
    const line = [bar, this.speed(), this.left(), this.what].filter(Boolean).join("  ");
    this.sink.write(`\r\x1b[K${line.slice(0, (this.sink.columns ?? 80) - 1)}`);
  }

  private left(): string {
    if (this.done < 5 || this.done === this.units) return "";
    const seconds = (performance.now() - this.startedAt) / 1000;
    const left = (seconds / this.done) * (this.units - this.done);
    return `about ${formatSeconds(Math.ceil(left))} left`;
  }
}

function nameOf({ method, doublewrite, trxCommit }: RowSpec): string {
  return `${method} ${doublewrite} ${trxCommit}`;
}
