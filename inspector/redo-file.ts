// A redo log of 512-byte blocks: ours, and InnoDB's of every version.
//
//   ours     one file, written around and around: followed from the checkpoint, in order of LSN,
//            around the end of the file and back to where it started
//   InnoDB   one of several files: followed from its first block to its last
//
//   block     checksum   number and epoch    before the end          behind the end
//   current   fits       as expected         redo                    behind a bad block: a gap
//   stale     fits       of another lap      the log ends            an older lap
//   bad       does not   –                   the log ends, or a gap  nobody reads it
//   zero      –          –                   the log ends            never written

import { loadU32 } from "../engine/format/bytes";
import {
  blockChecksum,
  blockChecksumIsValid,
  blockDataLength,
  blockEpoch,
  blockFirstRecordGroup,
  blockIsZero,
  blockNumber,
  blockNumberOf,
  LOG_BLOCK_HDR_SIZE,
  LOG_BLOCK_TRAILER,
  OS_FILE_LOG_BLOCK_SIZE,
} from "../engine/format/log-block";
import { LOG_FILE_HDR_SIZE } from "../engine/format/log-file";
import { NO_CHECKSUM } from "./innodb/fold";
import { begin, count, end, flag, hex, size, text, wide } from "./out";
import {
  capacity,
  checkpoint,
  firstBlockLsn,
  hasEpochOfLsn,
  isOurs,
  takeLogHeader,
} from "./redo-header";
import { follow, groupIsOpen, groups, groupsNotFollowed, loseThread } from "./redo-groups";
import { records, reportRecords } from "./redo-groups";
import { window, windowBytes } from "./sandbox";

const OPEN: u32 = 0;
const ENDED_IN_BLOCK: u32 = 1;
const ENDED_ZERO: u32 = 2;
const ENDED_STALE: u32 = 3;
const ENDED_BAD: u32 = 4;

const DESCRIBED_MAX: u32 = 1000;

let headerIsTaken: bool = false;
/** File offset of the next block, and its LSN; 0 while that is not known. */
let cursor: u64 = LOG_FILE_HDR_SIZE;
let cursorLsn: u64 = 0;
let blocksLeft: u64 = 0;

let state: u32 = OPEN;
let endLsn: u64 = 0;
let lastEpoch: u32 = 0;
let current: u32 = 0;
let stale: u32 = 0;
let zero: u32 = 0;
let bad: u32 = 0;
let badHarmless: u32 = 0;
let behindGap: u32 = 0;
let encrypted: u32 = 0;

/** Takes in the window; the first one is the file's header. */
export function takeRedo(offset: u64): void {
  if (!headerIsTaken) {
    headerIsTaken = true;
    takeLogHeader();
    return;
  }
  if (offset != cursor) return;
  for (let at: u32 = 0; at + OS_FILE_LOG_BLOCK_SIZE <= windowBytes && blocksLeft > 0; at += 512) {
    if (isOurs && cursor >= LOG_FILE_HDR_SIZE + capacity) return;
    takeBlock(window + at);
    cursor += OS_FILE_LOG_BLOCK_SIZE;
    if (cursorLsn != 0) cursorLsn += OS_FILE_LOG_BLOCK_SIZE;
    blocksLeft--;
  }
  if (windowBytes < OS_FILE_LOG_BLOCK_SIZE) blocksLeft = 0;
}

/** Where to read on; u64.MAX_VALUE when all blocks were seen. */
export function nextRedoOffset(fileSize: u64): u64 {
  const blocksEnd = fileSize - (fileSize % OS_FILE_LOG_BLOCK_SIZE);
  if (!isPlanned) plan(blocksEnd);
  if (blocksLeft == 0) return u64.MAX_VALUE;
  const wrapAt = isOurs ? min<u64>(blocksEnd, LOG_FILE_HDR_SIZE + capacity) : blocksEnd;
  if (cursor >= wrapAt) {
    // Only a log that is written around goes on at its start.
    if (!isOurs) return u64.MAX_VALUE;
    cursorLsn += LOG_FILE_HDR_SIZE + capacity - cursor;
    cursor = LOG_FILE_HDR_SIZE;
  }
  return cursor;
}

let isPlanned: bool = false;

function plan(blocksEnd: u64): void {
  isPlanned = true;
  const inFile = blocksEnd > LOG_FILE_HDR_SIZE ? (blocksEnd - LOG_FILE_HDR_SIZE) / 512 : 0;
  blocksLeft = isOurs ? min<u64>(inFile, capacity / 512) : inFile;
  cursorLsn = firstBlockLsn;
  if (!isOurs || checkpoint == 0) return;
  const first = checkpoint - (checkpoint % OS_FILE_LOG_BLOCK_SIZE);
  cursor = LOG_FILE_HDR_SIZE + ((first - firstBlockLsn) % capacity);
  cursorLsn = first;
}

function takeBlock(block: usize): void {
  if (blockIsZero(block)) {
    zero++;
    return close(ENDED_ZERO);
  }
  if (!blockFits(block)) return takeBad(block);
  const number = blockNumber(block) & 0x7fffffff;
  if (cursorLsn == 0) cursorLsn = lsnOf(block, number);
  const isLeftover = isOurs && blockEpoch(block) < lastEpoch;
  if (number != blockNumberOf(cursorLsn) || isLeftover) {
    stale++;
    return close(ENDED_STALE);
  }
  if (state == OPEN) takeCurrent(block);
  else if (state == ENDED_BAD) behindGap++;
  else stale++;
}

function blockFits(block: usize): bool {
  if (blockChecksumIsValid(block)) return true;
  return !isOurs && loadU32(block + LOG_BLOCK_TRAILER) == NO_CHECKSUM;
}

/** InnoDB 8.0.30 and later: the epoch says how often the number has wrapped. */
function lsnOf(block: usize, number: u32): u64 {
  const wraps: u64 = hasEpochOfLsn ? <u64>(blockEpoch(block) - 1) : 0;
  return ((wraps << 30) + number - 1) * OS_FILE_LOG_BLOCK_SIZE;
}

function takeCurrent(block: usize): void {
  current++;
  lastEpoch = blockEpoch(block);
  const isEncrypted = (blockDataLength(block) & 0x8000) != 0;
  const length = min<u32>(blockDataLength(block) & 0x7fff, OS_FILE_LOG_BLOCK_SIZE);
  endLsn = cursorLsn + length;
  const to = min<u32>(length, LOG_BLOCK_TRAILER);
  if (isEncrypted) {
    encrypted++;
    loseThread();
  } else follow(block, firstByte(), to, blockFirstRecordGroup(block), isOurs);
  if (length < OS_FILE_LOG_BLOCK_SIZE) close(ENDED_IN_BLOCK);
}

/** Our log is followed from the very byte of the checkpoint: what is before it was applied. */
function firstByte(): u32 {
  const isFirst = isOurs && checkpoint - (checkpoint % OS_FILE_LOG_BLOCK_SIZE) == cursorLsn;
  return isFirst ? <u32>(checkpoint % OS_FILE_LOG_BLOCK_SIZE) : LOG_BLOCK_HDR_SIZE;
}

function takeBad(block: usize): void {
  const isBehind = checkpoint != 0 && cursorLsn != 0 && cursorLsn + 512 <= checkpoint;
  const isHarmless = state != OPEN || isBehind;
  bad++;
  if (isHarmless) badHarmless++;
  if (bad <= DESCRIBED_MAX) describe(block, isBehind);
  loseThread();
  if (!isBehind) close(ENDED_BAD);
}

function describe(block: usize, isBehind: bool): void {
  begin("block-damage");
  size("offset", cursor);
  wide("lsn", cursorLsn);
  text("where", isBehind ? "before-checkpoint" : state == OPEN ? "end" : "behind-end");
  count("number", blockNumber(block));
  count("number_expected", cursorLsn == 0 ? 0 : blockNumberOf(cursorLsn));
  hex("checksum", loadU32(block + LOG_BLOCK_TRAILER));
  hex("checksum_computed", blockChecksum(block));
  end();
}

/** The log ends before this block; only the first reason counts. */
function close(reason: u32): void {
  if (state != OPEN || current == 0) return;
  state = reason;
}

export function reportRedo(): void {
  reportRecords();
  begin("redo");
  flag("is_ours", isOurs);
  count("blocks_current", current);
  count("blocks_stale", stale);
  count("blocks_zero", zero);
  count("blocks_bad", bad);
  count("blocks_bad_harmless", badHarmless);
  count("blocks_behind_gap", behindGap);
  count("blocks_encrypted", encrypted);
  text("end", endName());
  wide("end_lsn", endLsn);
  count("epoch", lastEpoch);
  count("groups", groups);
  count("records", records);
  count("groups_not_followed", groupsNotFollowed);
  flag("group_is_open", groupIsOpen());
  end();
}

function endName(): string {
  if (state == ENDED_IN_BLOCK) return "inside-a-block";
  if (state == ENDED_ZERO) return "at-unwritten-blocks";
  if (state == ENDED_STALE) return "at-older-redo";
  return state == ENDED_BAD ? "at-a-bad-block" : "at-the-end-of-the-file";
}
