// The write set: what a transaction wants, as the host hands it over in the exchange area.
//
//   record (little-endian)
//   byte 0    1   2            4            6   8         12       16
//        │ op │ 0 │ offset u16 │ length u16 │ 0 │ space   │ page   │ payload: length bytes
//
//   WRITE     payload goes to the body of the page at offset
//   ALLOCATE  the page, reserved before, becomes used and starts as zeros; no payload
//   FREE      the page becomes free; no payload
//   CHECK     payload is the 8 LSN bytes of the page header as the transaction saw them
//
// Offsets count from the start of the page body (FIL_PAGE_DATA). Records run in order.

import { pageSize } from "../abi/config";
import { FIL_PAGE_DATA, FIL_PAGE_DATA_END } from "../format/fil";

export const WS_WRITE: u32 = 1;
export const WS_ALLOCATE: u32 = 2;
export const WS_FREE: u32 = 3;
export const WS_CHECK: u32 = 4;

export const WS_HEADER_SIZE: u32 = 16;

export let wsOp: u32 = 0;
export let wsOffset: u32 = 0;
export let wsLength: u32 = 0;
export let wsSpace: u32 = 0;
export let wsPage: u32 = 0;
export let wsPayload: usize = 0;

/** Bytes of a page that transactions may write. */
export function pageBodySize(): u32 {
  return pageSize - <u32>FIL_PAGE_DATA - <u32>FIL_PAGE_DATA_END;
}

/**
 * Reads the record at `at` into the variables above; returns its size, or 0 when it is malformed.
 */
export function readRecord(at: usize, end: usize): u32 {
  if (end - at < WS_HEADER_SIZE) return 0;
  wsOp = load<u8>(at);
  wsOffset = load<u16>(at, 2);
  wsLength = load<u16>(at, 4);
  wsSpace = load<u32>(at, 8);
  wsPage = load<u32>(at, 12);
  wsPayload = at + WS_HEADER_SIZE;
  if (end - wsPayload < wsLength || !isWellFormed()) return 0;
  return WS_HEADER_SIZE + wsLength;
}

function isWellFormed(): bool {
  switch (wsOp) {
    case WS_WRITE:
      return wsLength > 0 && wsOffset + wsLength <= pageBodySize();
    case WS_CHECK:
      return wsLength == 8;
    case WS_ALLOCATE:
    case WS_FREE:
      return wsLength == 0;
  }
  return false;
}
