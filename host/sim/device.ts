// What stands between a call and the medium, and what of it a crash takes away.
//
//   buffered write ──▶ page cache ──fsync──▶ ┐
//   O_DIRECT write ────────────────────────▶ ├─▶ drive cache ──flush──▶ medium
//   size, extents, directory entries ─sync─▶ ┘
//
//   process kill   takes nothing that a call had finished
//   OS crash       takes the page cache; the drive goes on
//   power cut      takes the page cache, and the drive cache unless that is protected
//
// Source: docs/crash-testing.md, "The model".

/** Drive caches. battery: survives a power cut. write-through: there is none. */
export const DRIVE_CACHES = ["volatile", "battery", "write-through"] as const;
export type DriveCache = (typeof DRIVE_CACHES)[number];

export interface Device {
  readonly cache: DriveCache;
  /** The file system sends flushes and waits for them; `nobarrier` mounts do not. */
  readonly barriers: boolean;
  /** The drive does what it acknowledges; a lying one drops every flush. */
  readonly honest: boolean;
  /** Bytes that are never torn: 512 or 4096, or what the drive says of atomic writes. */
  readonly atomicUnit: number;
  /** btrfs, ZFS: new bytes lie beside the old ones, unreachable until the file is synced. */
  readonly copyOnWrite: boolean;
  /** Redo and data are on devices of their own: a flush of one does nothing for the other. */
  readonly separateLog: boolean;
}

export const VOLATILE: Device = {
  cache: "volatile",
  barriers: true,
  honest: true,
  atomicUnit: 512,
  copyOnWrite: false,
  separateLog: false,
};

export const CRASHES = ["process-kill", "os-crash", "power-cut"] as const;
export type Crash = (typeof CRASHES)[number];

/** Where the newest copy of something is. */
export const LAYER = { flight: 0, pageCache: 1, dropped: 2, drive: 3, medium: 4 } as const;
export type Layer = (typeof LAYER)[keyof typeof LAYER];

/** Whether a sync that has ended made what it covered durable on the medium. */
export function flushReachesMedium(device: Device): boolean {
  return device.barriers && device.honest;
}

/** Whether something in `layer` is there for sure after the crash. */
export function survives(layer: Layer, crash: Crash, device: Device): boolean {
  if (layer === LAYER.medium) return true;
  if (layer === LAYER.flight) return false;
  if (crash === "process-kill") return true;
  if (layer !== LAYER.drive) return false;
  return crash === "os-crash" || device.cache !== "volatile";
}

/** Bytes that survive or are lost together: a sector at a power cut, a cached page otherwise. */
export function unitOf(crash: Crash, device: Device): number {
  return crash === "power-cut" ? device.atomicUnit : Math.max(4096, device.atomicUnit);
}
