// The flush list: dirty blocks, newest first change at the head, oldest at the tail. The tail
// decides how far redo may be forgotten.
//
// Mini-transactions commit one after another in LSN order, so a block that becomes dirty always
// belongs at the head: the order holds by construction and is asserted.

import { ControlBlock } from "./control-block";

let head: usize = 0;
let tail: usize = 0;
export let flushLength: u32 = 0;

/** Adds a block that has just become dirty by the change that started at `startLsn`. */
export function flushListAdd(block: ControlBlock, startLsn: u64): void {
  assert(block.oldestModification == 0, "flush list: a block joins once");
  assert(
    head == 0 || changetype<ControlBlock>(head).oldestModification <= startLsn,
    "flush list: oldest modifications are ordered",
  );
  block.oldestModification = startLsn;
  block.flushPrev = 0;
  block.flushNext = head;
  if (head == 0) tail = changetype<usize>(block);
  else changetype<ControlBlock>(head).flushPrev = changetype<usize>(block);
  head = changetype<usize>(block);
  flushLength++;
}

/** Takes a block off the list; it counts as clean from here on. */
export function flushListRemove(block: ControlBlock): void {
  assert(block.oldestModification != 0, "flush list: a block to remove is on it");
  if (block.flushPrev == 0) head = block.flushNext;
  else changetype<ControlBlock>(block.flushPrev).flushNext = block.flushNext;
  if (block.flushNext == 0) tail = block.flushPrev;
  else changetype<ControlBlock>(block.flushNext).flushPrev = block.flushPrev;
  block.flushPrev = 0;
  block.flushNext = 0;
  block.oldestModification = 0;
  flushLength--;
}

/** The block dirty for the longest, or null. */
export function flushListTail(): ControlBlock | null {
  return tail == 0 ? null : changetype<ControlBlock>(tail);
}

/** The block that became dirty right after `block`, or null. */
export function flushListNewer(block: ControlBlock): ControlBlock | null {
  return block.flushPrev == 0 ? null : changetype<ControlBlock>(block.flushPrev);
}

/** Verifies the order and the links; for tests, not for production. */
export function checkFlushList(): void {
  let at = head;
  let prev: usize = 0;
  let seen: u32 = 0;
  let newest: u64 = u64.MAX_VALUE;
  while (at != 0) {
    const block = changetype<ControlBlock>(at);
    assert(block.flushPrev == prev, "flush list: links agree in both directions");
    assert(block.oldestModification != 0, "flush list: every block on it is dirty");
    assert(block.oldestModification <= newest, "flush list: oldest modifications are ordered");
    newest = block.oldestModification;
    seen++;
    prev = at;
    at = block.flushNext;
  }
  assert(prev == tail, "flush list: the last link is the tail");
  assert(seen == flushLength, "flush list: the length counts the blocks");
}
