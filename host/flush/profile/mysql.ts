// What MySQL's names mean, newest first; an older version is the newer one with rows replaced.
//
//   8.4      fdatasync by default; doublewrite files not synced under either O_DIRECT method
//   8.0.20   the same with fsync: doublewrite moved to files of its own
//   8.0.14   doublewrite in the system tablespace, synced under O_DIRECT; O_DIRECT_NO_FSYNC syncs
//   5.7      a file after its size changed (5.7 from 5.7.25 on)
//   5.6      O_DIRECT_NO_FSYNC never syncs a data file, not even one that grew

import type { FlushMethod } from "../method.js";
import {
  BUFFERED,
  BUFFERED_SYNC,
  CLOSE_ON_SIZE_CHANGE,
  DATA_SYNC_ON_SIZE_CHANGE,
  DIRECT,
  method,
  NO_DATA_SYNC,
  NO_LOG_SYNC,
  SYNC_EVERYWHERE,
} from "../table.js";
import { withSyncCall } from "../variant.js";
import type { Profile } from "./profile.js";

const FSYNC = method({
  name: "fsync",
  number: 0,
  summary: "buffered files, synced at every sync point",
  open: { log: BUFFERED, data: BUFFERED, dblwr: BUFFERED },
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

const O_DSYNC = method({
  name: "O_DSYNC",
  number: 1,
  summary: "redo is opened O_SYNC (not O_DSYNC) and never synced; the rest is as fsync",
  open: { log: BUFFERED_SYNC, data: BUFFERED, dblwr: BUFFERED },
  sync: { ...SYNC_EVERYWHERE, ...NO_LOG_SYNC },
  durability: "power-loss",
});

const LITTLESYNC = method({
  name: "littlesync",
  number: 2,
  summary: "the same as fsync: the skipped data sync exists only in a comment",
  open: { log: BUFFERED, data: BUFFERED, dblwr: BUFFERED },
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

const NOSYNC = method({
  name: "nosync",
  number: 3,
  summary: "no redo sync and no data sync at a checkpoint; batches are synced",
  open: { log: BUFFERED, data: BUFFERED, dblwr: BUFFERED },
  sync: { ...SYNC_EVERYWHERE, ...NO_LOG_SYNC, "checkpoint-data": "none" },
  durability: "process-crash",
  caveat:
    "Acknowledged redo stays in the page cache and pages can become durable before their redo, " +
    "so an operating system crash loses commits and can leave a store that does not open.",
});

const O_DIRECT = method({
  name: "O_DIRECT",
  number: 4,
  summary: "pages and copies bypass the page cache; the doublewrite file is not synced",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  sync: { ...SYNC_EVERYWHERE, "dblwr-batch": "none" },
  durability: "protected-cache",
  caveat:
    "The doublewrite copies are not synced, so a power cut on a volatile cache can tear a page " +
    "and its copy together.",
});

const O_DIRECT_NO_FSYNC = method({
  name: "O_DIRECT_NO_FSYNC",
  number: 5,
  summary: "as O_DIRECT, and data files are synced only after their size changed",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  sync: { ...SYNC_EVERYWHERE, ...DATA_SYNC_ON_SIZE_CHANGE, "dblwr-batch": "none" },
  except: CLOSE_ON_SIZE_CHANGE,
  durability: "protected-cache",
  caveat:
    "Neither copies nor pages are synced, so a power cut on a volatile cache tears both and " +
    "leaves old pages behind the checkpoint.",
});

// Before 8.0.20 the copies live in the system tablespace, and syncing them is a data file's sync.
const O_DIRECT_LEGACY = method({
  name: "O_DIRECT",
  number: 4,
  summary: "pages and copies bypass the page cache; everything is synced",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

const O_DIRECT_NO_FSYNC_LEGACY = method({
  name: "O_DIRECT_NO_FSYNC",
  number: 5,
  summary: "as O_DIRECT, and data files, copies included, are synced only after a size change",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  sync: { ...SYNC_EVERYWHERE, ...DATA_SYNC_ON_SIZE_CHANGE, "dblwr-batch": "size-changed" },
  except: CLOSE_ON_SIZE_CHANGE,
  durability: "protected-cache",
  caveat: O_DIRECT_NO_FSYNC.caveat,
});

const NEVER_SYNCED = {
  "file-create": "none",
  "file-extend": "none",
  "file-close": "none",
  recovery: "none",
} as const;

const O_DIRECT_NO_FSYNC_56 = method({
  name: "O_DIRECT_NO_FSYNC",
  number: 5,
  summary: "as O_DIRECT, and no data file is ever synced, not even when created or extended",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  sync: { ...SYNC_EVERYWHERE, ...NO_DATA_SYNC, "dblwr-batch": "none" },
  except: { data: NEVER_SYNCED, dblwr: NEVER_SYNCED },
  durability: "process-crash",
  caveat:
    "The size of a file that grew is never synced, so an operating system crash can lose its " +
    "tail even on a drive with a protected cache.",
});

const SHARED = [FSYNC, O_DSYNC, LITTLESYNC, NOSYNC];

export const MYSQL_8_4: Profile = {
  name: "mysql-8.4",
  title: "MySQL 8.4 and 9.x",
  methods: [...SHARED, O_DIRECT, O_DIRECT_NO_FSYNC],
  fdatasync: "variable",
  defaultMethod: { name: "O_DIRECT", orElse: "fsync" },
  fastDoublewrite: false,
};

export const MYSQL_8_0_20: Profile = {
  ...MYSQL_8_4,
  name: "mysql-8.0.20",
  title: "MySQL 8.0.20 to 8.3",
  methods: usingFsync(MYSQL_8_4.methods),
  defaultMethod: { name: "fsync", orElse: "fsync" },
};

export const MYSQL_8_0_14: Profile = {
  ...MYSQL_8_0_20,
  name: "mysql-8.0.14",
  title: "MySQL 8.0.14 to 8.0.19",
  methods: usingFsync([...SHARED, O_DIRECT_LEGACY, O_DIRECT_NO_FSYNC_LEGACY]),
  fdatasync: "never",
};

export const MYSQL_5_7: Profile = {
  ...MYSQL_8_0_14,
  name: "mysql-5.7",
  title: "MySQL 5.7.25 to 5.7.44",
};

export const MYSQL_5_6: Profile = {
  ...MYSQL_5_7,
  name: "mysql-5.6",
  title: "MySQL 5.6.7 and later, and 5.7 before 5.7.25",
  methods: usingFsync([...SHARED, O_DIRECT_LEGACY, O_DIRECT_NO_FSYNC_56]),
};

function usingFsync(methods: readonly FlushMethod[]): FlushMethod[] {
  return methods.map((table) => withSyncCall(table, "fsync"));
}
