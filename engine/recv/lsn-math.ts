// LSNs and payload: an LSN counts block headers and trailers, records do not.

import { LOG_BLOCK_DATA_SIZE, LOG_BLOCK_HDR_SIZE } from "../format/log-block";
import { OS_FILE_LOG_BLOCK_SIZE } from "../format/log-block";

const BLOCK: u64 = OS_FILE_LOG_BLOCK_SIZE;

/** The LSN `payload` bytes of records after `start`; never on a header or a trailer. */
export function lsnAfter(start: u64, payload: u64): u64 {
  const inBlock = (start & (BLOCK - 1)) - LOG_BLOCK_HDR_SIZE;
  const total = inBlock + payload;
  const blocks = total / LOG_BLOCK_DATA_SIZE;
  return (
    (start & ~(BLOCK - 1)) + blocks * BLOCK + LOG_BLOCK_HDR_SIZE + (total % LOG_BLOCK_DATA_SIZE)
  );
}
