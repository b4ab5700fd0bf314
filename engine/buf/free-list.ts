// The free list: frames that hold no page. A stack through lruNext, which free blocks do not use.

import { framesCount } from "../abi/config";
import { blockAt, ControlBlock } from "./control-block";

let first: usize = 0;
export let freeLength: u32 = 0;

/** Puts every frame on the list, so that the lowest is handed out first. */
export function freeListInit(): void {
  first = 0;
  freeLength = 0;
  for (let i: u32 = framesCount; i > 0; i--) freeListPush(blockAt(i - 1));
}

export function freeListPush(block: ControlBlock): void {
  assert(!block.isUsed, "free list: a free block holds no page");
  block.lruNext = first;
  first = changetype<usize>(block);
  freeLength++;
}

/** Takes a block, or null when every frame is in use. */
export function freeListPop(): ControlBlock | null {
  if (first == 0) return null;
  const block = changetype<ControlBlock>(first);
  first = block.lruNext;
  block.lruNext = 0;
  freeLength--;
  return block;
}
