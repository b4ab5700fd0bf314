// A group of threads that run chains from one queue, each chain on one thread. With one thread the
// chains run in the order they were pushed: that is the log thread and the batch thread. With four
// it is the page pool that stands in for io_uring.

#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "completions.h"
#include "op.h"

namespace tornproof {

class Workers {
 public:
  /**
   * `name` shows in tools like top, at most 15 characters. Threads start with the first push. After
   * a chain a thread looks out for the next one for `lingerMicroseconds` before it sleeps.
   */
  Workers(const char* name, unsigned threadCount, unsigned lingerMicroseconds,
          const LinearMemory& memory, Completions& completions)
      : name_(name),
        threadCount_(threadCount),
        lingerMicroseconds_(lingerMicroseconds),
        memory_(memory),
        completions_(completions) {}

  /** Finishes everything queued, then joins. */
  ~Workers() { stop(); }

  /**
   * Queues one chain. Where the system gives fewer threads, those share the work; where it gives
   * none, the chain runs here, on the caller, and the next push asks again.
   */
  void push(OpQueue& chain);

  /** Finishes everything queued, then joins; idempotent. Nothing may be pushed afterward. */
  void stop();

 private:
  void start();
  bool startOne();
  void run();
  void linger();

  const char* name_;
  unsigned threadCount_;
  unsigned lingerMicroseconds_;
  const LinearMemory& memory_;
  Completions& completions_;
  std::vector<std::thread> threads_;

  std::mutex mutex_;
  std::condition_variable changed_;
  OpQueue queue_;
  bool isStopping_ = false;
  /** There is a chain to run, or an end to come to; read without the lock while lingering. */
  std::atomic<bool> isWanted_{false};
};

}  // namespace tornproof
