// The list of finished operations; see completions.h.

#include "completions.h"

#include <unistd.h>

namespace tornproof {

void Completions::post(OpQueue& finished) {
  bool wasEmpty;
  {
    std::lock_guard<std::mutex> guard(mutex_);
    wasEmpty = posted_.empty();
    posted_.append(finished);
  }
  if (wasEmpty) ringEventFd(eventFd_);
}

void Completions::take(OpQueue& ready) {
  std::lock_guard<std::mutex> guard(mutex_);
  ready.append(posted_);
}

bool Completions::empty() {
  std::lock_guard<std::mutex> guard(mutex_);
  return posted_.empty();
}

void ringEventFd(int eventFd) {
  // The only possible failure is a counter at its maximum, and then the consumer is awake anyway.
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(eventFd, &one, sizeof one);
}

void clearEventFd(int eventFd) {
  uint64_t count;
  [[maybe_unused]] const ssize_t taken = read(eventFd, &count, sizeof count);
}

}  // namespace tornproof
