// Lookup tables of CRC-32C, computed by the compiler. The CRC register is a polynomial over GF(2)
// in reflected order: bit 31 is the coefficient of x^0.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tornproof::crc {

inline constexpr uint32_t POLYNOMIAL = 0x82F63B78;

/** table[k][b]: the register after byte b and k zero bytes. */
using SliceTables = std::array<std::array<uint32_t, 256>, 8>;

constexpr SliceTables makeSliceTables() {
  SliceTables table{};
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? POLYNOMIAL : 0);
    table[0][byte] = crc;
  }
  for (size_t slice = 1; slice < 8; slice++) {
    for (size_t byte = 0; byte < 256; byte++) {
      const uint32_t before = table[slice - 1][byte];
      table[slice][byte] = (before >> 8) ^ table[0][before & 0xFF];
    }
  }
  return table;
}

/** Returns a times b modulo the polynomial. */
constexpr uint32_t multiply(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (uint32_t bit = 0x80000000; bit != 0; bit >>= 1) {
    if (a & bit) product ^= b;
    b = (b >> 1) ^ ((b & 1) ? POLYNOMIAL : 0);
  }
  return product;
}

/** Returns x^(8 * bytes): multiplying a register by it appends that many zero bytes. */
constexpr uint32_t zeroBytes(uint64_t bytes) {
  uint32_t result = 0x80000000;
  uint32_t power = 0x00800000;  // x^8
  for (uint64_t rest = bytes; rest != 0; rest >>= 1) {
    if (rest & 1) result = multiply(result, power);
    power = multiply(power, power);
  }
  return result;
}

/** table[k][b]: byte b at position k of the register, after `bytes` zero bytes. */
using ShiftTables = std::array<std::array<uint32_t, 256>, 4>;

constexpr ShiftTables makeShiftTables(uint64_t bytes) {
  ShiftTables table{};
  const uint32_t factor = zeroBytes(bytes);
  for (uint32_t position = 0; position < 4; position++) {
    for (uint32_t byte = 0; byte < 256; byte++) {
      table[position][byte] = multiply(factor, byte << (8 * position));
    }
  }
  return table;
}

inline uint32_t shift(const ShiftTables& table, uint32_t crc) {
  return table[0][crc & 0xFF] ^ table[1][(crc >> 8) & 0xFF] ^ table[2][(crc >> 16) & 0xFF] ^
         table[3][crc >> 24];
}

}  // namespace tornproof::crc
