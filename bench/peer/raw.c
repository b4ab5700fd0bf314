/*
 * The peer: what a plain C program reaches on the same directory. `npm run bench:targets` runs it
 * in turn with the store, and every target of docs/benchmarks.md is a ratio to one of its two
 * loops.
 *
 *   raw commit --file PATH --seconds S [--bytes 512] [--file-bytes 16777216] [--count N]
 *       pwrite of --bytes at sequential offsets, wrapping, then fdatasync; the file is preallocated
 *       and its zeros are written first, so no commit extends it or converts an extent.
 *
 *   raw page --file PATH --seconds S [--depth D] [--engine threads|uring] [--file-bytes N]
 *            [--bytes 16384] [--count N] [--seed N]
 *       random page-sized O_DIRECT writes, D in flight, over a file of --file-bytes.
 *
 * Prints one line of JSON on stdout. Exit code 0, or 1 with one line on stderr, or 2 for wrong
 * usage. Exit code 3: the kernel does not offer io_uring.
 */
#define _GNU_SOURCE
#include "raw.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

void die(const char *call, const char *file) {
  fprintf(stderr, "raw: %s %s: %s\n", call, file, strerror(errno));
  exit(1);
}

void *aligned_bytes(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 4096, (bytes + 4095) / 4096 * 4096) != 0) die("posix_memalign", "");
  memset(memory, 0x5a, bytes);
  return memory;
}

/* Writes real zeros over the whole file and syncs them: a reserved range alone would make every
 * later commit pay for the conversion of its extent. */
static int open_written(const struct options *o, int flags) {
  int fd = open(o->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) die("open", o->file);
  const size_t chunk = 1 << 20;
  char *zeros = aligned_bytes(chunk);
  memset(zeros, 0, chunk);
  for (uint64_t at = 0; at < o->file_bytes; at += chunk) {
    size_t length = o->file_bytes - at < chunk ? o->file_bytes - at : chunk;
    if (pwrite(fd, zeros, length, (off_t)at) != (ssize_t)length) die("pwrite", o->file);
  }
  free(zeros);
  if (fsync(fd) != 0) die("fsync", o->file);
  close(fd);
  fd = open(o->file, O_RDWR | O_CLOEXEC | flags);
  if (fd < 0) die("open", o->file);
  return fd;
}

static void commit_loop(const struct options *o, struct outcome *out) {
  int fd = open_written(o, 0);
  char *record = aligned_bytes(o->bytes);
  const uint64_t places = o->file_bytes / o->bytes;
  const uint64_t start = now_ns();
  const uint64_t end = start + o->nanoseconds;
  uint64_t done = 0, at = start;
  while (at < end && done < o->count) {
    if (pwrite(fd, record, o->bytes, (off_t)((done % places) * o->bytes)) != (ssize_t)o->bytes)
      die("pwrite", o->file);
    if (fdatasync(fd) != 0) die("fdatasync", o->file);
    const uint64_t after = now_ns();
    record_latency(out, after - at);
    at = after;
    done++;
  }
  out->operations = done;
  out->nanoseconds = at - start;
  close(fd);
}

static void page_loop(const struct options *o, struct outcome *out) {
  int fd = open_written(o, O_DIRECT);
  if (strcmp(o->engine, "uring") == 0) page_loop_uring(fd, o, out);
  else page_loop_threads(fd, o, out);
  close(fd);
}

static void usage(const char *problem) {
  fprintf(stderr,
          "raw: %s\n"
          "usage: raw commit|page --file PATH --seconds S [--count N] [--bytes N] [--file-bytes N]\n"
          "           [--depth N] [--engine threads|uring] [--seed N]\n",
          problem);
  exit(2);
}

static uint64_t number(const char *flag, const char *text) {
  char *end = NULL;
  const double value = strtod(text, &end);
  if (end == text || *end != '\0' || value < 0) usage(flag);
  return (uint64_t)value;
}

static void parse(int argc, char **argv, struct options *o) {
  for (int i = 2; i < argc; i += 2) {
    const char *flag = argv[i];
    if (i + 1 >= argc) usage("a flag has no value");
    const char *value = argv[i + 1];
    if (strcmp(flag, "--file") == 0) o->file = value;
    else if (strcmp(flag, "--seconds") == 0) o->nanoseconds = (uint64_t)(atof(value) * 1e9);
    else if (strcmp(flag, "--count") == 0) o->count = number(flag, value);
    else if (strcmp(flag, "--bytes") == 0) o->bytes = number(flag, value);
    else if (strcmp(flag, "--file-bytes") == 0) o->file_bytes = number(flag, value);
    else if (strcmp(flag, "--depth") == 0) o->depth = (unsigned)number(flag, value);
    else if (strcmp(flag, "--seed") == 0) o->seed = number(flag, value);
    else if (strcmp(flag, "--engine") == 0) o->engine = value;
    else usage(flag);
  }
  if (o->file == NULL) usage("--file is missing");
  if (o->nanoseconds == 0 && o->count == UINT64_MAX) usage("--seconds or --count is missing");
  if (o->nanoseconds == 0) o->nanoseconds = UINT64_MAX / 4;
  if (o->bytes == 0 || o->file_bytes < o->bytes) usage("--file-bytes is smaller than --bytes");
  if (o->depth < 1 || o->depth > DEPTH_MAX) usage("--depth is not in 1..256");
  if (strcmp(o->engine, "threads") != 0 && strcmp(o->engine, "uring") != 0)
    usage("--engine is neither threads nor uring");
}

int main(int argc, char **argv) {
  if (argc < 2) usage("no mode given");
  const int is_page = strcmp(argv[1], "page") == 0;
  if (!is_page && strcmp(argv[1], "commit") != 0) usage("unknown mode");
  struct options o = {.file = NULL,
                      .engine = "uring",
                      .count = UINT64_MAX,
                      .bytes = is_page ? 16384 : 512,
                      .file_bytes = is_page ? 64ull << 20 : 16ull << 20,
                      .depth = 1,
                      .seed = 1};
  parse(argc, argv, &o);
  struct outcome *out = calloc(1, sizeof *out);
  if (is_page) page_loop(&o, out);
  else commit_loop(&o, out);
  unlink(o.file);
  print_outcome(argv[1], &o, out);
  free(out);
  return 0;
}
