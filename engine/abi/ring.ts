// Submission and completion rings: how requests leave the engine and outcomes come back.
//
//   ring header, byte 0          4          8          12
//                     │ sub head │ sub tail │ com head │ com tail │      u32, never wrapped
//
// The engine moves sub tail and com head, the host sub head and com tail. A slot's place is its
// number modulo RING_SLOTS. Slots: abi/io.ts.
// Invariants: tail - head <= RING_SLOTS on both rings; every request gets exactly one completion.

import { RING_SLOTS } from "../limits";
import { completionBase, ringHeader, submissionBase } from "./arena";
import { COMPLETION_SLOT_SIZE, SUBMISSION_SLOT_SIZE } from "./io";

/** Requests pushed whose completions have not been taken. */
export let requestsInFlight: u32 = 0;

/**
 * Asks the host for one operation.
 * `tag` returns in the completion. Order: requests run in any order, except along IO_LINK.
 */
export function pushRequest(
  op: u32,
  kind: u32,
  point: u32,
  flags: u32,
  fileId: u32,
  offset: u64,
  address: usize,
  length: u32,
  tag: u32,
): void {
  const head = load<u32>(ringHeader, 0);
  const tail = load<u32>(ringHeader, 4);
  assert(tail - head < RING_SLOTS, "ring: the submission ring has room for every bounded request");
  const slot = submissionBase + (tail & (RING_SLOTS - 1)) * SUBMISSION_SLOT_SIZE;
  store<u32>(slot, op | (kind << 8) | (point << 16) | (flags << 24), 0);
  store<u32>(slot, fileId, 4);
  store<u64>(slot, offset, 8);
  store<u32>(slot, <u32>address, 16);
  store<u32>(slot, length, 20);
  store<u32>(slot, tag, 24);
  store<u32>(ringHeader, tail + 1, 4);
  requestsInFlight++;
}

/** Takes back what was asked for since the host last looked. */
export function withdrawRequests(): void {
  const head = load<u32>(ringHeader, 0);
  const tail = load<u32>(ringHeader, 4);
  requestsInFlight -= tail - head;
  store<u32>(ringHeader, head, 4);
}

export let doneTag: u32 = 0;
export let doneResult: i32 = 0;
export let doneFlags: u32 = 0;

/** Takes the next completion into doneTag, doneResult, doneFlags; false when there is none. */
export function popCompletion(): bool {
  const head = load<u32>(ringHeader, 8);
  if (head == load<u32>(ringHeader, 12)) return false;
  const slot = completionBase + (head & (RING_SLOTS - 1)) * COMPLETION_SLOT_SIZE;
  doneTag = load<u32>(slot, 0);
  doneResult = load<i32>(slot, 4);
  doneFlags = load<u32>(slot, 8);
  store<u32>(ringHeader, head + 1, 8);
  assert(requestsInFlight > 0, "ring: a completion answers a request");
  requestsInFlight--;
  return true;
}

/** Makes a tag: who asked (8 bits), and which of its requests (24 bits). */
export function tagOf(owner: u32, index: u32): u32 {
  assert(index < 1 << 24, "ring: a tag index has 24 bits");
  return (owner << 24) | index;
}

export const OWNER_PAGE_READ: u32 = 1;
export const OWNER_BATCH: u32 = 2;
export const OWNER_LOG: u32 = 3;
export const OWNER_CHECKPOINT: u32 = 4;
export const OWNER_RECV: u32 = 5;
export const OWNER_DDL: u32 = 6;
export const OWNER_CREATE: u32 = 7;
export const OWNER_EXTEND: u32 = 8;
