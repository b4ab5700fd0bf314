// Operations through io_uring; see uring.h.

#include "uring.h"

#include <poll.h>

#include <cerrno>
#include <utility>

#include "checksum.h"
#include "completions.h"
#include "execute.h"
#include "transfer.h"

namespace tornproof {

namespace {

// How often finishAll asks a kernel that is short of something, 1 ms apart, before it gives up.
constexpr unsigned SHORTAGE_ROUNDS_MAX = 1000;

bool isTransient(int error) { return error == -EAGAIN || error == -EBUSY || error == -ENOMEM; }

uint8_t opcodeOf(Call call) {
  switch (call) {
    case Call::pread: return IORING_OP_READ;
    case Call::pwrite:
    case Call::zeroFill: return IORING_OP_WRITE;
    case Call::fsync:
    case Call::fdatasync: return IORING_OP_FSYNC;
    case Call::refused:
    case Call::nop: break;
  }
  return IORING_OP_NOP;
}

}  // namespace

int probeUring() { return UringRings().open(2, -1); }

std::unique_ptr<Uring> Uring::create(unsigned depth, int eventFd, const LinearMemory& memory,
                                     int& problem) {
  std::unique_ptr<Uring> uring(new Uring(depth, eventFd, memory));
  problem = uring->rings_.open(depth, eventFd);
  return problem < 0 ? nullptr : std::move(uring);
}

void Uring::prepare(Op* op) {
  // The rest of a transfer keeps its first start time and its stamp.
  if (op->startedAt == 0) {
    stampBeforeWrite(*op, memory_.pageSize);
    op->startedAt = now();
  }
  io_uring_sqe* entry = rings_.nextEntry();
  entry->opcode = opcodeOf(op->call);
  entry->user_data = reinterpret_cast<uint64_t>(op);
  entry->fd = op->fd;
  if (op->call == Call::fdatasync) entry->fsync_flags = IORING_FSYNC_DATASYNC;
  if (!movesBytes(op->call)) return;
  const Piece piece = nextPiece(*op, memory_);
  entry->addr = reinterpret_cast<uint64_t>(piece.data);
  entry->len = static_cast<uint32_t>(piece.length);
  entry->off = piece.offset;
  entry->rw_flags = rwfFlags(*op);
}

void Uring::pump() {
  // What was taken back makes room, and no completion will come to pump the rest of the backlog.
  do {
    fill();
    if (unsubmitted_ > 0) submit();
  } while (!backlog_.empty() && inFlight_ < depth_);
}

void Uring::fill() {
  while (inFlight_ < depth_) {
    Op* op = backlog_.pop();
    if (op == nullptr) return;
    prepare(op);
    inFlight_ += 1;
    unsubmitted_ += 1;
  }
}

void Uring::submit() {
  while (unsubmitted_ > 0) {
    const int taken = rings_.enter(unsubmitted_, 0);
    if (taken == -EINTR) continue;
    if (taken > 0) {
      unsubmitted_ -= static_cast<unsigned>(taken);
    } else if (isTransient(taken)) {
      // The kernel is short of something. A completion will pump again; when none is to come,
      // the eventfd makes the event loop come back.
      ringEventFd(eventFd_);
      return;
    } else {
      takeBack(unsubmitted_, taken == 0 ? -EIO : taken);
    }
  }
}

/** Fails entries that the kernel will never take. */
void Uring::takeBack(unsigned count, int64_t error) {
  for (unsigned index = 0; index < count; index++) {
    Op* op = reinterpret_cast<Op*>(rings_.removeNewest());
    op->result = error;
    refused_.push(op);
  }
  unsubmitted_ -= count;
  inFlight_ -= count;
  ringEventFd(eventFd_);
}

void Uring::drain(OpQueue& finished, unsigned limit) {
  if (rings_.needsEnter()) rings_.enter(0, 0);
  unsigned head = rings_.completionHead();
  unsigned taken = 0;
  // Pumping may complete operations at once (page cache hits), so look again until nothing is left.
  while (head != rings_.completionTail() && taken < limit) {
    for (; head != rings_.completionTail() && taken < limit; head++, taken++) {
      complete(rings_.completion(head), finished);
    }
    rings_.setCompletionHead(head);
    pump();
  }
  if (unsubmitted_ > 0) submit();
  finished.append(refused_);
}

void Uring::complete(const io_uring_cqe& entry, OpQueue& finished) {
  Op* op = reinterpret_cast<Op*>(entry.user_data);
  inFlight_ -= 1;
  if (!advance(*op, memory_, entry.res)) {
    backlog_.pushFront(op);
    return;
  }
  op->nanoseconds = now() - op->startedAt;
  verifyAfterRead(*op, memory_.pageSize);
  finished.push(op);
}

void Uring::finishAll(OpQueue& finished) {
  unsigned shortages = 0;
  while (true) {
    pump();
    drain(finished, depth_);
    if (inFlight_ == 0 && backlog_.empty()) return;
    if (isStalled() && ++shortages > SHORTAGE_ROUNDS_MAX) takeBack(unsubmitted_, -EAGAIN);
    else awaitOne();
  }
}

/** Waits for one operation that the kernel has; where the kernel refuses to wait, a moment. */
void Uring::awaitOne() {
  const int outcome = isStalled() ? -EAGAIN : rings_.enter(0, 1);
  if (outcome < 0 && outcome != -EINTR) poll(nullptr, 0, 1);
}

}  // namespace tornproof
