// The map of linear memory. Everything has its place before the store opens; memory never grows
// after. Regions follow one another in this order, each aligned to 4096 bytes:
//
//   state    │ ring header │ batches │ batch slots │ records │ control blocks │ page hash │
//            │ copies │
//   buffers  │ rings │ exchange │ mtr buffer │ memo │ spaces │ reserved │ log buffer │
//            │ log staging │ checkpoint block │ DDL page │ batch staging │ frames │
//
// State must be zero before the store opens. What a buffer holds before it is first written means
// nothing: a machine is rewound by restoring static data, state and globals alone, and a test fills
// the buffers with garbage first.
//
// Frames start on a 64 KiB boundary, hence on a page boundary for every page size, so that direct
// I/O may use them. Invariant: regions never overlap, and the last one ends at `arenaEnd`.

import { BATCHES_MAX, LOG_WRITE_MAX, RESERVED_PAGES_MAX, RING_SLOTS, SPACES_MAX } from "../limits";
import { TRX_PAGE_OPS_MAX, BATCH_PAGES_MAX } from "../limits";
import { batchesCount, doublewritePages, framesCount, logBufferSize } from "./config";
import { pageSize, trxBytesMax } from "./config";
import { COMPLETION_SLOT_SIZE, SUBMISSION_SLOT_SIZE } from "./io";

export const CONTROL_BLOCK_SIZE: u32 = 96;
export const SPACE_SIZE: u32 = 64;
export const BATCH_SIZE: u32 = 128;
/** One slot of a batch: control block, touched space. */
export const BATCH_SLOT_SIZE: u32 = 8;
export const COPY_SLOT_SIZE: u32 = 24;
/** A DETECT_ONLY record block. */
export const DETECT_BLOCK_SIZE: u32 = 8192;

export let ringHeader: usize = 0;
export let submissionBase: usize = 0;
export let completionBase: usize = 0;
/** Where the host puts write sets and names. */
export let exchangeBase: usize = 0;
export let exchangeSize: u32 = 0;
export let mtrBase: usize = 0;
export let mtrSize: u32 = 0;
export let memoBase: usize = 0;
export let spacesBase: usize = 0;
export let reservedBase: usize = 0;
export let batchesBase: usize = 0;
export let batchSlotsBase: usize = 0;
export let detectBase: usize = 0;
export let blocksBase: usize = 0;
export let hashBase: usize = 0;
export let hashMask: u32 = 0;
export let logBufferBase: usize = 0;
export let logStagingBase: usize = 0;
/** The block a checkpoint is written from. */
export let checkpointBase: usize = 0;
/** Recovery's table of doublewrite copies; see recv/copies.ts. */
export let copiesBase: usize = 0;
export let copiesCapacity: u32 = 0;
/** The first page of a tablespace being created. */
export let ddlBase: usize = 0;
export let stagingBase: usize = 0;
export let framesBase: usize = 0;
export let arenaEnd: u64 = 0;
/** State ends and buffers begin here. */
export let arenaStateEnd: usize = 0;

let next: u64 = 0;

function region(bytes: u64): usize {
  const at = next;
  next = (next + bytes + 4095) & ~(<u64>4095);
  return <usize>at;
}

/**
 * Lays out memory for the options set so far and returns the bytes needed.
 * Units: `copies` is how many page copies the doublewrite files on disk hold, 0 for a new store.
 */
export function arenaPlan(copies: u32): f64 {
  checkSizes();
  next = (<u64>__heap_base + 4095) & ~(<u64>4095);
  planState(copies);
  arenaStateEnd = <usize>next;
  planBuffers();
  next = (next + 65535) & ~(<u64>65535);
  framesBase = region(<u64>framesCount * pageSize);
  arenaEnd = next;
  return <f64>arenaEnd;
}

function planState(copies: u32): void {
  ringHeader = region(64);
  batchesBase = region(<u64>batchesCount * BATCH_SIZE);
  batchSlotsBase = region(<u64>batchesCount * doublewritePages * BATCH_SLOT_SIZE);
  detectBase = region(<u64>batchesCount * DETECT_BLOCK_SIZE);
  blocksBase = region(<u64>framesCount * CONTROL_BLOCK_SIZE);
  const buckets: u32 = 1 << (32 - clz(framesCount * 2 - 1));
  hashMask = buckets - 1;
  hashBase = region(<u64>buckets * 4);
  copiesCapacity = 1 << (32 - clz((copies * 2) | 15));
  copiesBase = region(<u64>copiesCapacity * COPY_SLOT_SIZE);
}

function planBuffers(): void {
  submissionBase = region(<u64>RING_SLOTS * SUBMISSION_SLOT_SIZE);
  completionBase = region(<u64>RING_SLOTS * COMPLETION_SLOT_SIZE);
  exchangeSize = trxBytesMax + 65536;
  exchangeBase = region(exchangeSize);
  mtrSize = trxBytesMax + TRX_PAGE_OPS_MAX * 128 + 262144;
  mtrBase = region(mtrSize);
  memoBase = region(<u64>framesCount * 4);
  spacesBase = region(<u64>SPACES_MAX * SPACE_SIZE);
  reservedBase = region(<u64>RESERVED_PAGES_MAX * 16);
  logBufferBase = region(logBufferSize);
  logStagingBase = region(LOG_WRITE_MAX);
  checkpointBase = region(4096);
  ddlBase = region(65536);
  stagingBase = region(<u64>batchesCount * doublewritePages * pageSize);
}

function checkSizes(): void {
  assert(framesCount >= 8, "arena: the buffer pool has at least 8 frames");
  assert((logBufferSize & 4095) == 0, "arena: the log buffer is a multiple of 4096");
  assert(batchesCount >= 1 && batchesCount <= BATCHES_MAX, "arena: batches are within limits");
  assert(
    doublewritePages >= 1 && doublewritePages <= BATCH_PAGES_MAX,
    "arena: doublewrite pages are within limits",
  );
  assert(trxBytesMax <= logBufferSize / 2, "arena: a transaction fits into half the log buffer");
}
