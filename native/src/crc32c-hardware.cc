// CRC-32C by CPU instructions. One instruction takes three cycles but a new one can start every
// cycle, so three streams run side by side and are joined by multiplying with a power of x.
//
//   bytes   │ stream 0: STREAM bytes │ stream 1: STREAM bytes │ stream 2: STREAM bytes │ rest …
//   joined    crc0 · x^(16·STREAM)   ^  crc1 · x^(8·STREAM)   ^  crc2
//
// The stream lengths fit what is summed here: a 16 KiB page (16338 bytes), a 4 KiB page (4050
// bytes) and a log block (508 bytes).

#include "crc32c.h"

#include <cstring>

#include "crc32c-math.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#define CRC_TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#define CRC_TARGET __attribute__((target("+crc")))
#endif

namespace tornproof {

#if defined(CRC_TARGET)

namespace {

constexpr size_t STREAM_PAGE = 5440;
constexpr size_t STREAM_SMALL_PAGE = 1344;
constexpr size_t STREAM_LOG_BLOCK = 168;

template <size_t STREAM>
constexpr crc::ShiftTables SHIFT = crc::makeShiftTables(STREAM);

CRC_TARGET inline uint32_t step8(uint32_t crc, const uint8_t* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, 8);
#if defined(__x86_64__)
  return static_cast<uint32_t>(_mm_crc32_u64(crc, word));
#else
  return __crc32cd(crc, word);
#endif
}

CRC_TARGET inline uint32_t step1(uint32_t crc, uint8_t byte) {
#if defined(__x86_64__)
  return _mm_crc32_u8(crc, byte);
#else
  return __crc32cb(crc, byte);
#endif
}

/** Takes three streams at a time while they fit; moves `bytes` and `length` past them. */
template <size_t STREAM>
CRC_TARGET inline uint32_t threeStreams(uint32_t crc, const uint8_t*& bytes, size_t& length) {
  static_assert(STREAM % 8 == 0, "crc32c: a stream is made of 8-byte words");
  for (; length >= 3 * STREAM; bytes += 3 * STREAM, length -= 3 * STREAM) {
    uint32_t second = 0;
    uint32_t third = 0;
    for (size_t at = 0; at < STREAM; at += 8) {
      crc = step8(crc, bytes + at);
      second = step8(second, bytes + STREAM + at);
      third = step8(third, bytes + 2 * STREAM + at);
    }
    crc = crc::shift(SHIFT<STREAM>, crc) ^ second;
    crc = crc::shift(SHIFT<STREAM>, crc) ^ third;
  }
  return crc;
}

CRC_TARGET uint32_t threeWay(const uint8_t* bytes, size_t length, uint32_t seed) {
  uint32_t crc = ~seed;
  crc = threeStreams<STREAM_PAGE>(crc, bytes, length);
  crc = threeStreams<STREAM_SMALL_PAGE>(crc, bytes, length);
  crc = threeStreams<STREAM_LOG_BLOCK>(crc, bytes, length);
  for (; length >= 8; bytes += 8, length -= 8) crc = step8(crc, bytes);
  for (; length > 0; bytes++, length--) crc = step1(crc, *bytes);
  return ~crc;
}

bool cpuHasCrc32c() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") != 0;
#else
  return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#endif
}

}  // namespace

Crc32c crc32cHardware() { return cpuHasCrc32c() ? threeWay : nullptr; }

#else

Crc32c crc32cHardware() { return nullptr; }

#endif

}  // namespace tornproof
