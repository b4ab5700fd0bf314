// The system calls of one operation; see execute.h.

#include "execute.h"

#include <cerrno>
#include <ctime>
#include <sys/uio.h>
#include <unistd.h>

#include "checksum.h"
#include "transfer.h"

namespace tornproof {

namespace {

constexpr int RWF_DSYNC_FLAG = 0x2;
constexpr int RWF_ATOMIC_FLAG = 0x40;  // newer than many kernel headers; the number is kernel ABI

ssize_t writePiece(const Op& op, const Piece& piece) {
  const int flags = rwfFlags(op);
  const off_t offset = static_cast<off_t>(piece.offset);
  if (flags == 0) return pwrite(op.fd, piece.data, piece.length, offset);
  const iovec part = {const_cast<uint8_t*>(piece.data), piece.length};
  return pwritev2(op.fd, &part, 1, offset, flags);
}

ssize_t readPiece(const Op& op, const Piece& piece) {
  return pread(op.fd, const_cast<uint8_t*>(piece.data), piece.length,
               static_cast<off_t>(piece.offset));
}

int64_t callOnce(const Op& op, const LinearMemory& memory) {
  ssize_t outcome = 0;
  switch (op.call) {
    case Call::pread: outcome = readPiece(op, nextPiece(op, memory)); break;
    case Call::pwrite:
    case Call::zeroFill: outcome = writePiece(op, nextPiece(op, memory)); break;
    case Call::fsync: outcome = fsync(op.fd); break;
    case Call::fdatasync: outcome = fdatasync(op.fd); break;
    case Call::refused:
    case Call::nop: break;
  }
  return outcome < 0 ? -errno : outcome;
}

}  // namespace

uint64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

int rwfFlags(const Op& op) {
  return ((op.flags & OP_RWF_DSYNC) ? RWF_DSYNC_FLAG : 0) |
         ((op.flags & OP_RWF_ATOMIC) ? RWF_ATOMIC_FLAG : 0);
}

void execute(Op& op, const LinearMemory& memory) {
  if (op.call == Call::refused) return;  // its result says why
  stampBeforeWrite(op, memory.pageSize);
  op.startedAt = now();
  while (!advance(op, memory, callOnce(op, memory))) continue;
  op.nanoseconds = now() - op.startedAt;
  verifyAfterRead(op, memory.pageSize);
}

void executeChain(const OpQueue& chain, const LinearMemory& memory) {
  bool hasFailed = false;
  for (Op* op = const_cast<Op*>(chain.front()); op != nullptr; op = op->next) {
    if (hasFailed) {
      op->result = -ECANCELED;
    } else {
      execute(*op, memory);
    }
    hasFailed = op->isLinked() && op->result < 0;
  }
}

}  // namespace tornproof
