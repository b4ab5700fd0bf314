// What MariaDB's names mean. It always calls fdatasync, opens the log O_DIRECT whatever the
// method, syncs the copies under O_DIRECT, and syncs pages without copies only at a checkpoint.

import {
  BUFFERED,
  DIRECT,
  DIRECT_DSYNC,
  method,
  NO_DATA_SYNC,
  NO_LOG_SYNC,
  SYNC_EVERYWHERE,
} from "../table.js";
import { renamed } from "../variant.js";
import type { Profile } from "./profile.js";

const FSYNC = method({
  name: "fsync",
  number: 0,
  summary: "pages and copies are buffered and synced; the log is direct and synced",
  open: { log: DIRECT, data: BUFFERED, dblwr: BUFFERED },
  sync: { ...SYNC_EVERYWHERE, "data-batch-plain": "none" },
  durability: "power-loss",
});

const O_DIRECT = method({
  name: "O_DIRECT",
  number: 4,
  summary: "log, pages and copies bypass the page cache; everything is synced",
  open: { log: DIRECT, data: DIRECT, dblwr: DIRECT },
  sync: { ...SYNC_EVERYWHERE, "data-batch-plain": "none" },
  durability: "power-loss",
});

const O_DSYNC_10 = method({
  name: "O_DSYNC",
  number: 1,
  summary: "the log is direct and O_DSYNC; pages are direct, not O_DSYNC, and synced",
  open: { log: DIRECT_DSYNC, data: DIRECT, dblwr: DIRECT },
  sync: { ...SYNC_EVERYWHERE, ...NO_LOG_SYNC, "data-batch-plain": "none" },
  durability: "power-loss",
});

const NOSYNC_10 = method({
  name: "nosync",
  number: 3,
  summary: "a commit does not wait for its redo sync, which follows in the background",
  open: { log: DIRECT, data: BUFFERED, dblwr: BUFFERED },
  sync: {
    ...SYNC_EVERYWHERE,
    "log-commit": "none",
    "data-batch-plain": "none",
    "checkpoint-data": "none",
  },
  durability: "protected-cache",
  caveat:
    "A commit is acknowledged while its redo is in the drive's cache, so a power cut on a " +
    "volatile cache loses the newest commits.",
});

const O_DIRECT_NO_FSYNC_10 = method({
  name: "O_DIRECT_NO_FSYNC",
  number: 5,
  summary: "as O_DIRECT, and neither pages nor copies are synced",
  open: { log: DIRECT, data: DIRECT, dblwr: DIRECT },
  sync: { ...SYNC_EVERYWHERE, ...NO_DATA_SYNC, "dblwr-batch": "none" },
  durability: "protected-cache",
  caveat:
    "Neither copies nor pages are synced, so a power cut on a volatile cache tears both and " +
    "leaves old pages behind the checkpoint.",
});

const O_DSYNC_11 = method({
  name: "O_DSYNC",
  number: 1,
  summary: "log, pages and copies are direct and O_DSYNC; only the copies are synced as well",
  open: { log: DIRECT_DSYNC, data: DIRECT_DSYNC, dblwr: DIRECT_DSYNC },
  sync: { ...SYNC_EVERYWHERE, ...NO_LOG_SYNC, ...NO_DATA_SYNC },
  durability: "power-loss",
});

const O_DIRECT_NO_FSYNC_11 = method({
  name: "O_DIRECT_NO_FSYNC",
  number: 5,
  summary: "O_DIRECT with innodb_doublewrite=fast: copies are synced, data files never",
  open: { log: DIRECT, data: DIRECT, dblwr: DIRECT },
  sync: { ...SYNC_EVERYWHERE, ...NO_DATA_SYNC },
  durability: "protected-cache",
  caveat:
    "Data files are never synced, so a power cut on a volatile cache can lose pages that the " +
    "checkpoint has already passed.",
});

export const MARIADB_10_11: Profile = {
  name: "mariadb-10.11",
  title: "MariaDB 10.6 to 10.11",
  methods: [
    FSYNC,
    O_DSYNC_10,
    renamed(FSYNC, "littlesync", 2),
    NOSYNC_10,
    O_DIRECT,
    O_DIRECT_NO_FSYNC_10,
  ],
  fdatasync: "always",
  defaultMethod: { name: "O_DIRECT", orElse: "fsync" },
  fastDoublewrite: false,
};

export const MARIADB_11: Profile = {
  name: "mariadb-11",
  title: "MariaDB 11.0 and later",
  methods: [
    FSYNC,
    O_DSYNC_11,
    renamed(FSYNC, "littlesync", 2),
    renamed(FSYNC, "nosync", 3),
    O_DIRECT,
    O_DIRECT_NO_FSYNC_11,
  ],
  fdatasync: "always",
  defaultMethod: { name: "O_DIRECT", orElse: "fsync" },
  fastDoublewrite: true,
  // Without doublewrite there is no "fast": the name is then an alias of O_DIRECT.
  doublewriteOff: { O_DIRECT_NO_FSYNC: renamed(O_DIRECT, "O_DIRECT_NO_FSYNC", 5) },
};
