/*
 * What the files of the peer share: its options, its outcome, and a small latency histogram.
 *
 * Histogram: bucket = 16 * floor(log2 ns) + the next 4 bits, so a value is off by at most 1/16.
 */
#ifndef TORNPROOF_PEER_RAW_H
#define TORNPROOF_PEER_RAW_H

#include <stddef.h>
#include <stdint.h>

#define DEPTH_MAX 256
#define BUCKETS (64 * 16)

struct options {
  const char *file;
  const char *engine;
  uint64_t nanoseconds;
  uint64_t count;
  uint64_t bytes;
  uint64_t file_bytes;
  uint64_t seed;
  unsigned depth;
};

struct outcome {
  uint64_t operations;
  uint64_t nanoseconds;
  uint64_t max_ns;
  uint64_t buckets[BUCKETS];
};

uint64_t now_ns(void);
void die(const char *call, const char *file);
void *aligned_bytes(size_t bytes);

/* Next pseudo-random number of `state` (xorshift64*). */
static inline uint64_t next_random(uint64_t *state) {
  uint64_t x = *state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  *state = x;
  return x * 2685821657736338717ull;
}

void record_latency(struct outcome *out, uint64_t ns);
void merge_outcome(struct outcome *into, const struct outcome *from);
void print_outcome(const char *mode, const struct options *o, const struct outcome *out);

void page_loop_threads(int fd, const struct options *o, struct outcome *out);
void page_loop_uring(int fd, const struct options *o, struct outcome *out);

#endif
