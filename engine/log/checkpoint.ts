// The checkpointer: how far redo may be forgotten.
//
//   state       event                                    next
//   IDLE        a newer checkpoint LSN is possible       WAIT_LOG
//   WAIT_LOG    redo durable up to it                    DATA    sync tablespaces written since
//   DATA        every sync done                          BLOCK   write checkpoint block + sync
//   BLOCK       write and sync done                      IDLE    redo below it may be overwritten
//
// The checkpoint LSN is the oldest modification of any page that is dirty or on its way to disk, or
// the end of the log when there is none. Two blocks are written in turn, so a torn one leaves the
// other. Invariant: the checkpoint LSN never goes back.

import * as counters from "../abi/counters";
import { checkpointBase } from "../abi/arena";
import { poison } from "../abi/failure";
import { AT_CHECKPOINT_DATA, AT_CHECKPOINT_LOG, AT_LOG_WRITE_AHEAD, IO_LINK } from "../abi/io";
import { KIND_DATA, KIND_LOG, OP_SYNC, OP_WRITE } from "../abi/io";
import { OWNER_CHECKPOINT, pushRequest, tagOf } from "../abi/ring";
import { flushListTail } from "../buf/flush-list";
import { SPACE_ACTIVE, spaceAt, spacesEnd } from "../fil/space";
import { OS_FILE_LOG_BLOCK_SIZE } from "../format/log-block";
import { checkpointOffset, writeCheckpoint } from "../format/log-file";
import { epoch, lsn } from "./log-buffer";
import { flushedToDiskLsn, logWriteUpTo } from "./log-writer";

const IDLE: u32 = 0;
const WAIT_LOG: u32 = 1;
const DATA: u32 = 2;
const BLOCK: u32 = 3;

/** Redo below this LSN is no longer needed. */
export let checkpointLsn: u64 = 0;
export let checkpointNo: u64 = 0;

let state: u32 = IDLE;
let target: u64 = 0;
let requestsLeft: u32 = 0;

export function checkpointInit(at: u64, number: u64): void {
  checkpointLsn = at;
  checkpointNo = number;
  state = IDLE;
}

export function checkpointInFlight(): bool {
  return state != IDLE;
}

/** Where a checkpoint could be now; `imagesOldest` is the oldest modification in flight. */
export function checkpointCandidate(imagesOldest: u64): u64 {
  const tail = flushListTail();
  const oldest = tail === null ? u64.MAX_VALUE : tail.oldestModification;
  return min(lsn, min(oldest, imagesOldest));
}

/** Starts a checkpoint if one beyond the last is possible. */
export function checkpointStart(imagesOldest: u64): void {
  if (state != IDLE) return;
  const candidate = checkpointCandidate(imagesOldest);
  assert(candidate >= checkpointLsn, "checkpoint: the checkpoint LSN never goes back");
  if (candidate == checkpointLsn) return;
  target = candidate;
  state = WAIT_LOG;
  if (flushedToDiskLsn < target) logWriteUpTo(target, true, AT_LOG_WRITE_AHEAD);
}

/** Writes a checkpoint at an LSN that recovery has established, under the current epoch. */
export function checkpointRewrite(): void {
  assert(state == IDLE, "checkpoint: recovery rewrites it before anything else");
  target = checkpointLsn;
  pushBlock();
}

export function checkpointStep(): void {
  if (state != WAIT_LOG || flushedToDiskLsn < target) return;
  state = DATA;
  for (let s: u32 = 0; s < spacesEnd; s++) {
    const space = spaceAt(s);
    if (space.state != SPACE_ACTIVE || space.writes == 0) continue;
    space.writes = 0;
    space.pendingIo++;
    requestsLeft++;
    pushRequest(
      OP_SYNC,
      KIND_DATA,
      AT_CHECKPOINT_DATA,
      0,
      space.id,
      0,
      0,
      0,
      tagOf(OWNER_CHECKPOINT, s),
    );
  }
  if (requestsLeft == 0) pushBlock();
}

function pushBlock(): void {
  state = BLOCK;
  requestsLeft = 2;
  const number = checkpointNo + 1;
  writeCheckpoint(checkpointBase, number, target, epoch);
  const offset = checkpointOffset(number);
  const tag = tagOf(OWNER_CHECKPOINT, 0);
  const size = OS_FILE_LOG_BLOCK_SIZE;
  pushRequest(OP_WRITE, KIND_LOG, AT_CHECKPOINT_LOG, IO_LINK, 0, offset, checkpointBase, size, tag);
  pushRequest(OP_SYNC, KIND_LOG, AT_CHECKPOINT_LOG, 0, 0, 0, 0, 0, tag);
}

/** A request of the checkpoint has ended; `index` is the space's slot while data is synced. */
export function checkpointRequestDone(index: u32, result: i32): void {
  assert(requestsLeft > 0, "checkpoint: a finished request was in flight");
  requestsLeft--;
  if (state == DATA) spaceAt(index).pendingIo--;
  if (result < 0) {
    poison(state == DATA ? KIND_DATA : KIND_LOG, 0, result);
    return;
  }
  if (requestsLeft > 0) return;
  if (state == DATA) {
    pushBlock();
    return;
  }
  state = IDLE;
  checkpointLsn = target;
  checkpointNo++;
  counters.count(counters.LOG_CHECKPOINTS);
}
