// What a run says while it works, always on stderr: one live line on a terminal, one line per turn
// in a pipe, nothing with --quiet. Results never pass through here.

import { formatBytes, formatCount, formatSeconds } from "../units.js";

export interface TurnNews {
  readonly round: number;
  readonly rounds: number;
  /** Turns finished before this one, and all turns. */
  readonly done: number;
  readonly turns: number;
  readonly words: string;
}

export interface Progress {
  /** A step before the first turn. */
  preparing(what: string): void;
  turnStarts(news: TurnNews): void;
  turnEnds(news: TurnNews, operationsPerSecond: number, unit: string, written: number): void;
  /** A line that must not be overwritten; printed even when quiet. */
  warn(line: string): void;
  /** Clears the live line. */
  end(): void;
}

interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Returns the progress that fits `sink`. */
export function createProgress(sink: Sink, quiet: boolean): Progress {
  if (quiet) return new Silent(sink);
  return sink.isTTY === true ? new LiveLine(sink) : new LinePerTurn(sink);
}

class Silent implements Progress {
  constructor(protected readonly sink: Sink) {}
  preparing(_what: string): void {}
  turnStarts(_news: TurnNews): void {}
  turnEnds(_news: TurnNews, _rate: number, _unit: string, _written: number): void {}
  warn(line: string): void {
    this.sink.write(`${line}\n`);
  }
  end(): void {}
}

class LinePerTurn extends Silent {
  override preparing(what: string): void {
    this.sink.write(`${what}\n`);
  }
  override turnEnds(news: TurnNews, rate: number, unit: string, written: number): void {
    const round = `round ${news.round + 1}/${news.rounds}`;
    const place = `${String(news.done + 1).padStart(String(news.turns).length)}/${news.turns}`;
    const speed = `${formatCount(rate)} ${unit}s/s`.padStart(17);
    this.sink.write(
      `${place}  ${round}  ${news.words.padEnd(38)}${speed}  ${formatBytes(written)}\n`,
    );
  }
}

class LiveLine extends Silent {
  private readonly startedAt = performance.now();
  private last = "";

  override preparing(what: string): void {
    this.show(what);
  }

  override turnStarts(news: TurnNews): void {
    const round = `round ${news.round + 1}/${news.rounds}`;
    this.show([`${bar(news)} ${round}`, news.words, this.last, this.left(news)].filter(Boolean));
  }

  override turnEnds(_news: TurnNews, rate: number, unit: string, written: number): void {
    this.last = `last ${formatCount(rate)} ${unit}s/s, ${formatBytes(written)} written`;
  }

  override warn(line: string): void {
    this.end();
    this.sink.write(`${line}\n`);
  }

  override end(): void {
    this.sink.write("\r\x1b[K");
  }

  private left(news: TurnNews): string {
    if (news.done < 2) return "";
    const seconds = (performance.now() - this.startedAt) / 1000;
    return `about ${formatSeconds(Math.ceil((seconds / news.done) * (news.turns - news.done)))} left`;
  }

  /** Cut to the terminal: a line that wraps cannot be overwritten. */
  private show(parts: string | readonly string[]): void {
    const line = typeof parts === "string" ? parts : parts.join("  ");
    this.sink.write(`\r\x1b[K${line.slice(0, (this.sink.columns ?? 80) - 1)}`);
  }
}

function bar(news: TurnNews): string {
  const width = 16;
  const full = Math.round((news.done / news.turns) * width);
  return `[${"#".repeat(full)}${".".repeat(width - full)}]`;
}
