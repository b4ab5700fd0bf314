// The two rings that io_uring shares with the kernel, mapped into memory, and its system calls.
// The kernel moves submission head and completion tail; this side moves the other two.

#pragma once

#include <linux/io_uring.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tornproof {

class UringRings {
 public:
  UringRings() = default;
  UringRings(const UringRings&) = delete;
  UringRings& operator=(const UringRings&) = delete;
  ~UringRings();

  /** Sets the rings up, once; returns 0 or a negative errno. `eventFd` -1: no eventfd. */
  int open(unsigned entries, int eventFd);

  /** The entry to fill next, zeroed. Requires room; the caller counts. */
  io_uring_sqe* nextEntry();
  /** Returns the operation of the newest entry not yet submitted, and removes that entry. */
  uint64_t removeNewest();

  /** io_uring_enter: returns how many entries the kernel took, or a negative errno. */
  int enter(unsigned submitCount, unsigned waitCount);

  /** True when the kernel holds back completions until this thread enters it. */
  bool needsEnter() const {
    return (load(submissionFlags_) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
  }

  unsigned completionHead() const { return *completionHead_; }
  unsigned completionTail() const { return load(completionTail_); }
  const io_uring_cqe& completion(unsigned head) const {
    return completions_[head & completionMask_];
  }
  void setCompletionHead(unsigned head) { store(completionHead_, head); }

 private:
  static unsigned load(unsigned* at) {
    return std::atomic_ref<unsigned>(*at).load(std::memory_order_acquire);
  }
  static void store(unsigned* at, unsigned value) {
    std::atomic_ref<unsigned>(*at).store(value, std::memory_order_release);
  }
  int map(const io_uring_params& params);

  int fd_ = -1;
  uint8_t* rings_ = nullptr;
  size_t ringsSize_ = 0;
  io_uring_sqe* entries_ = nullptr;
  size_t entriesSize_ = 0;

  unsigned* submissionTail_ = nullptr;
  unsigned* submissionFlags_ = nullptr;
  unsigned submissionMask_ = 0;
  unsigned* completionHead_ = nullptr;
  unsigned* completionTail_ = nullptr;
  unsigned completionMask_ = 0;
  io_uring_cqe* completions_ = nullptr;
};

}  // namespace tornproof
