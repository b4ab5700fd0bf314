// What the host found in the directory, told before the engine starts.

import { pageShift } from "../abi/config";
import { KIND_BDBLWR, KIND_DATA, KIND_DBLWR, KIND_LOG } from "../abi/io";
import { BATCHES_MAX, SPACES_MAX } from "../limits";

const sizes: usize = memory.data(8 * 256);
const found: usize = memory.data(256);
const dataIds: usize = memory.data(4 * 1024);
const dataPages: usize = memory.data(4 * 1024);
let detectSize: u64 = 0;
let detectFound: bool = false;

/** Size of the redo log file in bytes; without bound when nobody told. */
export let logFileSize: u64 = u64.MAX_VALUE;
/** Data files found. */
export let dataFilesCount: u32 = 0;
/** Pages of copies in all doublewrite files found. */
export let copiesOnDisk: u32 = 0;

if (BATCHES_MAX != 256 || SPACES_MAX != 1024) ERROR("found files: the tables match the limits");

/** Tells of one file; false when there are too many. `size` in bytes. */
export function foundFile(kind: u32, id: u32, size: f64): bool {
  if (kind == KIND_BDBLWR) {
    detectSize = <u64>size;
    detectFound = true;
    return true;
  }
  if (kind == KIND_LOG) {
    logFileSize = <u64>size;
    return true;
  }
  if (kind == KIND_DBLWR) {
    if (id >= BATCHES_MAX) return false;
    store<u64>(sizes + id * 8, <u64>size);
    store<u8>(found + id, 1);
    copiesOnDisk += <u32>((<u64>size) >> pageShift);
    return true;
  }
  if (kind != KIND_DATA || dataFilesCount == SPACES_MAX) return false;
  store<u32>(dataIds + dataFilesCount * 4, id);
  store<u32>(dataPages + dataFilesCount * 4, <u32>((<u64>size) >> pageShift));
  dataFilesCount++;
  return true;
}

export function dataFileId(index: u32): u32 {
  return load<u32>(dataIds + index * 4);
}

/** Whole pages in the file. */
export function dataFilePages(index: u32): u32 {
  return load<u32>(dataPages + index * 4);
}

/** Size of a doublewrite file in bytes, 0 when it was not found. */
export function dblwrFileSize(kind: u32, id: u32): u64 {
  return kind == KIND_BDBLWR ? detectSize : load<u64>(sizes + id * 8);
}

export function dblwrFilesFound(kind: u32, id: u32): bool {
  return kind == KIND_BDBLWR ? detectFound : load<u8>(found + id) != 0;
}
