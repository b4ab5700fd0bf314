// CRC-32C (Castagnoli polynomial), the checksum of pages and log blocks.

#pragma once

#include <cstddef>
#include <cstdint>

namespace tornproof {

/** Continues a CRC-32C; start with seed 0. The value is the finished one (inverted in and out). */
using Crc32c = uint32_t (*)(const uint8_t* bytes, size_t length, uint32_t seed);

/** Slicing-by-8 over lookup tables; runs anywhere. */
uint32_t crc32cTable(const uint8_t* bytes, size_t length, uint32_t seed);

/** The version with CPU instructions, or null when this CPU has none. */
Crc32c crc32cHardware();

/** The fastest version of this CPU, chosen once when the addon is loaded. */
extern const Crc32c crc32c;

/** "sse4.2", "armv8" or "table". */
const char* crc32cName();

}  // namespace tornproof
