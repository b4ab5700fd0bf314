// Page I/O through io_uring, by raw system calls over linux/io_uring.h. One thread owns the ring:
// the one that created it. At most `depth` operations are with the kernel, the rest wait here.
//
//   push ──▶ backlog ──pump──▶ submission ring ──▶ kernel ──▶ completion ring ──drain──▶ finished
//              ▲                                                                │
//              └───────────── the rest of a transfer that was cut short ◀───────┘

#pragma once

#include <linux/io_uring.h>
#include <memory>

#include "op.h"
#include "uring-rings.h"

namespace tornproof {

class Uring {
 public:
  /**
   * Creates a ring whose completions ring `eventFd`. Returns null when the kernel refuses, and
   * then sets `problem` to a negative errno.
   */
  static std::unique_ptr<Uring> create(unsigned depth, int eventFd, const LinearMemory& memory,
                                       int& problem);

  /** Queues one operation; its LINK flag is ignored. */
  void push(Op* op) { backlog_.push(op); }

  /** Hands as much of the backlog to the kernel as the depth allows. Never blocks for I/O. */
  void pump();

  /** Moves finished operations to `finished`, about `limit` at most, and pumps. */
  void drain(OpQueue& finished, unsigned limit);

  /** True when drain would find something. */
  bool hasCompletions() const {
    return rings_.completionHead() != rings_.completionTail() || !refused_.empty();
  }

  /** True when the kernel has nothing and refuses more: no completion will pump the rest. */
  bool isStalled() const { return unsubmitted_ > 0 && inFlight_ == unsubmitted_; }

  /** Blocks until everything pushed has finished; what the kernel refuses ends with its error. */
  void finishAll(OpQueue& finished);

 private:
  Uring(unsigned depth, int eventFd, const LinearMemory& memory)
      : depth_(depth), eventFd_(eventFd), memory_(memory) {}
  void prepare(Op* op);
  void fill();
  void submit();
  void takeBack(unsigned count, int64_t error);
  void awaitOne();
  void complete(const io_uring_cqe& entry, OpQueue& finished);

  UringRings rings_;
  unsigned depth_;
  int eventFd_;
  const LinearMemory& memory_;
  OpQueue backlog_;
  OpQueue refused_;         // finished by takeBack, for the next drain
  unsigned inFlight_ = 0;   // in the submission ring or with the kernel
  unsigned unsubmitted_ = 0;  // of these, in the submission ring
};

/** Returns 0 when a ring can be created here, else a negative errno (ENOSYS, EPERM, …). */
int probeUring();

}  // namespace tornproof
