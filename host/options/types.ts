// The types of options: what a caller may pass, and what the rest of the host reads.

import type { Backend } from "../backend/backend.js";
import type { IoObserver } from "../observe/event.js";
import type { TraceEvent } from "../trace.js";

type Size = number | string;
type Count = number | string;
type Bool = boolean | number | string;

/** InnoDB's variables as a caller writes them. Sizes: bytes, or text such as "16k" or "1GiB". */
export interface InnodbOptions {
  innodb_page_size: Size;
  innodb_buffer_pool_size: Size;
  innodb_old_blocks_pct: Count;
  innodb_old_blocks_time: Count;
  innodb_lru_scan_depth: Count;
  innodb_flush_neighbors: Count;
  innodb_io_capacity: Count;
  innodb_io_capacity_max: Count;
  innodb_max_dirty_pages_pct: Count;
  innodb_max_dirty_pages_pct_lwm: Count;
  innodb_adaptive_flushing: Bool;
  innodb_adaptive_flushing_lwm: Count;
  innodb_flush_method: string | number | null;
  innodb_use_fdatasync: Bool | null;
  innodb_flush_log_at_trx_commit: Count;
  innodb_flush_log_at_timeout: Count;
  innodb_redo_log_capacity: Size;
  innodb_log_buffer_size: Size;
  innodb_log_group_home_dir: string | null;
  innodb_doublewrite: Bool;
  innodb_doublewrite_dir: string | null;
  innodb_doublewrite_files: Count;
  innodb_doublewrite_pages: Count;
  innodb_force_recovery: Count;
  innodb_fast_shutdown: Count;
}

/** Every variable after normalization: numbers in the unit of the variable, null for "choose". */
export interface InnodbSettings {
  innodb_page_size: number;
  innodb_buffer_pool_size: number;
  innodb_old_blocks_pct: number;
  innodb_old_blocks_time: number;
  innodb_lru_scan_depth: number;
  innodb_flush_neighbors: number;
  innodb_io_capacity: number;
  innodb_io_capacity_max: number;
  innodb_max_dirty_pages_pct: number;
  innodb_max_dirty_pages_pct_lwm: number;
  innodb_adaptive_flushing: boolean;
  innodb_adaptive_flushing_lwm: number;
  /** Canonical name; null: the profile's default, once the directory was probed. */
  innodb_flush_method: string | null;
  /** null: what the profile's tables state. */
  innodb_use_fdatasync: boolean | null;
  innodb_flush_log_at_trx_commit: 0 | 1 | 2;
  innodb_flush_log_at_timeout: number;
  innodb_redo_log_capacity: number;
  innodb_log_buffer_size: number;
  innodb_log_group_home_dir: string | null;
  /** What the engine does; MariaDB's FAST is ON here, and `doublewriteFast` says so. */
  innodb_doublewrite: "OFF" | "ON" | "DETECT_ONLY" | "DETECT_AND_RECOVER";
  innodb_doublewrite_dir: string | null;
  innodb_doublewrite_files: number;
  innodb_doublewrite_pages: number;
  innodb_force_recovery: number;
  innodb_fast_shutdown: 0 | 1 | 2;
}

/** Receives one event of the driver's trace. */
export type TraceSink = (event: TraceEvent) => void;

/** Options that InnoDB does not have. */
export interface HostOptions {
  /** Name of an executor, or an executor; "auto" picks the best one that works. */
  backend?: string | Backend | undefined;
  /** Create the store when the directory holds none. Default true. */
  create?: boolean | undefined;
  /** Refuse instead of substituting when the flush method is not real here. Default false. */
  strict?: boolean | undefined;
  /** Whose meaning the name of the flush method has. Default "tornproof". */
  profile?: string | undefined;
  trace?: TraceSink | null | undefined;
  /** Told of every operation, directory change and promise; the trace checker is one. */
  observer?: IoObserver | null | undefined;
  /** Requests that may be in flight at once, 1 to 1024. Default 64. */
  queueDepth?: number | undefined;
}

export interface HostSettings {
  backend: string | Backend;
  create: boolean;
  strict: boolean;
  profile: string;
  trace: TraceSink | null;
  observer: IoObserver | null;
  queueDepth: number;
}

/** What Store.open accepts. */
export type StoreOptions = {
  [Name in keyof InnodbOptions]?: InnodbOptions[Name] | undefined;
} & HostOptions;

export type NormalizedOptions = InnodbSettings &
  HostSettings & {
    /** innodb_doublewrite=FAST: MariaDB 11's mode that never syncs data files. */
    doublewriteFast: boolean;
  };
