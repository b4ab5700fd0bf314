// The page hash: page id to control block. Chained; the links live in the control blocks.

import { hashBase, hashMask } from "../abi/arena";
import { ControlBlock } from "./control-block";

function bucketOf(spaceId: u32, pageNo: u32): usize {
  // Fibonacci hashing; neighbors in a tablespace land far apart.
  const h = (pageNo ^ (spaceId * 0x9e3779b1)) * 0x85ebca6b;
  return hashBase + <usize>((h ^ (h >> 15)) & hashMask) * 4;
}

/** Block that holds the page, or null. */
export function hashFind(spaceId: u32, pageNo: u32): ControlBlock | null {
  let at = load<u32>(bucketOf(spaceId, pageNo));
  while (at != 0) {
    const block = changetype<ControlBlock>(<usize>at);
    if (block.pageNo == pageNo && block.spaceId == spaceId) return block;
    at = <u32>block.hashNext;
  }
  return null;
}

export function hashInsert(block: ControlBlock): void {
  assert(hashFind(block.spaceId, block.pageNo) === null, "page hash: a page has one frame");
  const bucket = bucketOf(block.spaceId, block.pageNo);
  block.hashNext = load<u32>(bucket);
  store<u32>(bucket, <u32>changetype<usize>(block));
}

export function hashRemove(block: ControlBlock): void {
  let link = bucketOf(block.spaceId, block.pageNo);
  const self = <u32>changetype<usize>(block);
  while (load<u32>(link) != self) {
    assert(load<u32>(link) != 0, "page hash: a block to remove is in its chain");
    link = <usize>load<u32>(link) + offsetof<ControlBlock>("hashNext");
  }
  store<u32>(link, <u32>block.hashNext);
  block.hashNext = 0;
}
