// The defaults of `bench run`: InnoDB's proportions on a scale that a default run can afford. The
// working set is eight times the pool, as for a table that does not fit into memory.

export const DEFAULTS = {
  dir: ".",
  flushMethod: "innodb",
  doublewrite: "ON,OFF",
  flushLogAtTrxCommit: "1",
  profile: "mysql-8.4",
  backend: "auto",
  workload: "oltp-write",
  concurrency: "1",
  rounds: "5",
  maxBytes: "8GiB",
  pageSize: "16k",
  bufferPoolSize: "8MiB",
  fileSize: "64MiB",
  redoLogCapacity: "32MiB",
  percentiles: "50,99,99.9",
  /** A default run measures for about this many seconds, whatever the number of configurations. */
  targetSeconds: 50,
} as const;

/** What --quick changes; a flag that is given wins. */
export const QUICK = {
  flushMethod: "fsync,O_DSYNC,O_DIRECT,O_DIRECT_NO_FSYNC",
  rounds: "3",
  fileSize: "32MiB",
  redoLogCapacity: "16MiB",
  maxBytes: "2GiB",
  targetSeconds: 6,
} as const;

/** InnoDB's own method names, in the order of their numbers. */
export const INNODB_METHODS = [
  "fsync",
  "O_DSYNC",
  "littlesync",
  "nosync",
  "O_DIRECT",
  "O_DIRECT_NO_FSYNC",
] as const;

/** Store options that a run scales down unless the user sets them. */
export const SCALED_INNODB = {
  innodb_log_buffer_size: 8 * 2 ** 20,
} as const;
