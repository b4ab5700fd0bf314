// What Percona Server 5.7's names mean: MySQL 5.7, a parallel doublewrite file that is always
// opened O_DIRECT, and ALL_O_DIRECT.
//
// Published tables disagree whether ALL_O_DIRECT syncs redo. The manual and the code say it does
// not, so that is the name's meaning; ALL_O_DIRECT-redo-synced is the other reading.

import {
  BUFFERED,
  BUFFERED_SYNC,
  CLOSE_ON_SIZE_CHANGE,
  DATA_SYNC_ON_SIZE_CHANGE,
  DIRECT,
  DIRECT_SYNC,
  method,
  NO_LOG_SYNC,
  SYNC_EVERYWHERE,
} from "../table.js";
import { renamed } from "../variant.js";
import type { Profile } from "./profile.js";

const FSYNC = method({
  name: "fsync",
  number: 0,
  summary: "buffered files and a direct doublewrite file, synced at every sync point",
  open: { log: BUFFERED, data: BUFFERED, dblwr: DIRECT },
  syncCall: "fsync",
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

const O_DSYNC = method({
  name: "O_DSYNC",
  number: 1,
  summary: "redo and doublewrite files are opened O_SYNC and never synced; pages are synced",
  open: { log: BUFFERED_SYNC, data: BUFFERED, dblwr: DIRECT_SYNC },
  syncCall: "fsync",
  sync: { ...SYNC_EVERYWHERE, ...NO_LOG_SYNC, "dblwr-batch": "none" },
  durability: "power-loss",
});

const NOSYNC = method({
  name: "nosync",
  number: 3,
  summary: "no redo sync, no copy sync, no data sync at a checkpoint; page batches are synced",
  open: { log: BUFFERED, data: BUFFERED, dblwr: DIRECT },
  syncCall: "fsync",
  sync: {
    ...SYNC_EVERYWHERE,
    ...NO_LOG_SYNC,
    "dblwr-batch": "none",
    "checkpoint-data": "none",
  },
  durability: "process-crash",
  caveat:
    "Acknowledged redo stays in the page cache and pages can become durable before their redo, " +
    "so an operating system crash loses commits and can leave a store that does not open.",
});

const O_DIRECT = method({
  name: "O_DIRECT",
  number: 4,
  summary: "pages and copies bypass the page cache; everything is synced",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  syncCall: "fsync",
  sync: SYNC_EVERYWHERE,
  durability: "power-loss",
});

const O_DIRECT_NO_FSYNC = method({
  name: "O_DIRECT_NO_FSYNC",
  number: 5,
  summary: "as O_DIRECT, copies are not synced, data files only after their size changed",
  open: { log: BUFFERED, data: DIRECT, dblwr: DIRECT },
  syncCall: "fsync",
  sync: { ...SYNC_EVERYWHERE, ...DATA_SYNC_ON_SIZE_CHANGE, "dblwr-batch": "none" },
  except: CLOSE_ON_SIZE_CHANGE,
  durability: "protected-cache",
  caveat:
    "Neither copies nor pages are synced, so a power cut on a volatile cache tears both and " +
    "leaves old pages behind the checkpoint.",
});

const ALL_O_DIRECT = method({
  name: "ALL_O_DIRECT",
  summary: "redo, pages and copies bypass the page cache; only page files are synced",
  open: { log: DIRECT, data: DIRECT, dblwr: DIRECT },
  syncCall: "fsync",
  sync: { ...SYNC_EVERYWHERE, ...NO_LOG_SYNC, "dblwr-batch": "none" },
  durability: "protected-cache",
  caveat:
    "Neither redo nor copies are synced, so a power cut on a volatile cache loses acknowledged " +
    "commits and can tear a page and its copy together.",
});

const ALL_O_DIRECT_REDO_SYNCED = method({
  name: "ALL_O_DIRECT-redo-synced",
  summary: "ALL_O_DIRECT in the other published reading: redo is synced, copies are not",
  open: { log: DIRECT, data: DIRECT, dblwr: DIRECT },
  syncCall: "fsync",
  sync: { ...SYNC_EVERYWHERE, "dblwr-batch": "none" },
  durability: "protected-cache",
  caveat:
    "The doublewrite copies are not synced, so a power cut on a volatile cache can tear a page " +
    "and its copy together.",
});

export const PERCONA_5_7: Profile = {
  name: "percona-5.7",
  title: "Percona Server 5.7 with its parallel doublewrite file",
  methods: [
    FSYNC,
    O_DSYNC,
    renamed(FSYNC, "littlesync", 2),
    NOSYNC,
    O_DIRECT,
    O_DIRECT_NO_FSYNC,
    ALL_O_DIRECT,
    ALL_O_DIRECT_REDO_SYNCED,
  ],
  fdatasync: "never",
  defaultMethod: { name: "fsync", orElse: "fsync" },
  fastDoublewrite: false,
};
