// Where the copies of a batch stand: each flush batch owns one segment of one doublewrite file.
//
//   file 0   │ segment 0: batch 0 │ segment 1: batch 2 │ …      each doublewritePages pages long
//   file 1   │ segment 0: batch 1 │ segment 1: batch 3 │ …      #ib_<page size>_<file>.dblwr
//
// A copy stands in the file exactly as it stood in the batch's staging area, without any header.
// DETECT_ONLY writes one record block of 8192 bytes per batch instead, at batch x 8192 of the
// .bdblwr file. Spec: docs/format.md, "Doublewrite".

import { DETECT_BLOCK_SIZE, detectBase, stagingBase } from "../abi/arena";
import { batchesCount, doublewriteFiles, doublewritePages, pageSize } from "../abi/config";

/** Address of page `slot` in the staging area of a batch; contiguous within the batch. */
export function stagingPage(batch: u32, slot: u32): usize {
  assert(batch < batchesCount && slot < doublewritePages, "dblwr: a slot is inside its batch");
  return stagingBase + <usize>(batch * doublewritePages + slot) * pageSize;
}

export function detectBlock(batch: u32): usize {
  return detectBase + batch * DETECT_BLOCK_SIZE;
}

/** Files actually used: never more than there are batches. */
export function segmentFiles(): u32 {
  return min(doublewriteFiles, batchesCount);
}

export function segmentFile(batch: u32): u32 {
  return batch % segmentFiles();
}

/** Offset of a batch's segment in its file, in bytes. */
export function segmentOffset(batch: u32): u64 {
  return <u64>(batch / segmentFiles()) * doublewritePages * pageSize;
}

/** Size of doublewrite file `file`, in bytes. */
export function segmentFileSize(file: u32): u64 {
  const files = segmentFiles();
  const segments = (batchesCount - file + files - 1) / files;
  return <u64>segments * doublewritePages * pageSize;
}
