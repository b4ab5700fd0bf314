// The rules about pages: what must be durable before a page is written in place, before its copy is
// given up, and before the checkpoint passes it.
//
//   redo durable ─▶ copy durable ─▶ page in place ─▶ page durable ─▶ copy reused, checkpoint block

import type { PageVersion, RedoChange } from "../observe/event.js";
import type { Copy, FileState, Write } from "./file-state.js";
import { PageState } from "./page-state.js";
import type { CheckState } from "./state.js";
import { nameOfFile, nameOfPage, whyNotDurable, whyRedoEnds } from "./words.js";

export class PageRules {
  constructor(private readonly s: CheckState) {}

  /** Redo that changes a page is being written. */
  changed(change: Extract<RedoChange, { type: "page" }>): void {
    const file = this.s.tablespace(change.space);
    if (file === undefined || file.droppedLsn !== null) return;
    pageOf(file, change.page).changed(change.from, change.to);
  }

  /** A page is being written in place; `isRepair`: recovery puts back a copy. */
  inPlace(write: Write, isRepair: boolean): void {
    for (const version of write.pages) {
      this.checkRedo(write, version);
      if (!isRepair && this.s.doublewrite !== "OFF") this.checkCopy(write, version);
      const page = pageOf(write.file, version.page);
      page.image = write;
      page.isUnknown = false;
    }
  }

  private checkRedo(write: Write, version: PageVersion): void {
    const { redo, verdict } = this.s;
    if (version.lsn <= redo.durable) return;
    const { durable, firstLost } = redo;
    verdict.report("redo-before-page", write.seq, () => {
      const reason = whyRedoEnds(firstLost, durable);
      return `write #${write.seq} put ${nameOfPage(version)} in place while ${reason}`;
    });
  }

  private checkCopy(write: Write, version: PageVersion): void {
    const copy = write.file.copies.get(version.page);
    const isSame = copy !== undefined && copy.version.lsn === version.lsn;
    if (isSame && copy.write.isDurable) return;
    const what = this.s.doublewrite === "ON" ? "copy" : "record";
    this.s.verdict.report("copy-before-page", write.seq, () => {
      const start = `write #${write.seq} put ${nameOfPage(version)} in place`;
      if (!isSame) return `${start}, and no ${what} of this version was written before`;
      return `${start} before its ${what} was durable: ${whyNotDurable(copy.write)}`;
    });
  }

  /** Copies, or a record of ids, are being written to a doublewrite file. */
  copied(write: Write): void {
    const copies = write.pages.map((version) => ({ version, write }));
    if (write.file.kind === "bdblwr") return this.stand(write, write.offset, copies);
    const { pageSize } = this.s;
    copies.forEach((copy, n) => this.stand(write, write.offset + n * pageSize, [copy]));
  }

  /** These copies stand at an offset now, and whatever stood there is gone. */
  private stand(write: Write, offset: number, copies: readonly Copy[]): void {
    this.reuse(write.file, offset, write.seq, "overwrote");
    write.file.slots.set(offset, copies);
    for (const copy of copies) {
      this.s.tablespace(copy.version.space)?.copies.set(copy.version.page, copy);
    }
  }

  /** A doublewrite file is being removed. */
  copiesRemoved(file: FileState): void {
    for (const offset of file.slots.keys()) this.reuse(file, offset, 0, "removed");
    file.slots.clear();
  }

  private reuse(file: FileState, offset: number, seq: number, verb: string): void {
    for (const copy of file.slots.get(offset) ?? []) {
      const { version } = copy;
      const space = this.s.tablespace(version.space);
      // A newer copy of the page stands elsewhere: this one is needed no more.
      if (space?.copies.get(version.page) !== copy) continue;
      space.copies.delete(version.page);
      // A record repairs nothing; without it a torn page is found when it is read.
      if (file.kind === "bdblwr") continue;
      const image = space.pages.get(version.page)?.image ?? null;
      if (image === null || !image.pages.some((one) => one.lsn === version.lsn)) continue;
      this.s.verdict.report("page-before-copy-reuse", seq, () => {
        const what = seq === 0 ? `the removal of ${nameOfFile(file)}` : `write #${seq}`;
        const reason = whyNotDurable(image);
        return `${what} ${verb} the copy of ${nameOfPage(version)}, not yet durable: ${reason}`;
      });
    }
  }

  /** An image of these pages is durable in place. */
  durable(write: Write): void {
    const { file } = write;
    for (const version of write.pages) {
      const page = file.pages.get(version.page);
      if (page === undefined) continue;
      page.durable(version.lsn);
      if (page.image === write) page.image = null;
      if (page.isSettled) file.pages.delete(version.page);
    }
  }

  /** A sound page was read while the store is opened: this version stands on disk. */
  found(version: PageVersion): void {
    const file = this.s.tablespace(version.space);
    const page = file?.pages.get(version.page);
    if (file === undefined || page === undefined || !page.isUnknown || !file.wasSynced) return;
    page.durable(version.lsn);
    if (page.isSettled) file.pages.delete(version.page);
  }

  /** A checkpoint block is being written. */
  checkpoint(write: Write): void {
    const lsn = write.checkpointLsn!;
    for (const file of this.s.tablespaces()) {
      for (const [number, page] of file.pages) {
        if (page.oldest < lsn) this.reportPassed(write, file, number, page);
      }
    }
    const { durable, firstLost } = this.s.redo;
    if (lsn <= durable) return;
    this.s.verdict.report("redo-before-checkpoint", write.seq, () => {
      const reason = whyRedoEnds(firstLost, durable);
      return `write #${write.seq} of the checkpoint block at ${lsn} began while ${reason}`;
    });
  }

  private reportPassed(write: Write, file: FileState, number: number, page: PageState): void {
    const { oldest, oldestEnd, image } = page;
    this.s.verdict.report("page-before-checkpoint", write.seq, () => {
      const passes = `write #${write.seq} of the checkpoint block at ${write.checkpointLsn}`;
      const change = `redo ${oldest} to ${oldestEnd} of page ${number} of ${nameOfFile(file)}`;
      const reason = image === null ? "the page was not written since" : whyNotDurable(image);
      return `${passes} passed ${change}, which is not durable in place: ${reason}`;
    });
  }

  /** The log ends at `lsn`: what lay behind never happened. */
  cut(lsn: number): void {
    for (const file of this.s.tablespaces()) {
      if ((file.createdLsn ?? 0) > lsn) file.createdLsn = null;
      if ((file.droppedLsn ?? 0) > lsn) file.droppedLsn = null;
      for (const [number, page] of file.pages) {
        page.cut(lsn);
        if (page.isSettled) file.pages.delete(number);
      }
    }
  }

  /** The engine was started anew; `powerWasCut`: images that were not durable may be gone. */
  reopened(file: FileState, powerWasCut: boolean): void {
    for (const page of file.pages.values()) {
      if (!powerWasCut && page.image?.endedAt !== 0) continue;
      page.image = null;
      page.isUnknown = true;
    }
    if (!powerWasCut) return;
    file.copies.clear();
    file.slots.clear();
  }
}

function pageOf(file: FileState, number: number): PageState {
  let page = file.pages.get(number);
  if (page === undefined) file.pages.set(number, (page = new PageState()));
  return page;
}
