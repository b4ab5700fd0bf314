/* Random page writes with one blocking thread per request in flight. */
#include "raw.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct worker {
  pthread_t thread;
  int fd;
  const struct options *o;
  uint64_t end;
  uint64_t count;
  uint64_t random;
  struct outcome *out;
};

static void *run(void *argument) {
  struct worker *w = argument;
  char *page = aligned_bytes(w->o->bytes);
  const uint64_t places = w->o->file_bytes / w->o->bytes;
  uint64_t before = now_ns();
  while (before < w->end && w->out->operations < w->count) {
    const uint64_t at = next_random(&w->random) % places * w->o->bytes;
    if (pwrite(w->fd, page, w->o->bytes, (off_t)at) != (ssize_t)w->o->bytes)
      die("pwrite", w->o->file);
    const uint64_t after = now_ns();
    record_latency(w->out, after - before);
    w->out->operations++;
    before = after;
  }
  free(page);
  return NULL;
}

void page_loop_threads(int fd, const struct options *o, struct outcome *out) {
  struct worker workers[DEPTH_MAX];
  const uint64_t start = now_ns();
  for (unsigned i = 0; i < o->depth; i++) {
    struct worker *w = &workers[i];
    *w = (struct worker){.fd = fd, .o = o, .end = start + o->nanoseconds};
    w->count = o->count == UINT64_MAX ? UINT64_MAX : (o->count + o->depth - 1) / o->depth;
    w->random = (o->seed + i + 1) * 0x9e3779b97f4a7c15ull;
    w->out = calloc(1, sizeof *w->out);
    if (pthread_create(&w->thread, NULL, run, w) != 0) die("pthread_create", "");
  }
  for (unsigned i = 0; i < o->depth; i++) {
    pthread_join(workers[i].thread, NULL);
    merge_outcome(out, workers[i].out);
    free(workers[i].out);
  }
  out->nanoseconds = now_ns() - start;
}
