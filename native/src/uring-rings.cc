// Setup and mapping of the rings; see uring-rings.h.

#include "uring-rings.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tornproof {

namespace {

// The last of these came with kernel 5.6, as did the read and write operations used here.
constexpr unsigned FEATURES_NEEDED =
    IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_RW_CUR_POS;

int setup(unsigned entries, unsigned flags, io_uring_params& params) {
  params = {};
  params.flags = flags;
  const long fd = syscall(SYS_io_uring_setup, entries, &params);
  return fd < 0 ? -errno : static_cast<int>(fd);
}

int setupBest(unsigned entries, io_uring_params& params) {
  // Without COOP_TASKRUN every completion interrupts this thread, even in the middle of JavaScript.
  // Older kernels do not know the flag.
  const int fd = setup(entries, IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG, params);
  return fd == -EINVAL ? setup(entries, 0, params) : fd;
}

uint8_t* mapShared(int fd, size_t size, uint64_t offset) {
  void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
                  static_cast<off_t>(offset));
  return at == MAP_FAILED ? nullptr : static_cast<uint8_t*>(at);
}

}  // namespace

UringRings::~UringRings() {
  if (entries_ != nullptr) munmap(entries_, entriesSize_);
  if (rings_ != nullptr) munmap(rings_, ringsSize_);
  if (fd_ >= 0) close(fd_);
}

int UringRings::open(unsigned entries, int eventFd) {
  io_uring_params params;
  const int fd = setupBest(entries, params);
  if (fd < 0) return fd;
  fd_ = fd;
  if ((params.features & FEATURES_NEEDED) != FEATURES_NEEDED) return -ENOSYS;
  if (const int error = map(params); error < 0) return error;
  if (eventFd < 0) return 0;
  const long done = syscall(SYS_io_uring_register, fd_, IORING_REGISTER_EVENTFD, &eventFd, 1);
  return done < 0 ? -errno : 0;
}

int UringRings::map(const io_uring_params& params) {
  const io_sqring_offsets& sq = params.sq_off;
  const io_cqring_offsets& cq = params.cq_off;
  ringsSize_ = std::max<size_t>(sq.array + params.sq_entries * sizeof(unsigned),
                                cq.cqes + params.cq_entries * sizeof(io_uring_cqe));
  entriesSize_ = params.sq_entries * sizeof(io_uring_sqe);
  rings_ = mapShared(fd_, ringsSize_, IORING_OFF_SQ_RING);
  if (rings_ == nullptr) return -errno;
  entries_ = reinterpret_cast<io_uring_sqe*>(mapShared(fd_, entriesSize_, IORING_OFF_SQES));
  if (entries_ == nullptr) return -errno;

  const auto word = [this](unsigned offset) {
    return reinterpret_cast<unsigned*>(rings_ + offset);
  };
  submissionTail_ = word(sq.tail);
  submissionFlags_ = word(sq.flags);
  submissionMask_ = *word(sq.ring_mask);
  completionHead_ = word(cq.head);
  completionTail_ = word(cq.tail);
  completionMask_ = *word(cq.ring_mask);
  completions_ = reinterpret_cast<io_uring_cqe*>(rings_ + cq.cqes);

  // The index array lets entries be submitted out of order; here entry i is always at place i.
  unsigned* array = word(sq.array);
  for (unsigned index = 0; index < params.sq_entries; index++) array[index] = index;
  return 0;
}

io_uring_sqe* UringRings::nextEntry() {
  const unsigned tail = *submissionTail_;
  io_uring_sqe* entry = &entries_[tail & submissionMask_];
  std::memset(entry, 0, sizeof *entry);
  // The kernel looks at the ring only inside enter, so the tail may move before the entry is full.
  store(submissionTail_, tail + 1);
  return entry;
}

uint64_t UringRings::removeNewest() {
  const unsigned tail = *submissionTail_ - 1;
  store(submissionTail_, tail);
  return entries_[tail & submissionMask_].user_data;
}

int UringRings::enter(unsigned submitCount, unsigned waitCount) {
  const long taken = syscall(SYS_io_uring_enter, fd_, submitCount, waitCount,
                             IORING_ENTER_GETEVENTS, nullptr, 0);
  return taken < 0 ? -errno : static_cast<int>(taken);
}

}  // namespace tornproof
