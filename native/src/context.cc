// Routing, reaping and shutting down; see context.h.

#include "context.h"

#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "checksum.h"
#include "execute.h"
#include "transfer.h"

namespace tornproof {

namespace {

// How long the log thread looks out for the next commit before it sleeps.
constexpr unsigned LOG_LINGER_MICROSECONDS = 100;

// Pages are copied and handed to the device 16 KiB at a time: with huge pages that takes a tenth
// less. Advice only; where it is refused nothing changes.
void adviseHugePages(const LinearMemory& memory) {
  madvise(const_cast<uint8_t*>(memory.base), memory.size, MADV_HUGEPAGE);
}

LinearMemory withZeros(LinearMemory memory) {
  adviseHugePages(memory);
  // Pages of a private mapping that nobody writes all share the kernel's one zero page.
  void* zeros = mmap(nullptr, ZERO_PIECE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memory.zeros = zeros == MAP_FAILED ? nullptr : static_cast<uint8_t*>(zeros);
  return memory;
}

/** Returns 0, or the errno of a slot that must not reach the kernel. */
int refusal(const Slot& slot, const LinearMemory& memory) {
  if (slot.call < 1 || slot.call > static_cast<uint32_t>(Call::nop)) return -EINVAL;
  const Call call = static_cast<Call>(slot.call);
  if (!movesBytes(call)) return 0;
  if (!(slot.offset >= 0) || !(slot.length >= 0)) return -EINVAL;
  if (call == Call::zeroFill) return memory.zeros == nullptr ? -ENOMEM : 0;

  const double end = static_cast<double>(slot.address) + slot.length;
  if (end > static_cast<double>(memory.size)) return -EFAULT;
  const uint64_t length = static_cast<uint64_t>(slot.length);
  const bool wholePages = (slot.flags & (OP_STAMP_PAGES | OP_VERIFY_PAGE)) != 0;
  if (wholePages && length % memory.pageSize != 0) return -EINVAL;
  if ((slot.flags & OP_STAMP_LOG) && length % LOG_BLOCK_SIZE != 0) return -EINVAL;
  return 0;
}

bool stampsLog(const OpQueue& chain) {
  for (const Op* op = chain.front(); op != nullptr; op = op->next) {
    if (op->flags & OP_STAMP_LOG) return true;
  }
  return false;
}

}  // namespace

Context::Context(const ContextOptions& options, int eventFd)
    : memory_(withZeros(options.memory)),
      queueDepth_(options.queueDepth),
      eventFd_(eventFd),
      completions_(eventFd),
      logThread_("tornproof-log", 1, LOG_LINGER_MICROSECONDS, memory_, completions_),
      batchThread_("tornproof-batch", 1, 0, memory_, completions_),
      pagePool_("tornproof-page", POOL_THREADS, 0, memory_, completions_),
      watch_(eventFd, [this] { return isReady() || isStalled(); }) {
  int problem = 0;
  if (options.useUring) uring_ = Uring::create(queueDepth_, eventFd, memory_, problem);
}

Context::~Context() {
  drainAndStop();
  close(eventFd_);
  if (memory_.zeros != nullptr) munmap(const_cast<uint8_t*>(memory_.zeros), ZERO_PIECE);
}

void Context::submit(const Slot* slots, uint32_t count) {
  reserve(count);
  countAsync(count);
  OpQueue chain;
  for (uint32_t index = 0; index < count; index++) {
    Op* op = decode(slots[index], true);
    if (index + 1 == count) op->flags &= ~OP_LINK;
    chain.push(op);
    if (!op->isLinked()) route(chain);
  }
  if (uring_ != nullptr) uring_->pump();
}

void Context::runInline(const Slot* slots, uint32_t count) {
  reserve(count);
  OpQueue chain;
  for (uint32_t index = 0; index < count; index++) chain.push(decode(slots[index], false));
  executeChain(chain, memory_);
  ready_.append(chain);
}

uint32_t Context::reap(double* records, uint32_t capacity) {
  collect(capacity);
  uint32_t count = 0;
  int64_t asyncCount = 0;
  for (; count < capacity; count++, records += 4) {
    Op* op = ready_.pop();
    if (op == nullptr) break;
    records[0] = op->tag;
    records[1] = static_cast<double>(op->result);
    records[2] = op->doneFlags;
    records[3] = static_cast<double>(op->nanoseconds);
    asyncCount += op->isAsync ? 1 : 0;
    unused_.push(op);
    unusedCount_ += 1;
  }
  countAsync(-asyncCount);
  return count;
}

bool Context::wait() {
  while (!isReady()) {
    if (asyncPending_ == 0) return false;
    pollfd watched = {eventFd_, POLLIN, 0};
    // Leaves the eventfd set when it brought something, so that the event loop hears of it too.
    if (poll(&watched, 1, -1) > 0 && !isReady()) clearEventFd(eventFd_);
    collect(queueDepth_);
  }
  return true;
}

bool Context::isReady() {
  if (!ready_.empty() || !completions_.empty()) return true;
  return uring_ != nullptr && uring_->hasCompletions();
}

bool Context::isStalled() { return uring_ != nullptr && uring_->isStalled(); }

void Context::drainAndStop() {
  if (isStopped_) return;
  isStopped_ = true;
  if (uring_ != nullptr) uring_->finishAll(ready_);
  uring_.reset();
  logThread_.stop();
  batchThread_.stop();
  pagePool_.stop();
}

// Memory may run out here, before anything is accepted, and nowhere behind.
void Context::reserve(uint32_t count) {
  for (; unusedCount_ < count; unusedCount_++) unused_.push(&operations_.emplace_back());
}

Op* Context::decode(const Slot& slot, bool isAsync) {
  Op* op = unused_.pop();
  unusedCount_ -= 1;
  *op = Op{};
  op->tag = slot.tag;
  op->flags = slot.flags;
  op->isAsync = isAsync;
  const int error = refusal(slot, memory_);
  if (error != 0) {
    // The refused operation still takes its place in its chain, as a failure.
    op->call = Call::refused;
    op->result = error;
    return op;
  }
  op->call = static_cast<Call>(slot.call);
  op->fd = slot.fd;
  if (!movesBytes(op->call)) return op;
  op->offset = static_cast<uint64_t>(slot.offset);
  op->length = static_cast<uint64_t>(slot.length);
  if (op->call != Call::zeroFill) op->data = memory_.base + slot.address;
  return op;
}

void Context::route(OpQueue& chain) {
  const Op* first = chain.front();
  const bool isSingle = first->next == nullptr;
  if (stampsLog(chain)) {
    logThread_.push(chain);
  } else if (!isSingle || first->call == Call::refused) {
    batchThread_.push(chain);
  } else if (uring_ != nullptr) {
    uring_->push(chain.pop());
  } else {
    pagePool_.push(chain);
  }
}

/** Gathers what has finished; the ring may hand out about `limit`. */
void Context::collect(unsigned limit) {
  completions_.take(ready_);
  if (uring_ != nullptr) uring_->drain(ready_, limit);
}

void Context::countAsync(int64_t change) {
  const bool wasNeeded = asyncPending_ > 0;
  asyncPending_ += static_cast<uint64_t>(change);
  const bool isNeeded = asyncPending_ > 0;
  if (wasNeeded != isNeeded) watch_.keepAlive(isNeeded);
}

}  // namespace tornproof
