// The methods that are ours: combinations InnoDB has no name for. They mean the same under every
// profile, because no server's table could say otherwise.

import type { FlushMethod } from "./method.js";
import {
  BUFFERED,
  DIRECT,
  DIRECT_DSYNC,
  DIRECT_SYNC,
  method,
  NO_DATA_SYNC,
  NO_LOG_SYNC,
  SYNC_EVERYWHERE,
} from "./table.js";

const FDATASYNC = method({
  name: "fdatasync",
  summary: "fsync with innodb_use_fdatasync=ON: buffered files, fdatasync at every sync point",
  open: { log: BUFFERED, data: BUFFERED, dblwr: BUFFERED },
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

// Files that outlive their creation still need file-create and file-extend: an open flag covers
// the bytes and the size of a write, not the directory entry, and not what was preallocated.
const BY_OPEN_FLAG: FlushMethod["sync"] = {
  ...SYNC_EVERYWHERE,
  ...NO_LOG_SYNC,
  ...NO_DATA_SYNC,
  "dblwr-batch": "none",
};

const O_DIRECT_O_DSYNC = method({
  name: "O_DIRECT+O_DSYNC",
  summary: "every write of every file is direct and durable when it returns; no sync calls",
  open: { log: DIRECT_DSYNC, data: DIRECT_DSYNC, dblwr: DIRECT_DSYNC },
  sync: BY_OPEN_FLAG,
  durability: "power-loss",
});

const O_DIRECT_O_SYNC = method({
  name: "O_DIRECT+O_SYNC",
  summary: "as O_DIRECT+O_DSYNC, and every write also makes all metadata durable",
  open: { log: DIRECT_SYNC, data: DIRECT_SYNC, dblwr: DIRECT_SYNC },
  sync: BY_OPEN_FLAG,
  durability: "power-loss",
});

const RWF_ATOMIC = method({
  name: "RWF_ATOMIC",
  summary: "O_DIRECT, and pages are written with RWF_ATOMIC: whole or not at all",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  sync: SYNC_EVERYWHERE,
  atomicPages: true,
  durability: "power-loss",
});

const REDO_ONLY = method({
  name: "redo-only",
  summary: "redo is synced, pages and their copies never: what littlesync's comment promises",
  open: { log: BUFFERED, data: BUFFERED, dblwr: BUFFERED },
  sync: { ...SYNC_EVERYWHERE, ...NO_DATA_SYNC, "dblwr-batch": "none" },
  except: { data: { "file-close": "none" }, dblwr: { "file-close": "none" } },
  durability: "process-crash",
  caveat:
    "Pages stay in the page cache while the checkpoint passes them, so an operating system crash " +
    "leaves old pages that no redo repairs, even on a drive with a protected cache.",
});

const NONE = method({
  name: "none",
  summary: "no sync anywhere: the floor of every measurement, and safe only against kill",
  open: { log: BUFFERED, data: BUFFERED, dblwr: BUFFERED },
  sync: {
    ...SYNC_EVERYWHERE,
    ...NO_LOG_SYNC,
    ...NO_DATA_SYNC,
    "dblwr-batch": "none",
    "file-create": "none",
    "file-extend": "none",
    "file-close": "none",
    recovery: "none",
  },
  durability: "process-crash",
  caveat: "Nothing is ever synced; only the end of the process is survived.",
});

export const OWN_METHODS: readonly FlushMethod[] = [
  FDATASYNC,
  O_DIRECT_O_DSYNC,
  O_DIRECT_O_SYNC,
  RWF_ATOMIC,
  REDO_ONLY,
  NONE,
];
