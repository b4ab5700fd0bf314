// Runs operations on the calling thread by pread, pwrite and the sync calls.

#pragma once

#include "op.h"

namespace tornproof {

/** Nanoseconds of CLOCK_MONOTONIC. */
uint64_t now();

/** The flags pwritev2 takes for this operation; 0 when plain pwrite does. */
int rwfFlags(const Op& op);

/** Stamps, makes the call until it is done, verifies, and fills in result and time. */
void execute(Op& op, const LinearMemory& memory);

/**
 * Executes a chain in order. When an operation fails, the rest of its chain reports ECANCELED and
 * touches nothing. `chain` may hold several chains one after another; each stands for itself.
 */
void executeChain(const OpQueue& chain, const LinearMemory& memory);

}  // namespace tornproof
