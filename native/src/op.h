// One operation on its way through the addon, and the intrusive first-in-first-out list that every
// queue of the addon is made of. An operation belongs to exactly one list, or to the thread running
// it, at any time.
//
//   submission slot (48 bytes, little-endian), encoded by host/backend/native.ts
//   byte 0     4      8    12      16           24           32        36
//        │ tag │ call │ fd │ flags │ offset f64 │ length f64 │ address │ … zero
//
//   completion record (4 float64)
//        │ tag │ result │ doneFlags │ nanoseconds │

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace tornproof {

static_assert(std::endian::native == std::endian::little, "op: slots are little-endian");

/** Wire codes; equal to CALL in host/backend/backend.ts. `refused` never comes from outside. */
enum class Call : uint32_t { refused, pread, pwrite, fsync, fdatasync, zeroFill, nop };

/** Wire flags; equal to OP_* in host/backend/backend.ts. */
inline constexpr uint32_t OP_LINK = 1;
inline constexpr uint32_t OP_STAMP_PAGES = 2;
inline constexpr uint32_t OP_STAMP_LOG = 4;
inline constexpr uint32_t OP_VERIFY_PAGE = 8;
inline constexpr uint32_t OP_RWF_DSYNC = 16;
inline constexpr uint32_t OP_RWF_ATOMIC = 32;

/** Completion flags; equal to DONE_* in host/abi.ts. */
inline constexpr uint32_t DONE_VERIFIED = 1;
inline constexpr uint32_t DONE_BAD_CHECKSUM = 2;

struct Slot {
  uint32_t tag;
  uint32_t call;
  int32_t fd;
  uint32_t flags;
  double offset;
  double length;
  uint32_t address;
  uint32_t zero[3];
};
static_assert(sizeof(Slot) == 48, "op: a submission slot has 48 bytes");

/** The engine's linear memory. It never grows, so `base` is good until the context is destroyed. */
struct LinearMemory {
  uint8_t* base;
  size_t size;
  uint32_t pageSize;
  /** ZERO_PIECE zero bytes, aligned for direct I/O; the source of zeroFill. */
  const uint8_t* zeros;
};
inline constexpr uint64_t ZERO_PIECE = 1 << 20;

struct Op {
  uint32_t tag = 0;
  Call call = Call::nop;
  int fd = -1;
  uint32_t flags = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
  uint8_t* data = nullptr;  // null for zeroFill and for calls without data

  uint64_t moved = 0;      // bytes of earlier calls, when a transfer came in pieces
  uint32_t shortCalls = 0;  // calls that moved less than they were asked to
  int64_t result = 0;      // final: bytes, 0 or a negative errno
  uint32_t doneFlags = 0;
  uint64_t startedAt = 0;  // CLOCK_MONOTONIC
  uint64_t nanoseconds = 0;
  bool isAsync = false;  // counts toward keeping the event loop alive

  Op* next = nullptr;

  bool isLinked() const { return (flags & OP_LINK) != 0; }
};

/** An intrusive list: appends at the tail, takes from the head, joins another list in O(1). */
class OpQueue {
 public:
  bool empty() const { return head_ == nullptr; }
  const Op* front() const { return head_; }

  void push(Op* op) {
    op->next = nullptr;
    (tail_ == nullptr ? head_ : tail_->next) = op;
    tail_ = op;
  }

  void pushFront(Op* op) {
    op->next = head_;
    head_ = op;
    if (tail_ == nullptr) tail_ = op;
  }

  /** Returns the oldest operation, or null. */
  Op* pop() {
    Op* op = head_;
    if (op == nullptr) return nullptr;
    head_ = op->next;
    if (head_ == nullptr) tail_ = nullptr;
    op->next = nullptr;
    return op;
  }

  /** Moves everything of `other` to the end of this list. */
  void append(OpQueue& other) {
    if (other.head_ == nullptr) return;
    (tail_ == nullptr ? head_ : tail_->next) = other.head_;
    tail_ = other.tail_;
    other.head_ = other.tail_ = nullptr;
  }

  /** Moves the oldest chain to `chain`: everything up to and including the first unlinked op. */
  void popChain(OpQueue& chain) {
    while (Op* op = pop()) {
      const bool last = !op->isLinked();
      chain.push(op);
      if (last) return;
    }
  }

 private:
  Op* head_ = nullptr;
  Op* tail_ = nullptr;
};

}  // namespace tornproof
