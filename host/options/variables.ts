// The variables that a store honors, with InnoDB's names, MySQL 8.4's defaults and its ranges.
// Order matters: a default may depend on an earlier variable. This file is a table.

import type { VariableDefinition } from "./definition.js";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const U32_MAX = 2 ** 32 - 1;

const PAGES: VariableDefinition[] = [
  {
    name: "innodb_page_size",
    type: "size",
    default: 16 * KIB,
    min: 4 * KIB,
    max: 64 * KIB,
    powerOfTwo: true,
    unit: "bytes",
    summary: "size of a page; fixed when a store is created",
  },
  {
    name: "innodb_buffer_pool_size",
    type: "size",
    default: 128 * MIB,
    min: 5 * MIB,
    // InnoDB has no such bound: one linear memory of 4 GiB holds the pool and everything else.
    max: 3 * GIB,
    unit: "bytes",
    summary: "memory for pages; a multiple of the page size",
  },
  {
    name: "innodb_old_blocks_pct",
    type: "integer",
    default: 37,
    min: 5,
    max: 95,
    unit: "%",
    summary: "share of the LRU list that is its old sublist",
  },
  {
    name: "innodb_old_blocks_time",
    type: "integer",
    default: 1000,
    min: 0,
    max: U32_MAX,
    unit: "ms",
    summary: "how long a page stays in the old sublist after its first access",
  },
  {
    name: "innodb_lru_scan_depth",
    type: "integer",
    default: 1024,
    min: 100,
    max: U32_MAX,
    unit: "pages",
    summary: "how far the page cleaner looks from the end of the LRU list",
  },
];

const FLUSHING: VariableDefinition[] = [
  {
    name: "innodb_flush_neighbors",
    type: "integer",
    default: 0,
    min: 0,
    max: 2,
    unit: "",
    summary: "0: only the page; 1: contiguous dirty pages of its extent; 2: all of its extent",
  },
  {
    name: "innodb_io_capacity",
    type: "integer",
    default: (settings) => Math.min(10000, numberOr(settings["innodb_io_capacity_max"], 10000)),
    defaultText: "10000",
    min: 100,
    max: U32_MAX,
    unit: "pages/s",
    summary: "how fast the page cleaner works in the background",
  },
  {
    name: "innodb_io_capacity_max",
    type: "integer",
    default: (settings) => Math.min(U32_MAX, 2 * numberOr(settings["innodb_io_capacity"], 10000)),
    defaultText: "twice io_capacity",
    min: 100,
    max: U32_MAX,
    unit: "pages/s",
    summary: "how fast it works when it is behind",
  },
  {
    name: "innodb_max_dirty_pages_pct",
    type: "decimal",
    default: 90,
    min: 0,
    max: 99.999,
    unit: "%",
    summary: "dirty share of the pool that the page cleaner does not let grow",
  },
  {
    name: "innodb_max_dirty_pages_pct_lwm",
    type: "decimal",
    default: (settings) => Math.min(10, numberOr(settings["innodb_max_dirty_pages_pct"], 90)),
    defaultText: "10",
    min: 0,
    max: 99.999,
    unit: "%",
    summary: "dirty share at which pre-flushing starts; 0 turns it off",
  },
  {
    name: "innodb_adaptive_flushing",
    type: "boolean",
    default: true,
    unit: "",
    summary: "page cleaning follows the rate of redo",
  },
  {
    name: "innodb_adaptive_flushing_lwm",
    type: "integer",
    default: 10,
    min: 0,
    max: 70,
    unit: "%",
    summary: "share of the redo capacity at which adaptive flushing starts",
  },
  {
    name: "innodb_flush_method",
    type: "string",
    default: null,
    defaultText: "by profile",
    unit: "",
    summary:
      "how files are opened and synced: a name or 0 to 5; O_DIRECT must be real to be a default",
  },
  {
    name: "innodb_use_fdatasync",
    type: "boolean",
    default: null,
    defaultText: "by profile",
    unit: "",
    summary: "sync with fdatasync instead of fsync; ON in mysql-8.4",
  },
];

const REDO: VariableDefinition[] = [
  {
    name: "innodb_flush_log_at_trx_commit",
    type: "integer",
    default: 1,
    min: 0,
    max: 2,
    unit: "",
    summary: "a commit waits for: 1 its redo synced, 2 written, 0 neither",
  },
  {
    name: "innodb_flush_log_at_timeout",
    type: "integer",
    default: 1,
    min: 0,
    max: 2700,
    unit: "s",
    summary: "how often redo is written and synced in the background under 0 and 2",
  },
  {
    name: "innodb_redo_log_capacity",
    type: "size",
    default: 100 * MIB,
    min: 8 * MIB,
    max: 512 * GIB,
    multipleOf: MIB,
    unit: "bytes",
    summary: "size of the redo log",
  },
  {
    name: "innodb_log_buffer_size",
    type: "size",
    default: 64 * MIB,
    min: 256 * KIB,
    max: 3 * GIB,
    multipleOf: KIB,
    unit: "bytes",
    summary: "memory for redo that is not written yet",
  },
  {
    name: "innodb_log_group_home_dir",
    type: "string",
    default: null,
    defaultText: "store's directory",
    unit: "",
    summary: "directory of the redo log",
  },
];

const DOUBLEWRITE: VariableDefinition[] = [
  {
    name: "innodb_doublewrite",
    type: "enum",
    default: "ON",
    values: ["OFF", "ON", "DETECT_ONLY", "DETECT_AND_RECOVER", "FAST"],
    aliases: { true: "ON", false: "OFF", "1": "ON", "0": "OFF" },
    unit: "",
    summary: "copies of pages before they go in place; FAST only under profile mariadb-11",
  },
  {
    name: "innodb_doublewrite_dir",
    type: "string",
    default: null,
    defaultText: "store's directory",
    unit: "",
    summary: "directory of the doublewrite files",
  },
  {
    name: "innodb_doublewrite_files",
    type: "integer",
    default: 2,
    min: 1,
    max: 256,
    unit: "",
    summary: "number of doublewrite files",
  },
  {
    name: "innodb_doublewrite_pages",
    type: "integer",
    default: (settings) => Math.min(128, poolPages(settings)),
    defaultText: "128",
    min: 1,
    max: 512,
    unit: "pages",
    summary: "pages of one doublewrite batch; at most the pages of the pool",
  },
];

const LIFE: VariableDefinition[] = [
  {
    name: "innodb_force_recovery",
    type: "integer",
    default: 0,
    min: 0,
    max: 6,
    unit: "",
    summary:
      "0 refuses a damaged redo log; 1 or more cuts it at the damage and says what was dropped",
  },
  {
    name: "innodb_fast_shutdown",
    type: "integer",
    default: 1,
    min: 0,
    max: 2,
    unit: "",
    summary: "0 and 1: close with every page clean; 2: only redo synced, as after a crash",
  },
];

/** Every honored variable, in the order in which they are normalized and listed. */
export const VARIABLES: readonly VariableDefinition[] = [
  ...PAGES,
  ...FLUSHING,
  ...REDO,
  ...DOUBLEWRITE,
  ...LIFE,
];

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function poolPages(settings: Record<string, unknown>): number {
  const pool = numberOr(settings["innodb_buffer_pool_size"], 128 * MIB);
  return Math.floor(pool / numberOr(settings["innodb_page_size"], 16 * KIB));
}
