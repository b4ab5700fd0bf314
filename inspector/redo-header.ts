// The first 2048 bytes of a redo log of blocks: file header and two checkpoint blocks.
//
//   format       checkpoint block                          which one counts
//   0 to 5       number, LSN, offset                       the higher number
//   6            0, LSN (MySQL 8.0.30 and later)           the higher LSN
//   "TPR1"       number, LSN, epoch (ours)                 the higher number

import { loadU32, loadU64 } from "../engine/format/bytes";
import { blockChecksumIsValid, blockIsZero } from "../engine/format/log-block";
import {
  checkpointEpoch,
  checkpointIsValid,
  checkpointLsn,
  checkpointNumber,
  headerCapacity,
  headerFlags,
  headerFormat,
  headerIsValid,
  headerPageSize,
  headerStartLsn,
  headerUuid,
  LOG_CHECKPOINT_1,
  LOG_CHECKPOINT_2,
  LOG_FILE_HDR_SIZE,
  LOG_HEADER_CREATOR,
  LOG_HEADER_FORMAT_TORNPROOF,
} from "../engine/format/log-file";
import { begin, count, end, fileText, flag, hex, size, text, wide } from "./out";
import { window, windowBytes } from "./sandbox";

const FORMAT_8_0_30: u32 = 6;
const CREATOR_BYTES: u32 = 32;

/** Our log, with a header that can be trusted: one file, written around. */
export let isOurs: bool = false;
/** Block epochs count the wraps of the block number. */
export let hasEpochOfLsn: bool = false;
/** Bytes of log blocks in the file; meaningful for our log only. */
export let capacity: u64 = 0;
/** LSN of the first byte behind the header; 0 when the header does not say. */
export let firstBlockLsn: u64 = 0;
/** LSN of the checkpoint that counts; 0 when there is none. */
export let checkpoint: u64 = 0;

/** Reads and describes the header and both checkpoint blocks at the start of the window. */
export function takeLogHeader(): void {
  if (windowBytes < LOG_FILE_HDR_SIZE) {
    // The window keeps what an earlier one left behind it.
    memory.fill(window + windowBytes, 0, LOG_FILE_HDR_SIZE - windowBytes);
  }
  const format = headerFormat(window);
  const isTornproof = format == LOG_HEADER_FORMAT_TORNPROOF;
  const isValid = isTornproof ? headerIsValid(window) : blockChecksumIsValid(window);
  isOurs = isTornproof && isValid;
  hasEpochOfLsn = format == FORMAT_8_0_30;
  if (isOurs) capacity = headerCapacity(window);
  if (isValid && (isOurs || hasEpochOfLsn)) {
    firstBlockLsn = headerStartLsn(window) & ~511;
  }
  describeHeader(format, isValid, isTornproof);
  takeCheckpoint(window + LOG_CHECKPOINT_1, 1, isTornproof);
  takeCheckpoint(window + LOG_CHECKPOINT_2, 2, isTornproof);
}

function describeHeader(format: u32, isValid: bool, isTornproof: bool): void {
  begin("redo-header");
  hex("format", format);
  flag("is_tornproof", isTornproof);
  flag("is_valid", isValid);
  hex("uuid", headerUuid(window));
  wide("start_lsn", headerStartLsn(window));
  fileText("creator", window + LOG_HEADER_CREATOR, CREATOR_BYTES);
  count("flags", headerFlags(window));
  count("page_size", isTornproof ? headerPageSize(window) : 0);
  wide("capacity", isTornproof ? headerCapacity(window) : 0);
  size("header_bytes", LOG_FILE_HDR_SIZE);
  end();
}

let newestNumber: u64 = 0;

function takeCheckpoint(block: usize, which: u32, isTornproof: bool): void {
  const isValid = isTornproof ? checkpointIsValid(block) : blockChecksumIsValid(block);
  const isZero = blockIsZero(block);
  const lsn = checkpointLsn(block);
  const number = hasEpochOfLsn ? lsn : checkpointNumber(block);
  if (isValid && !isZero && lsn != 0 && (checkpoint == 0 || number > newestNumber)) {
    checkpoint = lsn;
    newestNumber = number;
  }
  begin("checkpoint");
  count("block", which);
  text("state", isZero ? "empty" : isValid ? "valid" : "damaged");
  wide("number", loadU64(block));
  wide("lsn", lsn);
  count("epoch", isTornproof ? checkpointEpoch(block) : 0);
  hex("checksum", loadU32(block + 508));
  end();
}
