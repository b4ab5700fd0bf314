// The control block: everything the buffer pool knows about one frame.
//
// Invariants:
// - a block is on exactly one of: the free list, or the LRU list (then it is in the page hash too);
// - it is on the flush list exactly when oldestModification != 0;
// - imageOldest != 0 exactly while a copy of the page is on its way to disk (ioFix is IO_WRITE);
// - a block is evicted only when fixCount is 0, ioFix is IO_NONE and it is clean.

import { CONTROL_BLOCK_SIZE, blocksBase, framesBase } from "../abi/arena";
import { framesCount, pageShift } from "../abi/config";

export const IO_NONE: u8 = 0;
export const IO_READ: u8 = 1;
export const IO_WRITE: u8 = 2;

@unmanaged
@final
export class ControlBlock {
  /** LSN of the first change since the page was last copied for a write; 0 when clean. */
  oldestModification: u64;
  /** LSN of the end of the newest change. */
  newestModification: u64;
  /** oldestModification of the image in flight; 0 when none. */
  imageOldest: u64;
  /** When the page was first used after it came in, in milliseconds; 0: not yet. */
  accessTimeMs: u64;
  spaceId: u32;
  pageNo: u32;
  fixCount: u32;
  /** Pages evicted so far when the block was last made young; see lru.ts. */
  evictionClock: u32;
  /** Serial of the mini-transaction that has the block in its memo (mtr.ts); 0: none ever had. */
  memoSerial: u64;
  hashNext: usize;
  lruPrev: usize;
  lruNext: usize;
  flushPrev: usize;
  flushNext: usize;
  ioFix: u8;
  /** On the old sublist. */
  isOld: bool;
  /** Holds a page; otherwise on the free list. */
  isUsed: bool;
  /** The tablespace is gone; the frame is freed as soon as its I/O has ended. */
  isDiscarded: bool;
}

if (offsetof<ControlBlock>() > CONTROL_BLOCK_SIZE) ERROR("buf: a control block outgrew its region");

/** Block number `index`, 0 to framesCount - 1. */
export function blockAt(index: u32): ControlBlock {
  assert(index < framesCount, "buf: a block index is inside the pool");
  return changetype<ControlBlock>(blocksBase + index * CONTROL_BLOCK_SIZE);
}

/** Position of a block in the pool. */
export function blockIndex(block: ControlBlock): u32 {
  return <u32>((changetype<usize>(block) - blocksBase) / CONTROL_BLOCK_SIZE);
}

/** Address of the frame a block describes. */
export function frameOf(block: ControlBlock): usize {
  return framesBase + ((<usize>blockIndex(block)) << pageShift);
}

export function isDirty(block: ControlBlock): bool {
  return block.oldestModification != 0;
}

/** True when the block's frame may be given to another page now. */
export function isEvictable(block: ControlBlock): bool {
  return (
    block.fixCount == 0 &&
    block.ioFix == IO_NONE &&
    block.oldestModification == 0 &&
    block.imageOldest == 0
  );
}
