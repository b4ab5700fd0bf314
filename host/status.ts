// Status counters under InnoDB's names. What the engine counts comes from its memory, in the order
// of engine/abi/counters.ts; calls and bytes come from the driver.

import type { Engine } from "./engine.js";
import type { Metrics } from "./metrics.js";

/** Names of the engine's counters, in the order of engine/abi/counters.ts. */
export const ENGINE_COUNTERS = [
  "Innodb_buffer_pool_read_requests",
  "Innodb_buffer_pool_reads",
  "Innodb_buffer_pool_write_requests",
  "Innodb_buffer_pool_wait_free",
  "Innodb_buffer_pool_pages_flushed",
  "Innodb_buffer_pool_pages_made_young",
  "Innodb_buffer_pool_pages_made_not_young",
  "Innodb_pages_created",
  "Innodb_pages_read",
  "Innodb_pages_written",
  "Innodb_dblwr_writes",
  "Innodb_dblwr_pages_written",
  "Innodb_log_waits",
  "Innodb_log_write_requests",
  "Innodb_log_writes",
  "log_checkpoints",
  "buffer_LRU_batches",
  "buffer_flush_batches",
  "trx_commits",
  "trx_conflicts",
  "recv_groups_applied",
  "recv_records_applied",
  "recv_records_skipped",
  "recv_pages_restored",
  "recv_bytes_scanned",
  "recv_dropped_from_lsn",
  "recv_dropped_to_lsn",
  "buffer_pages_evicted",
  "log_group_bytes",
] as const;

/** Every counter by name. Bytes and counts since the store was opened; LSNs as they are now. */
export type StoreStatus = Readonly<Record<string, number>>;

export function readStatus(engine: Engine, metrics: Metrics, pageSize: number): StoreStatus {
  return { ...engineCounters(engine), ...gauges(engine, pageSize), ...ioCounters(metrics) };
}

function engineCounters(engine: Engine): Record<string, number> {
  const at = engine.exports.countersAddress();
  return Object.fromEntries(
    ENGINE_COUNTERS.map((name, i) => [name, Number(engine.view.getBigUint64(at + i * 8, true))]),
  );
}

function gauges(engine: Engine, pageSize: number): Record<string, number> {
  const e = engine.exports;
  const data = e.poolPagesData();
  const dirty = e.poolPagesDirty();
  return {
    Innodb_page_size: pageSize,
    Innodb_buffer_pool_pages_data: data,
    Innodb_buffer_pool_pages_dirty: dirty,
    Innodb_buffer_pool_pages_free: e.poolPagesFree(),
    Innodb_buffer_pool_pages_total: data + e.poolPagesFree(),
    Innodb_buffer_pool_pages_old: e.poolPagesOld(),
    Innodb_buffer_pool_bytes_data: data * pageSize,
    Innodb_buffer_pool_bytes_dirty: dirty * pageSize,
    Innodb_redo_log_current_lsn: e.lsn(),
    Innodb_redo_log_write_lsn: e.writeLsn(),
    Innodb_redo_log_flushed_to_disk_lsn: e.flushedToDiskLsn(),
    Innodb_redo_log_checkpoint_lsn: e.checkpointLsn(),
    Innodb_redo_log_logical_size: e.lsn() - e.checkpointLsn(),
    Innodb_redo_log_physical_size: e.redoLogCapacity(),
    Innodb_checkpoint_age: e.lsn() - e.checkpointLsn(),
    Innodb_checkpoint_max_age: e.redoLogSoftLimit(),
  };
}

/** As MySQL counts: calls include doublewrite and redo; bytes include redo, exclude doublewrite. */
function ioCounters(metrics: Metrics): Record<string, number> {
  const { data, log, dblwr, bdblwr, marker } = metrics.io;
  const all = [data, log, dblwr, bdblwr, marker];
  const sum = (pick: (io: (typeof all)[number]) => number): number =>
    all.reduce((total, io) => total + pick(io), 0);
  return {
    Innodb_data_fsyncs: sum((io) => io.syncs),
    Innodb_data_reads: sum((io) => io.reads),
    Innodb_data_read: sum((io) => io.readBytes),
    Innodb_data_writes: sum((io) => io.writes),
    Innodb_data_written: data.writtenBytes + log.writtenBytes,
    Innodb_os_log_fsyncs: log.syncs,
    Innodb_os_log_written: log.writtenBytes,
  };
}
