// One attached engine: its memory, what runs its operations, and its way back to the event loop.
// Everything here happens on the thread of the event loop; only threads inside Workers and the
// kernel run beside it.
//
//                       ┌─ chains that stamp the log ──▶ log thread ───┐
//   submit ── route ────┼─ other chains ───────────────▶ batch thread ─┼─▶ completions ─▶ reap
//                       └─ single operations ──────────▶ io_uring or ──┘    (eventfd)
//                                                        four threads
//
// Invariant: asyncPending_ counts operations accepted by submit and not yet reaped; the event loop
// is kept alive exactly while it is not zero.

#pragma once

#include <node_api.h>

#include <deque>
#include <memory>

#include "completions.h"
#include "loop-watch.h"
#include "op.h"
#include "uring.h"
#include "workers.h"

namespace tornproof {

struct ContextOptions {
  LinearMemory memory;
  uint32_t queueDepth;
  bool useUring;
};

class Context {
 public:
  static constexpr unsigned POOL_THREADS = 4;

  /** `eventFd` becomes the context's. `memory.zeros` is filled in here. */
  Context(const ContextOptions& options, int eventFd);
  ~Context();

  LoopWatch& watch() { return watch_; }
  bool usesUring() const { return uring_ != nullptr; }

  /**
   * Starts operations; a chain that is open at the end of the slots ends there.
   * Errors: std::bad_alloc, and then nothing was accepted.
   */
  void submit(const Slot* slots, uint32_t count);

  /** Executes operations on this thread, in order; their completions can be reaped afterward. */
  void runInline(const Slot* slots, uint32_t count);

  /** Writes up to `capacity` records of four doubles; returns how many. Never blocks. */
  uint32_t reap(double* records, uint32_t capacity);

  /** Blocks until reap would return something; false when nothing is on its way. */
  bool wait();

  /** True when reap would return something. */
  bool isReady();

  /** True when operations wait for the kernel and only another reap can hand them over. */
  bool isStalled();

  /** Finishes everything and joins the threads. Completions not reaped are lost. Idempotent. */
  void drainAndStop();

 private:
  void reserve(uint32_t count);
  Op* decode(const Slot& slot, bool isAsync);
  void route(OpQueue& chain);
  void collect(unsigned limit);
  void countAsync(int64_t change);

  LinearMemory memory_;
  uint32_t queueDepth_;
  int eventFd_;
  Completions completions_;
  std::unique_ptr<Uring> uring_;
  Workers logThread_;
  Workers batchThread_;
  Workers pagePool_;
  LoopWatch watch_;

  std::deque<Op> operations_;  // owns every operation; addresses never change
  OpQueue unused_;
  uint32_t unusedCount_ = 0;
  OpQueue ready_;
  uint64_t asyncPending_ = 0;
  bool isStopped_ = false;
};

}  // namespace tornproof
