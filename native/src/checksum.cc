// Stamping and verifying; see checksum.h for the layout.

#include "checksum.h"

#include <cstring>

namespace tornproof {

namespace {

constexpr size_t HEADER_SUM_FROM = 4;
constexpr size_t HEADER_SUM_END = 26;
constexpr size_t BODY_SUM_FROM = 38;
constexpr size_t TRAILER_SIZE = 8;
constexpr size_t LOG_CHECKSUM_AT = LOG_BLOCK_SIZE - 4;

void storeBigEndian(uint8_t* at, uint32_t value) {
  value = __builtin_bswap32(value);
  std::memcpy(at, &value, 4);
}

uint32_t loadBigEndian(const uint8_t* at) {
  uint32_t value;
  std::memcpy(&value, at, 4);
  return __builtin_bswap32(value);
}

/** All bytes equal the first one, and that is zero. */
bool isZero(const uint8_t* bytes, size_t size) {
  return bytes[0] == 0 && std::memcmp(bytes, bytes + 1, size - 1) == 0;
}

}  // namespace

uint32_t pageChecksum(const uint8_t* page, size_t size, Crc32c sum) {
  const uint32_t header = sum(page + HEADER_SUM_FROM, HEADER_SUM_END - HEADER_SUM_FROM, 0);
  const uint32_t body = sum(page + BODY_SUM_FROM, size - TRAILER_SIZE - BODY_SUM_FROM, 0);
  return header ^ body;
}

void stampPage(uint8_t* page, size_t size) {
  const uint32_t checksum = pageChecksum(page, size, crc32c);
  storeBigEndian(page, checksum);
  storeBigEndian(page + size - TRAILER_SIZE, checksum);
}

bool isPageIntact(const uint8_t* page, size_t size) {
  const uint32_t first = loadBigEndian(page);
  const uint32_t second = loadBigEndian(page + size - TRAILER_SIZE);
  if (first == second && first == pageChecksum(page, size, crc32c)) return true;
  return isZero(page, size);
}

void stampLogBlock(uint8_t* block) {
  if (isZero(block, LOG_BLOCK_SIZE)) return;
  storeBigEndian(block + LOG_CHECKSUM_AT, crc32c(block, LOG_CHECKSUM_AT, 0));
}

void stampBeforeWrite(const Op& op, uint32_t pageSize) {
  if (op.call != Call::pwrite) return;
  if (op.flags & OP_STAMP_PAGES) {
    for (uint64_t at = 0; at < op.length; at += pageSize) stampPage(op.data + at, pageSize);
  }
  if (op.flags & OP_STAMP_LOG) {
    for (uint64_t at = 0; at < op.length; at += LOG_BLOCK_SIZE) stampLogBlock(op.data + at);
  }
}

void verifyAfterRead(Op& op, uint32_t pageSize) {
  if (op.call != Call::pread || op.result < 0 || !(op.flags & OP_VERIFY_PAGE)) return;
  op.doneFlags = DONE_VERIFIED;
  for (uint64_t at = 0; at < op.length; at += pageSize) {
    if (!isPageIntact(op.data + at, pageSize)) op.doneFlags = DONE_BAD_CHECKSUM;
  }
}

}  // namespace tornproof
