// The default profile: InnoDB's names with the doublewrite file always synced before pages go in
// place. A method whose idea is to leave out a sync still leaves it out, and says what that loses.

import type { FlushMethod } from "../method.js";
import {
  BUFFERED,
  BUFFERED_SYNC,
  CLOSE_ON_SIZE_CHANGE,
  DATA_SYNC_ON_SIZE_CHANGE,
  DIRECT,
  method,
  NO_LOG_SYNC,
  SYNC_EVERYWHERE,
} from "../table.js";
import type { Profile } from "./profile.js";

const FSYNC = method({
  name: "fsync",
  number: 0,
  summary: "buffered files, fsync at every sync point",
  open: { log: BUFFERED, data: BUFFERED, dblwr: BUFFERED },
  // Here the name means the call; every other method uses fdatasync unless told otherwise.
  syncCall: "fsync",
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

const O_DSYNC = method({
  name: "O_DSYNC",
  number: 1,
  summary:
    "redo is opened O_SYNC and durable when a write returns; the rest is buffered and synced",
  open: { log: BUFFERED_SYNC, data: BUFFERED, dblwr: BUFFERED },
  sync: { ...SYNC_EVERYWHERE, ...NO_LOG_SYNC },
  durability: "power-loss",
});

const LITTLESYNC = method({
  name: "littlesync",
  number: 2,
  summary: "the same as fsync, as in InnoDB's code; see redo-only for what its comment promises",
  open: { log: BUFFERED, data: BUFFERED, dblwr: BUFFERED },
  syncCall: "fsync",
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

const NOSYNC = method({
  name: "nosync",
  number: 3,
  summary: "redo is never synced, nor data at a checkpoint; batches are",
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
  summary: "pages and copies bypass the page cache; redo is buffered; everything is synced",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

const O_DIRECT_NO_FSYNC = method({
  name: "O_DIRECT_NO_FSYNC",
  number: 5,
  summary: "as O_DIRECT, but data files are synced only after their size changed",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  sync: { ...SYNC_EVERYWHERE, ...DATA_SYNC_ON_SIZE_CHANGE },
  except: CLOSE_ON_SIZE_CHANGE,
  durability: "protected-cache",
  caveat:
    "In-place pages stay in the drive's cache while the checkpoint passes them, so a power cut " +
    "on a volatile cache leaves old pages that no redo repairs.",
});

const ALL_O_DIRECT = method({
  name: "ALL_O_DIRECT",
  summary: "redo, pages and copies bypass the page cache; everything is synced",
  open: { log: DIRECT, data: DIRECT, dblwr: DIRECT },
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

const METHODS: readonly FlushMethod[] = [
  FSYNC,
  O_DSYNC,
  LITTLESYNC,
  NOSYNC,
  O_DIRECT,
  O_DIRECT_NO_FSYNC,
  ALL_O_DIRECT,
];

export const TORNPROOF: Profile = {
  name: "tornproof",
  title: "ours: InnoDB's names, doublewrite always synced",
  methods: METHODS,
  fdatasync: "variable",
  defaultMethod: { name: "O_DIRECT", orElse: "fsync" },
  fastDoublewrite: false,
};
