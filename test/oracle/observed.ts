// What servers do, as data: the calls of a commit, a flush batch and a checkpoint for every method.
//
//   L log   D doublewrite file   B file of DETECT_ONLY   P data file        w write   s sync
//
//   open      log, data and doublewrite file: - buffered, d O_DIRECT, D O_DSYNC, S O_SYNC
//   commit    one group commit with innodb_flush_log_at_trx_commit=1
//   ahead     what a batch waits for when the redo of its pages is written and not yet synced
//   batch     with copies, then the same without: `Dw` is one call whatever the number of pages,
//             `Pw` one call for each page, `Ps` one for each file touched
//   checkpoint  after a batch with copies, then after one without
//
// DETECT_ONLY is not a column: it is `copies` with B for D in front and the rest of `plain`.
//
// The rows come from system call traces of MySQL 8.4.8, MariaDB 10.11.19 and MariaDB 11.8.6, and
// for older versions from their sources and manuals. They are written by hand, and never derived
// from the tables in host/flush: a wrong table must fail here.
//
// Three things are left as the servers do them, and `fold` in oracle.ts says how they compare:
// - MySQL ends a checkpoint with two syncs, the second when the handle of the file is closed;
// - files that did not change their size are not synced under O_DIRECT_NO_FSYNC;
// - MariaDB writes a checkpoint record to its log before the checkpoint block, and syncs between
//   the two. Our log has no such record, so its rows show the block alone.

export interface ObservedProfile {
  readonly name: string;
  readonly syncCall: "fsync" | "fdatasync";
  readonly table: string;
}

const MYSQL_BUFFERED = `
fsync              - - -     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls Ls | Lw Ls Ls
O_DSYNC            S - -     | Lw     |       | Dw Ds Pw Ps | Pw Ps | Lw       | Lw
littlesync         - - -     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls Ls | Lw Ls Ls
nosync             - - -     | Lw     |       | Dw Ds Pw Ps | Pw Ps | Lw       | Lw
`;

// From 8.0.20 on the doublewrite file is O_DIRECT too, and its sync is left out.
const MYSQL_DIRECT = `
O_DIRECT           - d d     | Lw Ls  | Ls    | Dw Pw Ps    | Pw Ps | Lw Ls Ls | Lw Ls Ls
O_DIRECT_NO_FSYNC  - d d     | Lw Ls  | Ls    | Dw Pw       | Pw    | Lw Ls Ls | Lw Ls Ls
`;

// Before, the copies are in the system tablespace, and its sync is a data file's.
const MYSQL_DIRECT_LEGACY = `
O_DIRECT           - d d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls Ls | Lw Ls Ls
O_DIRECT_NO_FSYNC  - d d     | Lw Ls  | Ls    | Dw Pw       | Pw    | Lw Ls Ls | Lw Ls Ls
`;

const MYSQL_SAFE = `
O_DIRECT_NO_FSYNC-safe - d d | Lw Ls  | Ls    | Dw Ds Pw    | Pw    | Lw Ls Ls | Lw Ls Ls
`;

const MYSQL_O_DIRECT_SAFE = `
O_DIRECT-safe      - d d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls Ls | Lw Ls Ls
`;

// The default profile departs from MySQL 8.4 in one thing: where MySQL leaves out the sync of the
// doublewrite file, ours makes it. What a method's name promises to skip is still skipped.
const TORNPROOF = `
O_DIRECT           - d d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls    | Lw Ls
O_DIRECT_NO_FSYNC  - d d     | Lw Ls  | Ls    | Dw Ds Pw    | Pw    | Lw Ls    | Lw Ls
ALL_O_DIRECT       d d d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls    | Lw Ls
`;

// MariaDB opens its log O_DIRECT whatever the method. Without copies, pages are synced at the
// checkpoint. Under nosync a commit returns while its sync is still to come in the background.
const MARIADB_10_11 = `
fsync              d - -     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw    | Lw Ls    | Ps Lw Ls
O_DSYNC            dD d d    | Lw     |       | Dw Ds Pw Ps | Pw    | Lw       | Ps Lw
littlesync         d - -     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw    | Lw Ls    | Ps Lw Ls
nosync             d - -     | Lw     | Ls    | Dw Ds Pw Ps | Pw    | Lw Ls    | Lw Ls
O_DIRECT           d d d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw    | Lw Ls    | Ps Lw Ls
O_DIRECT_NO_FSYNC  d d d     | Lw Ls  | Ls    | Dw Pw       | Pw    | Lw Ls    | Lw Ls
O_DIRECT_NO_FSYNC-safe d d d | Lw Ls  | Ls    | Dw Ds Pw    | Pw    | Lw Ls    | Lw Ls
`;

// In MariaDB 11 O_DIRECT_NO_FSYNC means innodb_doublewrite=fast; without doublewrite, O_DIRECT.
const MARIADB_11 = `
fsync              d - -     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw    | Lw Ls    | Ps Lw Ls
O_DSYNC            dD dD dD  | Lw     |       | Dw Ds Pw    | Pw    | Lw       | Lw
littlesync         d - -     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw    | Lw Ls    | Ps Lw Ls
nosync             d - -     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw    | Lw Ls    | Ps Lw Ls
O_DIRECT           d d d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw    | Lw Ls    | Ps Lw Ls
O_DIRECT_NO_FSYNC  d d d     | Lw Ls  | Ls    | Dw Ds Pw    | Pw    | Lw Ls    | Ps Lw Ls
`;

// Percona 5.7 opens its parallel doublewrite file O_DIRECT whatever the method.
const PERCONA_5_7 = `
fsync              - - d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls    | Lw Ls
O_DSYNC            S - dS    | Lw     |       | Dw Pw Ps    | Pw Ps | Lw       | Lw
littlesync         - - d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls    | Lw Ls
nosync             - - d     | Lw     |       | Dw Pw Ps    | Pw Ps | Lw       | Lw
O_DIRECT           - d d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls    | Lw Ls
O_DIRECT_NO_FSYNC  - d d     | Lw Ls  | Ls    | Dw Pw       | Pw    | Lw Ls    | Lw Ls
ALL_O_DIRECT       d d d     | Lw     |       | Dw Pw Ps    | Pw Ps | Lw       | Lw
ALL_O_DIRECT-redo-synced d d d | Lw Ls | Ls   | Dw Pw Ps    | Pw Ps | Lw Ls    | Lw Ls
O_DIRECT_NO_FSYNC-safe - d d | Lw Ls  | Ls    | Dw Ds Pw    | Pw    | Lw Ls    | Lw Ls
ALL_O_DIRECT-safe  d d d     | Lw     |       | Dw Ds Pw Ps | Pw Ps | Lw       | Lw
`;

/** Ours, under every profile, always with fdatasync. No server has them. */
export const OWN = `
fdatasync          - - -     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls    | Lw Ls
O_DIRECT+O_DSYNC   dD dD dD  | Lw     |       | Dw Pw       | Pw    | Lw       | Lw
O_DIRECT+O_SYNC    dS dS dS  | Lw     |       | Dw Pw       | Pw    | Lw       | Lw
RWF_ATOMIC         - d d     | Lw Ls  | Ls    | Dw Ds Pw Ps | Pw Ps | Lw Ls    | Lw Ls
redo-only          - - -     | Lw Ls  | Ls    | Dw Pw       | Pw    | Lw Ls    | Lw Ls
none               - - -     | Lw     |       | Dw Pw       | Pw    | Lw       | Lw
`;

const LEGACY = MYSQL_BUFFERED + MYSQL_DIRECT_LEGACY + MYSQL_SAFE;
const CURRENT = MYSQL_BUFFERED + MYSQL_DIRECT + MYSQL_O_DIRECT_SAFE + MYSQL_SAFE;

export const OBSERVED: readonly ObservedProfile[] = [
  { name: "tornproof", syncCall: "fdatasync", table: MYSQL_BUFFERED + TORNPROOF },
  { name: "mysql-8.4", syncCall: "fdatasync", table: CURRENT },
  { name: "mysql-8.0.20", syncCall: "fsync", table: CURRENT },
  { name: "mysql-8.0.14", syncCall: "fsync", table: LEGACY },
  { name: "mysql-5.7", syncCall: "fsync", table: LEGACY },
  { name: "mysql-5.6", syncCall: "fsync", table: LEGACY },
  { name: "mariadb-11", syncCall: "fdatasync", table: MARIADB_11 },
  { name: "mariadb-10.11", syncCall: "fdatasync", table: MARIADB_10_11 },
  { name: "percona-5.7", syncCall: "fsync", table: PERCONA_5_7 },
];

/** Under the default profile these two names mean the call fsync itself. */
export const FSYNC_BY_NAME = ["fsync", "littlesync"];
