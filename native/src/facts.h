// What the kernel tells about a file, and calls that node:fs does not have.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tornproof {

/** Bytes, but for `atomicSegmentsMax`; nothing where the kernel does not tell. */
struct FileFacts {
  /** Alignment of memory for direct I/O; 0 when the file has no direct I/O. */
  std::optional<uint32_t> dioMemAlign;
  std::optional<uint32_t> dioOffsetAlign;
  std::optional<uint32_t> dioReadOffsetAlign;
  /** Smallest and largest write that is never torn; 0 when there is none. */
  std::optional<uint32_t> atomicUnitMin;
  std::optional<uint32_t> atomicUnitMax;
  std::optional<uint32_t> atomicSegmentsMax;
};

/** Facts of `path`, or of `fd` when `path` is null. Returns 0 or a negative errno. */
int statFacts(int fd, const char* path, FileFacts& facts);

/** What a file system keeps per inode; nothing where it does not tell. */
struct InodeFacts {
  /** FS_IOC_GETFLAGS: what lsattr shows, such as no copy-on-write or data journaling. */
  std::optional<uint32_t> flags;
  /** Bytes; the extent size hint of xfs, which new files in a directory inherit. 0: none. */
  std::optional<uint32_t> extentSizeHint;
};

/** Facts of an open file or directory. Never fails: what is not told stays empty. */
InodeFacts inodeFactsOf(int fd);

/** pwritev2 with RWF_ATOMIC; returns bytes or a negative errno. */
int64_t pwriteAtomic(int fd, const uint8_t* data, size_t length, uint64_t offset);

/** pwritev2 with RWF_DSYNC; returns bytes or a negative errno. */
int64_t pwriteDsync(int fd, const uint8_t* data, size_t length, uint64_t offset);

/**
 * Takes a write lock on the whole file without waiting. It belongs to the open file, not to the
 * process, and ends when the file is closed. Returns 0 or a negative errno.
 */
int lockWhole(int fd);

}  // namespace tornproof
