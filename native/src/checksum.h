// Checksums where InnoDB keeps them. They are stored big-endian, like every field of InnoDB.
//
//   page       byte 0         4          26       38               S-8        S-4
//                   │ checksum │ summed   │ not    │ summed       … │ checksum │ low half of LSN │
//   log block  byte 0                                               508
//                   │ summed                                      … │ checksum │

#pragma once

#include <cstddef>
#include <cstdint>

#include "crc32c.h"
#include "op.h"

namespace tornproof {

inline constexpr size_t LOG_BLOCK_SIZE = 512;

/** InnoDB's "crc32": CRC-32C of bytes 4..25 xor CRC-32C of bytes 38..size-9. */
uint32_t pageChecksum(const uint8_t* page, size_t size, Crc32c sum);

/** Stores the checksum at bytes 0 and size-8. */
void stampPage(uint8_t* page, size_t size);

/** True when both stored checksums are right, or every byte is zero (a page never written). */
bool isPageIntact(const uint8_t* page, size_t size);

/** Stores the checksum of a log block; a block of zeros stays as it is (the log's unused end). */
void stampLogBlock(uint8_t* block);

/** Stamps what the flags of a write ask for. */
void stampBeforeWrite(const Op& op, uint32_t pageSize);

/** Sets `doneFlags` of a finished read when the flags ask for it. */
void verifyAfterRead(Op& op, uint32_t pageSize);

}  // namespace tornproof
