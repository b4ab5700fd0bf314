// Page sizes: which ones exist, and how many pages make an extent.
//
//   page      4 KiB   8 KiB   16 KiB   32 KiB   64 KiB
//   extent    1 MiB   1 MiB    1 MiB    2 MiB    4 MiB
//   pages       256     128       64       64       64
//
// The page size is fixed when a store is created. Spec: docs/format.md, "Page sizes".

export const PAGE_SIZE_MIN: u32 = 4096;
export const PAGE_SIZE_MAX: u32 = 65536;
export const PAGE_SIZE_DEFAULT: u32 = 16384;

const EXTENT_BYTES_MIN: u32 = 1048576;
const EXTENT_PAGES_MIN: u32 = 64;

/** True for the five powers of two from 4 KiB to 64 KiB. */
export function pageSizeIsValid(size: u32): bool {
  return size >= PAGE_SIZE_MIN && size <= PAGE_SIZE_MAX && popcnt<u32>(size) == 1;
}

/** Pages in one extent: 1 MiB worth of pages, but never fewer than 64. */
export function extentPages(pageSize: u32): u32 {
  assert(pageSizeIsValid(pageSize), "page-size: a power of two from 4 KiB to 64 KiB");
  return max<u32>(EXTENT_BYTES_MIN / pageSize, EXTENT_PAGES_MIN);
}
