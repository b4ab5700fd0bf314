// A few calls on a simulated device, written as a script, and what is certain after a crash.
//
//   scene(device).write("a", 0, 8).end().sync("a") …   offsets and lengths in sectors of 512 bytes
//
// Files "log", "a" and "b" exist, are 8 sectors long and hold the byte 1; write n holds byte 10n.

import { CrashPoint, type Choice, type Fate } from "../../host/sim/crash-point.js";
import { VOLATILE, type Crash, type Device } from "../../host/sim/device.js";
import { Content } from "../../host/sim/content.js";
import type { EntryRequest, SimFile, SyncRequest, WriteRequest } from "../../host/sim/history.js";
import { Image } from "../../host/sim/image.js";
import { Persistence } from "../../host/sim/persistence.js";

const SECTOR = 512;
const BASE_SECTORS = 8;
const EIO = -5;

export type Mode = "buffered" | "direct" | "dsync" | "atomic";

export class Scene {
  private readonly persistence: Persistence;
  private readonly files = new Map<string, SimFile>();
  private requests = 0;
  private writes = 0;
  private readonly open: (WriteRequest | SyncRequest)[] = [];

  constructor(readonly device: Device) {
    const base = new Image();
    for (const [number, name] of ["log", "a", "b"].entries()) {
      const path = `/d/${name}`;
      this.files.set(name, { number, path, isLog: name === "log" });
      base.files.set(path, Content.of(new Uint8Array(BASE_SECTORS * SECTOR).fill(1)));
    }
    this.persistence = new Persistence(base, [...this.files.values()], device);
  }

  /** Starts a write of the next number. */
  start(name: string, sector: number, count: number, mode: Mode = "buffered"): this {
    this.writes++;
    const length = count * SECTOR;
    const request: WriteRequest = {
      ...{ type: "write", number: this.requests++, file: this.files.get(name)! },
      ...{ offset: sector * SECTOR, length, data: new Uint8Array(length).fill(10 * this.writes) },
      direct: mode === "direct" || mode === "atomic",
      synchronous: mode === "dsync",
      atomic: mode === "atomic",
      note: null,
    };
    this.persistence.take({ step: "start", request, result: 0 });
    this.open.push(request);
    return this;
  }

  /** Ends the oldest call that has started. */
  end(result = 0): this {
    const request = this.open.shift()!;
    this.persistence.take({ step: "end", request, result });
    return this;
  }

  fail(): this {
    return this.end(EIO);
  }

  write(name: string, sector: number, count: number, mode: Mode = "buffered"): this {
    return this.start(name, sector, count, mode).end();
  }

  startSync(name: string): this {
    const file = this.files.get(name)!;
    const request: SyncRequest = { type: "sync", number: this.requests++, file, note: null };
    this.persistence.take({ step: "start", request, result: 0 });
    this.open.push(request);
    return this;
  }

  sync(name: string): this {
    return this.startSync(name).end();
  }

  create(name: string): this {
    const file = { number: this.files.size, path: `/d/${name}`, isLog: false };
    this.files.set(name, file);
    return this.entry("create", file.path, file);
  }

  unlink(name: string): this {
    const file = this.files.get(name)!;
    return this.entry("unlink", file.path, file);
  }

  syncDirectory(): this {
    return this.entry("sync-dir", "/d", null);
  }

  private entry(type: EntryRequest["type"], path: string, file: SimFile | null): this {
    const request: EntryRequest = { type, number: this.requests++, path, file, note: null };
    this.persistence.take({ step: "start", request, result: 0 });
    this.persistence.take({ step: "end", request, result: 0 });
    return this;
  }

  point(crash: Crash): CrashPoint {
    return new CrashPoint(this.persistence, crash, this.device);
  }

  /**
   * Every disk a crash may leave, as the bytes of the sectors of one file: "1 1 10 10", "gone" when
   * there is no such file.
   */
  disks(crash: Crash, name: string): Set<string> {
    const point = this.point(crash);
    return new Set(everyImage(point).map((image) => textOf(image, `/d/${name}`)));
  }
}

export function scene(device: Partial<Device> = {}): Scene {
  return new Scene({ ...VOLATILE, ...device });
}

/** Bytes of the first sectors, one number each; a sector of mixed bytes would be "?". */
function textOf(image: Image, path: string): string {
  const content = image.files.get(path);
  if (content === undefined) return "gone";
  const bytes = content.toBytes();
  const sectors = Array.from({ length: bytes.length / SECTOR }, (_, i) => {
    const sector = bytes.subarray(i * SECTOR, (i + 1) * SECTOR);
    return sector.every((byte) => byte === sector[0]) ? String(sector[0]) : "?";
  });
  return sectors.join(" ");
}

function everyImage(point: CrashPoint): Image[] {
  const fates = product(point.uncertain.map((_, i) => everyFate(point.unitsOf(i))));
  const growths = product(point.growingFiles.map((file) => upTo(point.growthsOf(file))));
  return upTo(point.entriesCount).flatMap((entries) =>
    growths.flatMap((each) =>
      fates.map((fate) => {
        const choice: Choice = { fates: fate, growths: each, entries };
        return point.image(choice);
      }),
    ),
  );
}

function everyFate(units: number): Fate[] {
  return Array.from({ length: 2 ** units }, (_, bits) =>
    Uint8Array.from({ length: units }, (_each, i) => (bits >> i) & 1),
  );
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>(
    (all, list) => all.flatMap((head) => list.map((each) => [...head, each])),
    [[]],
  );
}

function upTo(count: number): number[] {
  return Array.from({ length: count + 1 }, (_, n) => n);
}
