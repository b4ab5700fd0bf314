// The rules of a transfer in pieces; see transfer.h.

#include "transfer.h"

#include <algorithm>
#include <cerrno>

namespace tornproof {

namespace {

// Linux moves at most 2 GiB - 4 KiB per call; a piece of 1 GiB keeps its alignment.
constexpr uint64_t PIECE_MAX = 1ull << 30;

bool finish(Op& op, int64_t result) {
  op.result = result;
  return true;
}

bool failed(Op& op, int64_t outcome) {
  if (outcome == -EINTR) return false;
  // Direct I/O refuses the unaligned rest of a read that was cut at the end of the file.
  const bool restOfRead = op.call == Call::pread && op.moved > 0 && outcome == -EINVAL;
  return finish(op, restOfRead ? -ENODATA : outcome);
}

bool cutShort(Op& op) {
  op.shortCalls += 1;
  // A second call could not be atomic together with the first.
  const bool isAtomic = (op.flags & OP_RWF_ATOMIC) != 0;
  if (isAtomic || op.shortCalls > SHORT_CALLS_MAX) return finish(op, -EIO);
  return false;
}

}  // namespace

Piece nextPiece(const Op& op, const LinearMemory& memory) {
  const uint64_t rest = op.length - op.moved;
  const uint64_t offset = op.offset + op.moved;
  if (op.call == Call::zeroFill) return {memory.zeros, std::min(rest, ZERO_PIECE), offset};
  return {op.data + op.moved, std::min(rest, PIECE_MAX), offset};
}

bool advance(Op& op, const LinearMemory& memory, int64_t outcome) {
  if (outcome < 0) return failed(op, outcome);
  if (!movesBytes(op.call)) return finish(op, 0);

  const uint64_t asked = nextPiece(op, memory).length;
  op.moved += static_cast<uint64_t>(outcome);
  if (op.moved == op.length) return finish(op, static_cast<int64_t>(op.length));
  if (static_cast<uint64_t>(outcome) == asked) return false;
  if (outcome == 0 && op.call == Call::pread) return finish(op, -ENODATA);
  return cutShort(op);
}

}  // namespace tornproof
