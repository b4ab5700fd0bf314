// How a transfer that the kernel served in pieces is carried to its end. Pure decisions, no system
// call: the calling thread, the service threads and io_uring all follow them.

#pragma once

#include "op.h"

namespace tornproof {

/** What the next call of an operation moves. */
struct Piece {
  const uint8_t* data;
  uint64_t length;
  uint64_t offset;
};

/** A transfer may be cut short this often; one more and it fails with EIO. */
inline constexpr uint32_t SHORT_CALLS_MAX = 10;

/** Returns the part of the operation that has not moved yet, at most what one call may take. */
Piece nextPiece(const Op& op, const LinearMemory& memory);

/**
 * Takes the outcome of the call on `nextPiece`: bytes moved, 0 for a sync, or a negative errno.
 * Returns true when `op.result` is final, false when another call is due.
 */
bool advance(Op& op, const LinearMemory& memory, int64_t outcome);

/** True for the calls that move bytes. */
inline bool movesBytes(Call call) {
  return call == Call::pread || call == Call::pwrite || call == Call::zeroFill;
}

}  // namespace tornproof
