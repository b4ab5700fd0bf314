// The portable CRC-32C and the choice between it and the CPU's own.

#include "crc32c.h"

#include <cstring>

#include "crc32c-math.h"

namespace tornproof {

namespace {

constexpr crc::SliceTables TABLE = crc::makeSliceTables();

uint32_t step8(uint32_t crc, const uint8_t* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, 8);
  word ^= crc;
  uint32_t next = 0;
#pragma GCC unroll 8
  for (size_t at = 0; at < 8; at++) next ^= TABLE[7 - at][(word >> (8 * at)) & 0xFF];
  return next;
}

}  // namespace

uint32_t crc32cTable(const uint8_t* bytes, size_t length, uint32_t seed) {
  uint32_t crc = ~seed;
  for (; length >= 8; bytes += 8, length -= 8) crc = step8(crc, bytes);
  for (; length > 0; bytes++, length--) crc = (crc >> 8) ^ TABLE[0][(crc ^ *bytes) & 0xFF];
  return ~crc;
}

const Crc32c crc32c = crc32cHardware() != nullptr ? crc32cHardware() : crc32cTable;

const char* crc32cName() {
  if (crc32cHardware() == nullptr) return "table";
#if defined(__aarch64__)
  return "armv8";
#else
  return "sse4.2";
#endif
}

}  // namespace tornproof
