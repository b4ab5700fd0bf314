/* The peer's latency histogram and its one line of JSON. Units: nanoseconds, bytes. */
#include "raw.h"

#include <stdio.h>

static unsigned bucket_of(uint64_t ns) {
  if (ns < 16) return (unsigned)ns;
  const unsigned top = 63u - (unsigned)__builtin_clzll(ns);
  return top * 16 + (unsigned)((ns >> (top - 4)) & 15);
}

static uint64_t upper_bound(unsigned bucket) {
  if (bucket < 16) return bucket;
  const unsigned top = bucket / 16;
  return ((uint64_t)(16 + bucket % 16 + 1) << (top - 4)) - 1;
}

void record_latency(struct outcome *out, uint64_t ns) {
  out->buckets[bucket_of(ns)]++;
  if (ns > out->max_ns) out->max_ns = ns;
}

void merge_outcome(struct outcome *into, const struct outcome *from) {
  into->operations += from->operations;
  if (from->max_ns > into->max_ns) into->max_ns = from->max_ns;
  for (unsigned i = 0; i < BUCKETS; i++) into->buckets[i] += from->buckets[i];
}

static uint64_t percentile(const struct outcome *out, double p) {
  uint64_t total = 0, seen = 0;
  for (unsigned i = 0; i < BUCKETS; i++) total += out->buckets[i];
  for (unsigned i = 0; i < BUCKETS; i++) {
    seen += out->buckets[i];
    if (total > 0 && (double)seen >= p * (double)total) {
      const uint64_t bound = upper_bound(i);
      return bound < out->max_ns ? bound : out->max_ns;
    }
  }
  return out->max_ns;
}

void print_outcome(const char *mode, const struct options *o, const struct outcome *out) {
  const double seconds = (double)out->nanoseconds / 1e9;
  const double rate = seconds > 0 ? (double)out->operations / seconds : 0;
  printf("{\"mode\":\"%s\",\"engine\":\"%s\",\"depth\":%u,\"bytes\":%llu,\"file_bytes\":%llu,"
         "\"operations\":%llu,\"seconds\":%.6f,\"operations_per_second\":%.1f,"
         "\"bytes_per_second\":%.0f,\"p50_ns\":%llu,\"p99_ns\":%llu,\"p999_ns\":%llu,"
         "\"max_ns\":%llu}\n",
         mode, mode[0] == 'c' ? "sync" : o->engine, o->depth, (unsigned long long)o->bytes,
         (unsigned long long)o->file_bytes, (unsigned long long)out->operations, seconds, rate,
         rate * (double)o->bytes, (unsigned long long)percentile(out, 0.5),
         (unsigned long long)percentile(out, 0.99), (unsigned long long)percentile(out, 0.999),
         (unsigned long long)out->max_ns);
}
