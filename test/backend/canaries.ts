// Backends that are broken on purpose, one defect each, around a good one. The contract must catch
// every one of them by the check named here; a check that no canary trips proves nothing.

import { OP_LINK, CALL, OP_RWF_ATOMIC, OP_RWF_DSYNC } from "../../host/backend/backend.js";
import type {
  Backend,
  CompletionSink,
  FileHandle,
  IoOp,
  OpenMode,
} from "../../host/backend/backend.js";
import { IoError } from "../../host/errors.js";
import { MemoryDisk } from "../../host/backend/memory-disk.js";
import { createMemoryBackend } from "../../host/backend/memory.js";
import { createNodeFsBackend } from "../../host/backend/node-fs.js";
import { Wrapper } from "./wrapper.js";

export interface Canary {
  readonly defect: string;
  /** The check of contract.ts that must flag it. */
  readonly check: string;
  /** Around node-fs instead of memory, for defects that only a real file can have. */
  readonly onDisk?: boolean;
  readonly make: (inner: Backend, disk: MemoryDisk) => Backend;
}

/** A maker of broken backends that share their files. */
export function makerOf(canary: Canary): () => Backend {
  const disk = new MemoryDisk();
  return () => {
    const inner = canary.onDisk === true ? createNodeFsBackend() : createMemoryBackend(disk);
    return canary.make(inner, disk);
  };
}

class DropsAWrite extends Wrapper {
  private writes = 0;
  override submit(op: IoOp): void {
    this.writes += op.call === CALL.pwrite ? 1 : 0;
    if (op.call === CALL.pwrite && this.writes % 3 === 0) this.pretend(op, op.length);
    else this.inner.submit(op);
  }
}

class ReadsTooMuch extends Wrapper {
  override submit(op: IoOp): void {
    this.inner.submit(op);
    if (op.call === CALL.pread) this.memory[op.address + op.length] = 0;
  }
}

class ReportsPieces extends Wrapper {
  override reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, ns) =>
      sink(tag, Math.min(result, 4096), flags, ns),
    );
  }
}

class LeavesGarbageInHoles extends Wrapper {
  override submit(op: IoOp): void {
    const path = this.paths.get(op.file);
    if (op.call === CALL.pwrite && path !== undefined) {
      const file = this.disk.find(path);
      if (op.offset > file.size) file.reserve(file.size, op.offset - file.size).fill(0xaa);
    }
    this.inner.submit(op);
  }
}

class OnlyGrowsOnZeroFill extends Wrapper {
  override submit(op: IoOp): void {
    if (op.call !== CALL.zeroFill) return this.inner.submit(op);
    this.disk.find(this.paths.get(op.file)!).reserve(op.offset, op.length);
    this.pretend(op, op.length);
  }
}

class ReadsZerosPastTheEnd extends Wrapper {
  override submit(op: IoOp): void {
    if (op.call === CALL.pread && op.offset + op.length > this.inner.fileSize(op.file)) {
      this.memory.fill(0, op.address, op.address + op.length);
      return this.pretend(op, op.length);
    }
    this.inner.submit(op);
  }
}

class CutsOffsets extends Wrapper {
  override submit(op: IoOp): void {
    this.inner.submit({ ...op, offset: op.offset >>> 0 });
  }
}

class DropsFlags extends Wrapper {
  override submit(op: IoOp): void {
    this.inner.submit({ ...op, flags: op.flags & ~(OP_RWF_DSYNC | OP_RWF_ATOMIC) });
  }
}

class StampsUnasked extends Wrapper {
  override submit(op: IoOp): void {
    if (op.flags > OP_LINK) this.memory[op.address] = 0x97;
    this.inner.submit(op);
  }
}

class ClaimsToHaveVerified extends Wrapper {
  override reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, _flags, ns) => sink(tag, result, 1, ns));
  }
}

class StartsOnSubmit extends Wrapper {
  override submit(op: IoOp): void {
    this.inner.submit(op);
    this.inner.start(true);
  }
}

/** Gathers operations and hands them to the inner backend in another order. */
class SyncsFirst extends Wrapper {
  private held: IoOp[] = [];
  override submit(op: IoOp): void {
    this.held.push({ ...op, flags: op.flags & ~OP_LINK });
  }
  override start(inline: boolean): void {
    const isSync = (op: IoOp): number => (op.call === CALL.fdatasync ? 0 : 1);
    for (const op of this.held.sort((a, b) => isSync(a) - isSync(b))) this.inner.submit(op);
    this.held = [];
    this.inner.start(inline);
  }
}

class RunsBackward extends Wrapper {
  private held: IoOp[] = [];
  override submit(op: IoOp): void {
    this.held.push({ ...op, flags: 0 });
  }
  override start(inline: boolean): void {
    for (const op of this.held.reverse()) this.inner.submit(op);
    this.held = [];
    this.inner.start(inline);
  }
}

class IgnoresLinks extends Wrapper {
  override submit(op: IoOp): void {
    this.inner.submit({ ...op, flags: op.flags & ~OP_LINK });
  }
}

class PostponesInline extends Wrapper {
  override start(inline: boolean): void {
    if (inline) setTimeout(() => this.inner.start(false), 1);
    else this.inner.start(false);
  }
}

class LosesATag extends Wrapper {
  private seen = 0;
  override reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, ns) => {
      this.seen += 1;
      if (this.seen !== 77) sink(tag, result, flags, ns);
    });
  }
}

class DeliversTwice extends Wrapper {
  override reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, ns) => {
      sink(tag, result, flags, ns);
      if (tag === 7919 * 2) sink(tag, result, flags, ns);
    });
  }
}

class ForgetsStarted extends Wrapper {
  private queued = 0;
  override submit(op: IoOp): void {
    this.queued += 1;
    this.inner.submit(op);
  }
  override start(inline: boolean): void {
    this.queued = 0;
    this.inner.start(inline);
  }
  override pending(): number {
    return this.queued;
  }
}

class KeepsTheObject extends Wrapper {
  private held: IoOp[] = [];
  override submit(op: IoOp): void {
    this.held.push(op);
  }
  override start(inline: boolean): void {
    for (const op of this.held) this.inner.submit(op);
    this.held = [];
    this.inner.start(inline);
  }
}

class ThrowsOnBadHandles extends Wrapper {
  override submit(op: IoOp): void {
    if (op.call !== CALL.nop) this.inner.fileSize(op.file);
    this.inner.submit(op);
  }
}

class ClampsAddresses extends Wrapper {
  override submit(op: IoOp): void {
    const address = Math.min(op.address, Math.max(0, this.memory.length - op.length));
    this.inner.submit({ ...op, address });
  }
}

class NeverAnnounces extends Wrapper {
  override attach(memory: Uint8Array, pageSize: number): void {
    this.inner.attach(memory, pageSize, () => {});
  }
}

class AnnouncesFromStart extends Wrapper {
  private announce = (): void => {};
  override attach(memory: Uint8Array, pageSize: number, onReady: () => void): void {
    this.announce = onReady;
    this.inner.attach(memory, pageSize, onReady);
  }
  override start(inline: boolean): void {
    this.inner.start(inline);
    this.announce();
  }
}

class NeverWaits extends Wrapper {
  override wait(): void {}
}

class CountsMicroseconds extends Wrapper {
  override reap(sink: CompletionSink): number {
    return this.inner.reap((tag, result, flags, ns) => sink(tag, result, flags, ns / 1000 + 0.5));
  }
}

class DropsOnDetach extends Wrapper {
  private detached = false;
  override start(): void {
    setTimeout(() => {
      if (!this.detached) this.inner.start(false);
    }, 1);
  }
  override detach(): Promise<void> {
    this.detached = true;
    return this.inner.detach();
  }
}

class DetachesOnce extends Wrapper {
  private detached = false;
  override detach(): Promise<void> {
    if (this.detached) return Promise.reject(new Error("detached already"));
    this.detached = true;
    return this.inner.detach();
  }
}

class CreatesOver extends Wrapper {
  override open(path: string, mode: OpenMode, create: boolean): FileHandle {
    try {
      return super.open(path, mode, create);
    } catch (error) {
      if (error instanceof IoError && error.code === "EEXIST") return super.open(path, mode, false);
      throw error;
    }
  }
}

class RoundsSizes extends Wrapper {
  override fileSize(file: FileHandle): number {
    return Math.ceil(this.inner.fileSize(file) / 512) * 512;
  }
}

class ForgivesUnlink extends Wrapper {
  override unlink(path: string): void {
    try {
      this.inner.unlink(path);
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
    }
  }
}

class ListsEmptyForMissing extends Wrapper {
  override list(path: string): string[] | null {
    return this.inner.list(path) ?? [];
  }
}

class StartsEmpty extends Wrapper {
  constructor(_inner: Backend, _disk: MemoryDisk) {
    const disk = new MemoryDisk();
    super(createMemoryBackend(disk), disk);
  }
}

type WrapperClass = new (inner: Backend, disk: MemoryDisk) => Wrapper;

function canary(defect: string, broken: WrapperClass, check: string, onDisk = false): Canary {
  return { defect, check, onDisk, make: (inner, disk) => new broken(inner, disk) };
}

const BYTES = "a read returns exactly the bytes written, and touches no others";
const TAGS = "every tag is delivered exactly once, unchanged";
const READY = "onReady announces asynchronous completions, never from inside a call";
const DETACH = "detach waits for what is in flight, and may be called twice";

export const canaries: readonly Canary[] = [
  canary("drops a write", DropsAWrite, BYTES),
  canary("reads too much", ReadsTooMuch, BYTES),
  canary("reports pieces", ReportsPieces, "a result is the whole length, and 0 for a sync"),
  canary("garbage in holes", LeavesGarbageInHoles, "a write beyond the end leaves zeros between"),
  canary(
    "zero fill only grows the file",
    OnlyGrowsOnZeroFill,
    "a zero fill overwrites what is there and grows the file",
  ),
  canary(
    "reads zeros past the end",
    ReadsZerosPastTheEnd,
    "a read that reaches past the end is ENODATA",
  ),
  canary("cuts offsets", CutsOffsets, "an offset above 4 GiB is not cut to 32 bits", true),
  canary("drops flags", DropsFlags, "pwritev2 flags are honored or refused, never dropped"),
  canary("stamps unasked", StampsUnasked, "checksums are stamped where promised, and only there"),
  canary(
    "claims to have verified",
    ClaimsToHaveVerified,
    "checksums are verified where promised, and never claimed elsewhere",
  ),
  canary("starts on submit", StartsOnSubmit, "nothing runs before start"),
  canary("syncs first", SyncsFirst, "a linked sync completes after its write"),
  canary("runs backward", RunsBackward, "a linked operation sees what the one before it wrote"),
  canary("ignores links", IgnoresLinks, "a failure cancels the rest of its chain and nothing else"),
  canary(
    "postpones inline operations",
    PostponesInline,
    "inline operations are done when start returns, in order of submission",
  ),
  canary("loses a tag", LosesATag, TAGS),
  canary("delivers a tag twice", DeliversTwice, TAGS),
  canary(
    "forgets started operations",
    ForgetsStarted,
    "pending counts from submit until the completion is reaped",
  ),
  canary("keeps the object", KeepsTheObject, "the operation object may be reused after submit"),
  canary(
    "throws on bad handles",
    ThrowsOnBadHandles,
    "a bad or closed handle is reported by completion",
  ),
  canary(
    "clamps addresses",
    ClampsAddresses,
    "an address outside the memory is reported by completion",
  ),
  canary("never announces", NeverAnnounces, READY),
  canary("announces from inside start", AnnouncesFromStart, READY),
  canary(
    "never waits",
    NeverWaits,
    "wait blocks where promised, and is refused with nothing pending",
  ),
  canary(
    "counts in microseconds",
    CountsMicroseconds,
    "durations are whole nanoseconds, 0 or more",
  ),
  canary("drops what is in flight on detach", DropsOnDetach, DETACH),
  canary("detaches only once", DetachesOnce, DETACH),
  canary(
    "creates over a file",
    CreatesOver,
    "create is exclusive, open needs a file, and neither empties one",
  ),
  canary("rounds sizes", RoundsSizes, "a size is exact, and seen through every handle"),
  canary("forgives a missing file", ForgivesUnlink, "unlink removes the name"),
  canary(
    "lists a missing directory as empty",
    ListsEmptyForMissing,
    "directories are made with their parents, listed, and synced",
  ),
  canary("starts empty", StartsEmpty, "files outlive their backend"),
];
