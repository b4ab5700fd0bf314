/*
 * Random page writes through io_uring, by raw system calls: no library, so the build needs only the
 * kernel's header. One ring, `depth` requests in flight, each replaced as soon as it completes.
 */
#define _GNU_SOURCE
#include "raw.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
  int fd;
  unsigned *sq_tail, *sq_mask, *sq_array;
  unsigned *cq_head, *cq_tail, *cq_mask;
  struct io_uring_sqe *sqes;
  struct io_uring_cqe *cqes;
};

static void open_ring(struct ring *r, unsigned depth) {
  struct io_uring_params p;
  memset(&p, 0, sizeof p);
  r->fd = (int)syscall(__NR_io_uring_setup, depth, &p);
  if (r->fd < 0) {
    fprintf(stderr, "raw: io_uring_setup: %s\n", strerror(errno));
    exit(3);
  }
  const size_t sq_bytes = p.sq_off.array + p.sq_entries * sizeof(unsigned);
  const size_t cq_bytes = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
  const int prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_POPULATE;
  char *sq = mmap(NULL, sq_bytes, prot, flags, r->fd, IORING_OFF_SQ_RING);
  char *cq = mmap(NULL, cq_bytes, prot, flags, r->fd, IORING_OFF_CQ_RING);
  r->sqes = mmap(NULL, p.sq_entries * sizeof *r->sqes, prot, flags, r->fd, IORING_OFF_SQES);
  if (sq == MAP_FAILED || cq == MAP_FAILED || r->sqes == MAP_FAILED) die("mmap", "io_uring");
  r->sq_tail = (unsigned *)(sq + p.sq_off.tail);
  r->sq_mask = (unsigned *)(sq + p.sq_off.ring_mask);
  r->sq_array = (unsigned *)(sq + p.sq_off.array);
  r->cq_head = (unsigned *)(cq + p.cq_off.head);
  r->cq_tail = (unsigned *)(cq + p.cq_off.tail);
  r->cq_mask = (unsigned *)(cq + p.cq_off.ring_mask);
  r->cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
}

struct writer {
  struct ring ring;
  int fd;
  const struct options *o;
  char *pages;
  uint64_t random;
  uint64_t started[DEPTH_MAX];
};

static void push(struct writer *w, unsigned slot) {
  struct ring *r = &w->ring;
  const unsigned tail = *r->sq_tail;
  const unsigned index = tail & *r->sq_mask;
  struct io_uring_sqe *sqe = &r->sqes[index];
  memset(sqe, 0, sizeof *sqe);
  sqe->opcode = IORING_OP_WRITE;
  sqe->fd = w->fd;
  sqe->addr = (uint64_t)(uintptr_t)(w->pages + slot * w->o->bytes);
  sqe->len = (unsigned)w->o->bytes;
  sqe->off = next_random(&w->random) % (w->o->file_bytes / w->o->bytes) * w->o->bytes;
  sqe->user_data = slot;
  r->sq_array[index] = index;
  w->started[slot] = now_ns();
  __atomic_store_n(r->sq_tail, tail + 1, __ATOMIC_RELEASE);
}

static void enter(struct writer *w, unsigned submit) {
  for (;;) {
    const long did = syscall(__NR_io_uring_enter, w->ring.fd, submit, 1u, IORING_ENTER_GETEVENTS,
                             NULL, (size_t)0);
    if (did >= 0) {
      if ((unsigned)did >= submit) return;
      submit -= (unsigned)did;
    } else if (errno != EINTR) {
      die("io_uring_enter", w->o->file);
    }
  }
}

/* Takes every finished write, replaces it while `more`, and returns how many were replaced. */
static unsigned reap(struct writer *w, struct outcome *out, unsigned *in_flight, uint64_t end) {
  struct ring *r = &w->ring;
  unsigned head = *r->cq_head, pushed = 0;
  const uint64_t now = now_ns();
  while (head != __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE)) {
    const struct io_uring_cqe *cqe = &r->cqes[head & *r->cq_mask];
    const unsigned slot = (unsigned)cqe->user_data;
    if (cqe->res != (int)w->o->bytes) {
      errno = cqe->res < 0 ? -cqe->res : EIO;
      die("io_uring write", w->o->file);
    }
    record_latency(out, now - w->started[slot]);
    out->operations++;
    head++;
    (*in_flight)--;
    if (now < end && out->operations + *in_flight < w->o->count) {
      push(w, slot);
      (*in_flight)++;
      pushed++;
    }
  }
  __atomic_store_n(r->cq_head, head, __ATOMIC_RELEASE);
  return pushed;
}

void page_loop_uring(int fd, const struct options *o, struct outcome *out) {
  struct writer *w = calloc(1, sizeof *w);
  open_ring(&w->ring, o->depth);
  w->fd = fd;
  w->o = o;
  w->pages = aligned_bytes(o->depth * o->bytes);
  w->random = (o->seed + 1) * 0x9e3779b97f4a7c15ull;
  const uint64_t start = now_ns();
  const uint64_t end = start + o->nanoseconds;
  unsigned in_flight = 0, submit = 0;
  while (in_flight < o->depth && in_flight < o->count) {
    push(w, in_flight++);
    submit++;
  }
  while (in_flight > 0) {
    enter(w, submit);
    submit = reap(w, out, &in_flight, end);
  }
  out->nanoseconds = now_ns() - start;
  close(w->ring.fd);
  free(w->pages);
  free(w);
}
