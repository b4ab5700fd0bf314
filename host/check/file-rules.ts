// The rules about files: sizes and directory entries are durable before anything rests on them, the
// marker of a creation frames it, and a dropped tablespace stays until its drop is durable.

import type { FileEvent, OpenedEvent } from "../observe/event.js";
import type { FileState, Write } from "./file-state.js";
import type { PageRules } from "./page-rules.js";
import type { CheckState } from "./state.js";
import { nameOfFile, whyRedoEnds } from "./words.js";

export class FileRules {
  private isCreating = false;
  /** Directory entries whose removal must be durable before something else counts. */
  private removedLeftovers: FileState[] = [];
  private removedMarker: FileState | null = null;
  private hasHistory = false;
  private powerWasCut = false;

  constructor(
    private readonly s: CheckState,
    private readonly pages: PageRules,
  ) {}

  powerCut(): void {
    this.powerWasCut = true;
  }

  /**
   * An engine starts. What was found and never seen before counts as durable: a checker judges only
   * what it has watched.
   */
  opened(event: OpenedEvent): void {
    const { s } = this;
    s.doublewrite = event.doublewrite;
    s.pageSize = event.pageSize;
    const found = new Set<FileState>();
    for (const { kind, id, path, size } of event.files) {
      const known = s.file(kind, id);
      const file = known ?? s.add(kind, id, path);
      found.add(file);
      if (known === undefined || this.powerWasCut) file.foundDurable(size);
      else file.reopened(size);
      file.isIncomplete = event.isNew;
      if (kind === "data") this.pages.reopened(file, this.powerWasCut);
    }
    for (const file of s.all()) if (!found.has(file)) s.remove(file);
    this.isCreating = event.isNew;
    if (event.isNew) s.redo.created();
    else s.redo.found(this.powerWasCut || !this.hasHistory);
    if (!event.isNew && !this.hasHistory) s.redo.checkpoint = null;
    if (this.powerWasCut) this.removedMarker = null;
    this.removedLeftovers = [];
    this.hasHistory = true;
    this.powerWasCut = false;
  }

  changed(event: FileEvent): void {
    if (event.result < 0) return;
    if (event.type === "dir-synced") return this.directorySynced(event.directory);
    if (event.type === "created") return this.created(event);
    const file = this.s.file(event.kind, event.id);
    if (file !== undefined) this.unlinked(file);
  }

  private created(event: FileEvent): void {
    this.s.add(event.kind, event.id, event.path);
    if (!this.isCreating || event.kind === "marker") return;
    const marker = this.s.file("marker", 0);
    if (marker?.entryIsDurable === true) return;
    this.s.verdict.report(
      "entry-before-use",
      0,
      () => `${event.path} was created before the directory entry of the marker was durable`,
    );
  }

  private directorySynced(directory: string): void {
    for (const file of this.s.all()) {
      if (file.directory === directory) file.entryIsDurable = true;
    }
    const stays = (file: FileState): boolean => file.directory !== directory;
    this.removedLeftovers = this.removedLeftovers.filter(stays);
    if (this.removedMarker !== null && !stays(this.removedMarker)) this.removedMarker = null;
  }

  private unlinked(file: FileState): void {
    if (file.kind === "dblwr") this.pages.copiesRemoved(file);
    if (file.kind === "data") this.checkDrop(file);
    this.s.remove(file);
    if (file.kind === "marker") this.markerRemoved(file);
    else if (file.isIncomplete) this.removedLeftovers.push(file);
  }

  private checkDrop(file: FileState): void {
    const { redo, verdict } = this.s;
    if (file.createdLsn === null && file.droppedLsn === null) return;
    if (file.droppedLsn !== null && file.droppedLsn <= redo.durable) return;
    const { durable, firstLost } = redo;
    verdict.report("drop-before-unlink", 0, () => {
      const start = `the file of ${nameOfFile(file)} was removed`;
      if (file.droppedLsn === null) return `${start}, and no redo says that it is dropped`;
      const reason = whyRedoEnds(firstLost, durable);
      return `${start} before redo of its drop at ${file.droppedLsn} was durable: ${reason}`;
    });
  }

  /** From here on every file counts as complete, and none is left over. */
  private markerRemoved(marker: FileState): void {
    if (!marker.isIncomplete) {
      this.removedMarker = marker;
      this.isCreating = false;
    }
    for (const file of [...this.s.all(), ...this.removedLeftovers]) {
      if (file.isIncomplete) this.reportLeftover(file);
      else this.mustBeWhole(file, "the marker of the creation was removed", 0);
    }
  }

  private reportLeftover(file: FileState): void {
    this.s.verdict.report("entry-before-use", 0, () => {
      const what = file.isGone ? "the removal was not durable" : "the file stood there";
      const start = "the marker of an interrupted creation was removed";
      return `${start} while ${what} of its ${file.path}`;
    });
  }

  /** Entry, size and content are durable; `what` relies on it. */
  mustBeWhole(file: FileState, what: string, seq: number): void {
    this.mustHaveEntry(file, what, seq);
    if (file.isWhole) return;
    const { durableSize, size } = file;
    this.s.verdict.report("size-before-use", seq, () => {
      const rest = `its durable size was ${durableSize} of ${size} bytes, or writes had no sync`;
      return `${what} before ${nameOfFile(file)} was durable: ${rest}`;
    });
  }

  mustHaveEntry(file: FileState, what: string, seq: number): void {
    if (file.entryIsDurable) return;
    this.s.verdict.report(
      "entry-before-use",
      seq,
      () => `${what} before the directory entry of ${nameOfFile(file)} was durable`,
    );
  }

  /** A write of pages, copies or redo rests on the size of its file. */
  mustHaveSize(file: FileState, bytes: number, what: () => string, seq: number): void {
    if (bytes <= file.durableSize) return;
    const { durableSize, elidedAt } = file;
    this.s.verdict.report("size-before-use", seq, () => {
      const elided = elidedAt === null ? "" : `; the method makes no call at ${elidedAt}`;
      const size = `the durable size of ${nameOfFile(file)} was ${durableSize}${elided}`;
      return `${what()} needs ${bytes} bytes while ${size}`;
    });
  }

  /** A write that relies on its file: entry and size. */
  used(write: Write): void {
    const { file, seq } = write;
    if (!file.entryIsDurable) this.mustHaveEntry(file, `write #${seq} began`, seq);
    this.mustHaveSize(file, write.end, () => `write #${seq}`, seq);
  }

  /** Somebody is told something: a marker that came back would undo all of it. */
  acknowledged(): void {
    const marker = this.removedMarker;
    if (marker === null) return;
    this.s.verdict.report(
      "entry-before-use",
      0,
      () => `an acknowledgment was given before the removal of ${marker.path} was durable`,
    );
  }
}
