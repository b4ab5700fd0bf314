// Where threads hand finished operations back to the thread of the event loop.
//
// Invariant: whenever the list goes from empty to filled, the eventfd is written afterward. So a
// consumer that clears the eventfd first and takes the list second never sleeps on a full list.

#pragma once

#include <mutex>

#include "op.h"

namespace tornproof {

class Completions {
 public:
  /** `eventFd` stays the caller's. */
  explicit Completions(int eventFd) : eventFd_(eventFd) {}

  /** Appends finished operations and wakes the consumer. Any thread. */
  void post(OpQueue& finished);

  /** Moves everything posted so far to the end of `ready`. */
  void take(OpQueue& ready);

  bool empty();

 private:
  int eventFd_;
  std::mutex mutex_;
  OpQueue posted_;
};

/** Adds one to the eventfd. */
void ringEventFd(int eventFd);

/** Sets the eventfd back to zero; fine when it is zero already. */
void clearEventFd(int eventFd);

}  // namespace tornproof
