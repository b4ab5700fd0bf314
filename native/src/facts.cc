// statx, atomic writes and locks; see facts.h.

#include "facts.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace tornproof {

namespace {

// Newer than many kernel headers; the numbers and the layout are kernel ABI (linux/stat.h).
constexpr uint32_t MASK_DIO_ALIGN = 0x2000;
constexpr uint32_t MASK_WRITE_ATOMIC = 0x10000;
constexpr uint32_t MASK_DIO_READ_ALIGN = 0x20000;
constexpr int RWF_ATOMIC_FLAG = 0x40;
constexpr int RWF_DSYNC_FLAG = 0x02;

struct RawStatx {
  uint32_t mask;
  uint8_t skipped[0x94];
  uint32_t dioMemAlign;
  uint32_t dioOffsetAlign;
  uint64_t subvolume;
  uint32_t atomicUnitMin;
  uint32_t atomicUnitMax;
  uint32_t atomicSegmentsMax;
  uint32_t dioReadOffsetAlign;
  uint8_t rest[0x48];
};
static_assert(sizeof(RawStatx) == 256, "facts: struct statx has 256 bytes");
static_assert(offsetof(RawStatx, dioMemAlign) == 0x98, "facts: offset of stx_dio_mem_align");
static_assert(offsetof(RawStatx, atomicUnitMin) == 0xA8, "facts: offset of the atomic unit");

int64_t pwriteFlagged(int fd, const uint8_t* data, size_t length, uint64_t offset, int flags) {
  const iovec part = {const_cast<uint8_t*>(data), length};
  const ssize_t written = pwritev2(fd, &part, 1, static_cast<off_t>(offset), flags);
  return written < 0 ? -errno : written;
}

}  // namespace

int statFacts(int fd, const char* path, FileFacts& facts) {
  RawStatx raw = {};
  const int directory = path == nullptr ? fd : AT_FDCWD;
  const int flags = path == nullptr ? AT_EMPTY_PATH : 0;
  const uint32_t wanted = MASK_DIO_ALIGN | MASK_WRITE_ATOMIC | MASK_DIO_READ_ALIGN;
  const char* name = path == nullptr ? "" : path;
  if (syscall(SYS_statx, directory, name, flags, wanted, &raw) != 0) return -errno;

  const auto told = [&raw](uint32_t bit, uint32_t value) {
    return (raw.mask & bit) ? std::optional<uint32_t>(value) : std::nullopt;
  };
  facts.dioMemAlign = told(MASK_DIO_ALIGN, raw.dioMemAlign);
  facts.dioOffsetAlign = told(MASK_DIO_ALIGN, raw.dioOffsetAlign);
  facts.dioReadOffsetAlign = told(MASK_DIO_READ_ALIGN, raw.dioReadOffsetAlign);
  facts.atomicUnitMin = told(MASK_WRITE_ATOMIC, raw.atomicUnitMin);
  facts.atomicUnitMax = told(MASK_WRITE_ATOMIC, raw.atomicUnitMax);
  facts.atomicSegmentsMax = told(MASK_WRITE_ATOMIC, raw.atomicSegmentsMax);
  return 0;
}

InodeFacts inodeFactsOf(int fd) {
  InodeFacts facts;
  // The kernel writes an int although the request is declared with a long.
  int flags = 0;
  if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) facts.flags = static_cast<uint32_t>(flags);
  struct fsxattr attributes = {};
  if (ioctl(fd, FS_IOC_FSGETXATTR, &attributes) == 0) {
    facts.extentSizeHint = attributes.fsx_extsize;
  }
  return facts;
}

int64_t pwriteAtomic(int fd, const uint8_t* data, size_t length, uint64_t offset) {
  return pwriteFlagged(fd, data, length, offset, RWF_ATOMIC_FLAG);
}

int64_t pwriteDsync(int fd, const uint8_t* data, size_t length, uint64_t offset) {
  return pwriteFlagged(fd, data, length, offset, RWF_DSYNC_FLAG);
}

int lockWhole(int fd) {
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return fcntl(fd, F_OFD_SETLK, &whole) == 0 ? 0 : -errno;
}

}  // namespace tornproof
