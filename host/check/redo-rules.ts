// The rules about redo: what a write of redo may rest on, and what it may overwrite.

import type { BeganEvent, RedoChange } from "../observe/event.js";
import type { FileRules } from "./file-rules.js";
import type { Write } from "./file-state.js";
import type { PageRules } from "./page-rules.js";
import type { CheckState } from "./state.js";
import { whyRedoEnds } from "./words.js";

const BLOCK = 512;

export class RedoRules {
  constructor(
    private readonly s: CheckState,
    private readonly pages: PageRules,
    private readonly files: FileRules,
  ) {}

  /** Redo is being written; the write is not among those of the log yet. */
  began(write: Write, event: BeganEvent): void {
    const { redo } = this.s;
    const { capacity, changes, to } = event.redo!;
    if (event.point === "recovery") {
      redo.closed(write);
      return this.pages.cut(to);
    }
    this.files.used(write);
    this.checkReuse(write, write.redoFrom + event.length - capacity);
    for (const change of changes) this.apply(change, write);
    redo.began(write);
  }

  /** Redo up to `overwritten` is lost with this write. */
  private checkReuse(write: Write, overwritten: number): void {
    const { checkpoint } = this.s.redo;
    if (checkpoint === null || overwritten <= checkpoint - (checkpoint % BLOCK)) return;
    this.s.verdict.report("checkpoint-before-reuse", write.seq, () => {
      const what = `write #${write.seq} of redo ${write.redoFrom} to ${write.redoTo}`;
      const newest = `the newest durable checkpoint was ${checkpoint}`;
      return `${what} overwrote redo up to ${overwritten} while ${newest}`;
    });
  }

  private apply(change: RedoChange, write: Write): void {
    switch (change.type) {
      case "page":
        return this.pages.changed(change);
      case "note":
        return this.checkNote(change.lsn, write);
      case "create":
        return this.created(change.space, change.to, write);
      case "extend":
        return this.extended(change.space, change.pages, write);
      case "delete":
        return this.dropped(change.space, change.to);
    }
  }

  private checkNote(lsn: number, write: Write): void {
    const { durable, firstLost } = this.s.redo;
    if (lsn <= durable) return;
    this.s.verdict.report("durable-before-note", write.seq, () => {
      const reason = whyRedoEnds(firstLost, durable);
      return `write #${write.seq} holds a note that redo is durable up to ${lsn}, while ${reason}`;
    });
  }

  private created(space: number, lsn: number, write: Write): void {
    const file = this.s.tablespace(space);
    if (file === undefined) return;
    file.createdLsn = lsn;
    const what = `write #${write.seq} of redo that creates it began`;
    this.files.mustBeWhole(file, what, write.seq);
  }

  private extended(space: number, pages: number, write: Write): void {
    const file = this.s.tablespace(space);
    if (file === undefined) return;
    const what = (): string => `write #${write.seq} of redo that extends it to ${pages} pages`;
    this.files.mustHaveSize(file, pages * this.s.pageSize, what, write.seq);
  }

  private dropped(space: number, lsn: number): void {
    const file = this.s.tablespace(space);
    if (file === undefined) return;
    file.droppedLsn = lsn;
    file.pages.clear();
  }
}
