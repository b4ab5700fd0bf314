// The service threads; see workers.h.

#include "workers.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <system_error>

#include "execute.h"

namespace tornproof {

void Workers::push(OpQueue& chain) {
  if (threads_.empty()) start();
  if (threads_.empty()) {
    executeChain(chain, memory_);
    completions_.post(chain);
    return;
  }
  {
    std::lock_guard<std::mutex> guard(mutex_);
    queue_.append(chain);
    isWanted_.store(true, std::memory_order_release);
  }
  changed_.notify_one();
}

void Workers::stop() {
  {
    std::lock_guard<std::mutex> guard(mutex_);
    isStopping_ = true;
    isWanted_.store(true, std::memory_order_release);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Workers::start() {
  // Threads inherit the signal mask: signals belong to the thread of the event loop.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (threads_.size() < threadCount_ && startOne()) continue;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/** False when the system gives no thread: a limit of the user or the container, or no memory. */
bool Workers::startOne() {
  try {
    threads_.emplace_back([this] { run(); });
  } catch (const std::exception&) {
    return false;
  }
  pthread_setname_np(threads_.back().native_handle(), name_);
  return true;
}

void Workers::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return isStopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    OpQueue chain;
    queue_.popChain(chain);
    if (queue_.empty() && !isStopping_) isWanted_.store(false, std::memory_order_release);
    lock.unlock();
    executeChain(chain, memory_);
    completions_.post(chain);
    linger();
    lock.lock();
  }
}

// Commits follow one another: the next one is often on its way when a sync ends, and to wake a
// sleeping thread takes longer than to wait for it.
void Workers::linger() {
  if (lingerMicroseconds_ == 0) return;
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::microseconds(lingerMicroseconds_);
  while (!isWanted_.load(std::memory_order_acquire)) {
    if (std::chrono::steady_clock::now() >= end) return;
    std::this_thread::yield();
  }
}

}  // namespace tornproof
