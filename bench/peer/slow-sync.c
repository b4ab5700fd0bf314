/*
 * A preloaded shim that makes every sync slower, so that a disk with a very fast sync can tell good
 * group commit from bad. Benchmarks only.
 *
 *   LD_PRELOAD=build/slow-sync.so SLOW_SYNC_US=1000 program …
 *
 * fsync and fdatasync sleep SLOW_SYNC_US microseconds (default 1000) after the real call. They
 * sleep rather than spin: a slow device leaves the processor free. Writes through O_DSYNC,
 * O_SYNC, RWF_DSYNC and io_uring are not slowed; only the two calls are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static long delay_us = 1000;
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void prepare(void) {
  const char *text = getenv("SLOW_SYNC_US");
  if (text != NULL && atol(text) >= 0) delay_us = atol(text);
  real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
}

static int slowly(int (*call)(int), int fd) {
  const int result = call(fd);
  const int saved = errno;
  struct timespec left = {delay_us / 1000000, delay_us % 1000000 * 1000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
  errno = saved;
  return result;
}

int fsync(int fd) { return slowly(real_fsync, fd); }

int fdatasync(int fd) { return slowly(real_fdatasync, fd); }
