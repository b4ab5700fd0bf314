// What a run measures, for `bench list metrics`: the names as they are in the JSON result.

import type { ListEntry } from "./list.js";

export const METRICS: readonly ListEntry[] = [
  {
    name: "operations_per_second",
    summary: "commits, pages or writes per second, median of rounds",
  },
  {
    name: "latency.operation",
    summary: "what the workload times: a commit, a checkpoint, a write",
  },
  { name: "latency.log_sync", summary: "a sync of redo" },
  { name: "latency.log_write", summary: "a write of redo" },
  { name: "latency.page_write", summary: "a page written in place" },
  { name: "latency.dblwr_write", summary: "a batch of copies written to a doublewrite file" },
  { name: "latency.dblwr_sync", summary: "a sync of a doublewrite file" },
  { name: "latency.data_sync", summary: "a sync of a data file" },
  { name: "latency.page_read", summary: "a page read into the buffer pool" },
  { name: "counters.files.<kind>", summary: "writes, syncs, reads and bytes of log, data, dblwr" },
  { name: "counters.syscalls", summary: "calls by name: pwrite, pread, fsync, fdatasync" },
  { name: "counters.write_amplification", summary: "bytes written to files per byte changed" },
  {
    name: "counters.os_bytes_written",
    summary: "bytes the system wrote for this process (procfs)",
  },
  { name: "counters.data_write_busy_seconds", summary: "time with a page write in flight" },
];
