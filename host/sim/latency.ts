// How long a call takes on a disk of stated characteristics, so that methods can be compared where
// this machine's own disk hides the difference. A model, not a measurement: it knows queues,
// transfer and flushes, and nothing of a drive's inner life.
//
//   buffered write    a copy in memory; its bytes wait for a sync
//   direct write      a free channel of the drive, command + transfer
//   O_DSYNC write     the same, then what a flush costs (FUA)
//   sync              writes the file's dirty bytes, waits for the drive, flushes it
//
// Units: microseconds, bytes per microsecond (= MB/s).

export interface DriveModel {
  readonly name: string;
  readonly summary: string;
  /** One command, without its transfer. */
  readonly writeUs: number;
  readonly readUs: number;
  /** Draining the drive's cache; about 0 where it is protected. */
  readonly flushUs: number;
  readonly bytesPerUs: number;
  /** Commands the drive works on at the same time. */
  readonly channels: number;
}

/** Round figures of the classes of drives people have; docs/crash-testing.md says where from. */
export const DRIVE_MODELS: readonly DriveModel[] = [
  {
    name: "hdd",
    summary: "7,200 rpm disk, write cache on",
    ...{ writeUs: 150, readUs: 8000, flushUs: 12000, bytesPerUs: 180, channels: 1 },
  },
  {
    name: "sata-ssd",
    summary: "consumer SATA SSD, volatile cache",
    ...{ writeUs: 50, readUs: 90, flushUs: 1200, bytesPerUs: 500, channels: 8 },
  },
  {
    name: "nvme",
    summary: "consumer NVMe SSD, volatile cache",
    ...{ writeUs: 15, readUs: 70, flushUs: 700, bytesPerUs: 3000, channels: 32 },
  },
  {
    name: "nvme-plp",
    summary: "data-center NVMe SSD, cache protected by capacitors",
    ...{ writeUs: 15, readUs: 70, flushUs: 5, bytesPerUs: 3000, channels: 64 },
  },
  {
    name: "cloud",
    summary: "network block device of a cloud",
    ...{ writeUs: 500, readUs: 500, flushUs: 500, bytesPerUs: 250, channels: 64 },
  },
];

/** A copy of 16 KiB in memory takes about 2 µs. */
const COPY_BYTES_PER_US = 8000;
const CALL_US = 1;

/** One drive's queue. Times are in microseconds of the simulated clock. */
export class DriveQueue {
  private readonly freeAt: Float64Array;
  private readonly dirty = new Map<number, number>();

  constructor(private readonly model: DriveModel) {
    this.freeAt = new Float64Array(model.channels);
  }

  /** Returns when a write that starts at `now` ends. */
  write(
    file: number,
    bytes: number,
    isDirect: boolean,
    isSynchronous: boolean,
    now: number,
  ): number {
    if (!isDirect && !isSynchronous) {
      this.dirty.set(file, (this.dirty.get(file) ?? 0) + bytes);
      return now + CALL_US + bytes / COPY_BYTES_PER_US;
    }
    const moved = this.command(this.model.writeUs, bytes, now);
    return isSynchronous ? moved + this.model.flushUs : moved;
  }

  read(bytes: number, isDirect: boolean, now: number): number {
    if (!isDirect) return now + CALL_US + bytes / COPY_BYTES_PER_US;
    return this.command(this.model.readUs, bytes, now);
  }

  /** Returns when a sync of `file` that starts at `now` ends. */
  sync(file: number, now: number): number {
    const bytes = this.dirty.get(file) ?? 0;
    this.dirty.delete(file);
    const moved = bytes === 0 ? now + CALL_US : this.command(this.model.writeUs, bytes, now);
    const idle = this.freeAt.reduce((latest, at) => Math.max(latest, at), moved);
    return idle + this.model.flushUs;
  }

  private command(fixed: number, bytes: number, now: number): number {
    let channel = 0;
    for (let i = 1; i < this.freeAt.length; i++) {
      if (this.freeAt[i]! < this.freeAt[channel]!) channel = i;
    }
    const end = Math.max(now, this.freeAt[channel]!) + fixed + bytes / this.model.bytesPerUs;
    this.freeAt[channel] = end;
    return end;
  }
}
