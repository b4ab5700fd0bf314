// Tablespaces in memory: which exist, how large they are, where to look for a free page.
//
// A space's slot is found by its id through a linear search with the last hit first: it is needed
// on a buffer pool miss and by DDL only, never on a hit.

import { SPACE_SIZE, spacesBase } from "../abi/arena";
import { SPACES_MAX } from "../limits";

export const SPACE_NONE: u8 = 0;
/** The file exists; its size in pages is not known yet (recovery has not read page 0). */
export const SPACE_FOUND: u8 = 1;
export const SPACE_ACTIVE: u8 = 2;
/** The log says it is dropped; the file is to be deleted. */
export const SPACE_DROPPED: u8 = 3;
/** Its file is being made; nobody but its creation knows it. */
export const SPACE_CREATING: u8 = 4;
/** Forced recovery left it out (skipped.ts). */
export const SPACE_SKIPPED: u8 = 5;

@unmanaged
@final
export class Space {
  /** Pages in the file, as recorded in the FSP header. */
  sizePages: u32;
  /** Pages in the file as the file system says; may exceed sizePages after a crash. */
  filePages: u32;
  id: u32;
  /** No page below this number is free, except reserved ones. */
  freeHint: u32;
  /** Writes since the last checkpoint's data sync. */
  writes: u32;
  /** Reads and writes in flight; a file is deleted only at 0. */
  pendingIo: u32;
  state: u8;
  isExtending: bool;
  /** The last extension failed for lack of room; the next caller learns it. */
  extendErrno: i32;
  /** Why forced recovery left it out; a WHAT_ code. */
  skippedWhat: u32;
}

if (offsetof<Space>() > SPACE_SIZE) ERROR("fil: a space outgrew its slot");

let lastHit: u32 = 0;
/** Slots in use are below this number. */
export let spacesEnd: u32 = 0;

export function spaceAt(index: u32): Space {
  assert(index < SPACES_MAX, "fil: a space slot is inside the table");
  return changetype<Space>(spacesBase + index * SPACE_SIZE);
}

/** The space with this id, or null. */
export function spaceFind(id: u32): Space | null {
  if (lastHit < spacesEnd) {
    const hit = spaceAt(lastHit);
    if (hit.state != SPACE_NONE && hit.id == id) return hit;
  }
  for (let i: u32 = 0; i < spacesEnd; i++) {
    const space = spaceAt(i);
    if (space.state != SPACE_NONE && space.id == id) {
      lastHit = i;
      return space;
    }
  }
  return null;
}

/** True when its pages may be read; recovery reads those of files whose size is not known yet. */
export function spaceHasPages(space: Space): bool {
  return space.state == SPACE_FOUND || space.state == SPACE_ACTIVE;
}

/** The space with this id; a caller that may not find it uses spaceFind. */
export function spaceGet(id: u32): Space {
  const space = spaceFind(id);
  assert(space !== null, "fil: a space in use is in the table");
  return space!;
}

/** Adds a space, or returns null when the table is full. */
export function spaceAdd(id: u32, state: u8): Space | null {
  assert(spaceFind(id) === null, "fil: a space id is in the table once");
  let index: u32 = 0;
  while (index < spacesEnd && spaceAt(index).state != SPACE_NONE) index++;
  if (index == SPACES_MAX) return null;
  if (index == spacesEnd) spacesEnd++;
  const space = spaceAt(index);
  memory.fill(changetype<usize>(space), 0, SPACE_SIZE);
  space.id = id;
  space.state = state;
  return space;
}

export function spaceRemove(space: Space): void {
  assert(space.pendingIo == 0, "fil: a space leaves the table without I/O in flight");
  space.state = SPACE_NONE;
}
