// What happens to the patients: one kind of damage each, named for what recovery finds.

import type { Image } from "../../../host/sim/image.js";
import type { Clinic } from "./clinic.js";
import { endAt, extendRecord, forge, group, initRecord, MLOG, writeRecord } from "./forge.js";
import {
  blockAt,
  checkpointOf,
  contentOf,
  edit,
  editBlock,
  editPage,
  LOG,
  PAGE,
  SYSTEM,
} from "./patient.js";

export interface Scenario {
  readonly name: string;
  /** Changes the disk of a run that was cut at its end with everything written. */
  readonly damage: (image: Image) => Image;
}

const SPACE = "/store/space-1.ibd";
const COPIES = "/store/#ib_4096_0.dblwr";
const DETECT = "/store/#ib_4096_0.bdblwr";

function resize(path: string, bytes: number): (image: Image) => Image {
  return (image) => {
    contentOf(image, path).resize(bytes);
    return image;
  };
}

function remove(path: string): (image: Image) => Image {
  return (image) => {
    image.files.delete(path);
    return image;
  };
}

function header(change: (view: DataView) => void): (image: Image) => Image {
  return (image) => editBlock(image, 0, change);
}

function checkpoints(change: (view: DataView) => void): (image: Image) => Image {
  return (image) => editBlock(editBlock(image, 512, change), 1536, change);
}

/** Changes a block of redo, `blocks` behind the one at the checkpoint. */
function block(blocks: number, change: (view: DataView) => void): (image: Image) => Image {
  return (image) =>
    editBlock(image, blockAt(image, checkpointOf(image).lsn + blocks * 512), change);
}

function shiftNumber(by: number): (view: DataView) => void {
  return (view) => view.setUint32(0, view.getUint32(0) + by);
}

function zeroBlock(blocks: number): (image: Image) => Image {
  return (image) => {
    const at = blockAt(image, checkpointOf(image).lsn + blocks * 512);
    contentOf(image, LOG).write(at, null, 0, 512);
    return image;
  };
}

/** Bytes that are no record, where the first group of a block begins. */
function garble(view: DataView): void {
  view.setUint8(Math.max(view.getUint16(6), 12), 0xff);
}

function forged(...payload: number[][]): (image: Image) => Image {
  return (image) => forge(image, payload.flat());
}

const HEADERS: readonly Scenario[] = [
  { name: "a byte of the log header", damage: (i) => edit(i, LOG, 9, 1, flip) },
  { name: "another log format", damage: header((view) => view.setUint32(0, 6)) },
  { name: "an impossible start LSN", damage: header((view) => view.setUint32(12, 8193)) },
  { name: "another page size", damage: header((view) => view.setUint32(52, 8192)) },
  { name: "a log cut short", damage: resize(LOG, 8192) },
  { name: "a log without its header", damage: resize(LOG, 1000) },
  { name: "both checkpoints zero", damage: checkpoints((view) => view.setUint32(4, 0)) },
  { name: "one checkpoint damaged", damage: (i) => edit(i, LOG, 520, 1, flip) },
  { name: "a checkpoint before the log", damage: checkpoints((view) => view.setUint32(12, 80)) },
  {
    name: "a checkpoint on a block header",
    damage: checkpoints((view) => view.setUint32(12, 8704)),
  },
];

const REDO: readonly Scenario[] = [
  {
    name: "a redo block damaged",
    damage: (i) => edit(i, LOG, blockAt(i, checkpointOf(i).lsn) + 40, 1, flip),
  },
  { name: "a redo block of impossible length", damage: block(0, (view) => view.setUint16(4, 600)) },
  { name: "a redo block of the lap after", damage: (i) => nextLap(i) },
  { name: "the redo block before in its place", damage: block(1, shiftNumber(-1)) },
  { name: "the redo block after in its place", damage: block(1, shiftNumber(1)) },
  { name: "a redo block of an earlier epoch", damage: (i) => earlierEpoch(i) },
  ...[0, 1, 2].map((n) => ({ name: `redo block ${n} zeroed`, damage: zeroBlock(n) })),
  ...[0, 1, 2].map((n) => ({ name: `redo block ${n} garbled`, damage: block(n, garble) })),
  { name: "a hole, and garbage behind it", damage: (i) => block(2, garble)(zeroBlock(1)(i)) },
  { name: "no redo at all", damage: (i) => noRedo(i) },
];

const FORGED: readonly Scenario[] = [
  { name: "a dummy record", damage: forged([MLOG.dummy], group(writeRecord(1, 1, 50, 4))) },
  { name: "an extension the file has not seen", damage: forged(group(extendRecord(1, 40, 20))) },
  { name: "an end mark alone", damage: forged([MLOG.multiRecordEnd]) },
  { name: "a dummy inside a group", damage: forged(writeRecord(1, 1, 50, 4), [MLOG.dummy]) },
  {
    name: "a single record inside a group",
    damage: forged(writeRecord(1, 1, 50, 4), group(writeRecord(1, 1, 50, 4))),
  },
  { name: "a write beyond its page", damage: forged(group(writeRecord(1, 1, 5000, 4))) },
  { name: "a write to no tablespace", damage: forged(group(writeRecord(9, 1, 50, 4))) },
  { name: "a known tablespace dropped", damage: forged(group([MLOG.fileDelete, 1, 0])) },
  {
    name: "redo behind a group, garbage",
    damage: forged(group(writeRecord(1, 1, 50, 4)), [0xff, 1]),
  },
  {
    name: "a group of 60 pages",
    damage: forged(group(...Array.from({ length: 60 }, (_, page) => initRecord(1, page)))),
  },
  {
    name: "a group larger than the parse buffer",
    damage: forged(group(...Array.from({ length: 1500 }, () => writeRecord(1, 1, 50, 4)))),
  },
];

const FILES: readonly Scenario[] = [
  { name: "no store page", damage: resize(SYSTEM, PAGE) },
  {
    name: "a store page of nobody",
    damage: (i) => editPage(i, SYSTEM, 1, (v) => v.setUint32(38, 1)),
  },
  {
    name: "a store page of another version",
    damage: (i) => editPage(i, SYSTEM, 1, (v) => v.setUint32(54, 9)),
  },
  {
    name: "a store page of another store",
    damage: (i) => editPage(i, SYSTEM, 1, (v) => v.setUint32(62, 9)),
  },
  { name: "a copy of another store's page", damage: (i) => strangersCopy(i) },
  { name: "every dictionary page used", damage: (i) => fullDictionary(i) },
  { name: "a tablespace without file", damage: remove(SPACE) },
  { name: "a tablespace without pages", damage: resize(SPACE, 0) },
  { name: "a tablespace without pages or redo", damage: nothingLeft },
  { name: "a tablespace cut short", damage: resize(SPACE, 2 * PAGE) },
  {
    name: "another space's header",
    damage: (i) => editPage(i, SPACE, 0, (v) => v.setUint32(38, 7)),
  },
  {
    name: "flags of another format",
    damage: (i) => editPage(i, SPACE, 0, (v) => v.setUint32(54, 99)),
  },
  {
    name: "a header of a longer file",
    damage: (i) => editPage(i, SPACE, 0, (v) => v.setUint32(46, 999)),
  },
  { name: "a file nobody knows", damage: (i) => orphan(i) },
];

const PAGES: readonly Scenario[] = [
  ...[0, 1, 2, 3, 4].map((page) => ({
    name: `page ${page} damaged`,
    damage: (i: Image) => edit(i, SPACE, page * PAGE + 200, 1, flip),
  })),
  ...[1, 2, 3, 4].map((page) => ({
    name: `page ${page} of another version, damaged`,
    damage: (i: Image) => edit(i, SPACE, page * PAGE + 23, 1, flip),
  })),
  ...[1, 2, 3, 4].map((page) => ({
    name: `page ${page} newer than the log`,
    damage: (i: Image) => future(i, page),
  })),
];

/** Doublewrite files, where there are any. */
const COPY_FILES: readonly Scenario[] = [
  { name: "no doublewrite file", damage: remove(COPIES) },
  { name: "an empty doublewrite file", damage: zeroed(COPIES) },
  { name: "a shorter doublewrite file", damage: resize(COPIES, 2 * PAGE) },
  { name: "a record of nothing", damage: zeroed(DETECT) },
];

export const SCENARIOS: readonly Scenario[] = [
  ...HEADERS,
  ...REDO,
  ...FORGED,
  ...FILES,
  ...PAGES,
  ...COPY_FILES,
];

/** Recovers every disk with every damage, as it is and forced; returns what went wrong. */
export function treat(clinic: Clinic, disks: readonly (() => Image)[]): string[] {
  const wrong = new Set<string>();
  const cases = disks.flatMap((disk) => SCENARIOS.map((scenario) => ({ disk, ...scenario })));
  for (const { disk, name, damage } of cases) {
    for (const force of [0, 1]) {
      const outcome = clinic.recover(damaged(disk, damage), force);
      if (!isOutcome(outcome)) wrong.add(`${name}, forced ${force}: ${outcome}`);
    }
  }
  return [...wrong];
}

/** An assertion that fails, or a hang, is none. */
export function isOutcome(outcome: string): boolean {
  return outcome === "runs" || outcome === "refuses";
}

/** A damage to a file that a store of this kind does not have leaves the disk as it is. */
export function damaged(disk: () => Image, damage: Scenario["damage"]): Image {
  try {
    return damage(disk());
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("patient: ")) return disk();
    throw error;
  }
}

function flip(view: DataView): void {
  view.setUint8(0, view.getUint8(0) ^ 0x10);
}

function zeroed(path: string): (image: Image) => Image {
  return (image) => {
    const content = contentOf(image, path);
    content.write(0, null, 0, content.size);
    return image;
  };
}

function nextLap(image: Image): Image {
  const size = contentOf(image, LOG).size - 2048;
  const laps = Math.floor(size / 512);
  return block(0, (view) => view.setUint32(0, view.getUint32(0) + laps))(image);
}

function earlierEpoch(image: Image): Image {
  return block(0, (view) => view.setUint32(8, view.getUint32(8) + 5))(image);
}

function noRedo(image: Image): Image {
  const { lsn } = checkpointOf(image);
  endAt(image, lsn - (lsn % 512));
  return image;
}

/** A page whose LSN lies beyond the log, in both halves. */
function future(image: Image, page: number): Image {
  return editPage(image, SPACE, page, (view) => {
    view.setUint32(20, 0x7fffffff);
    view.setUint32(PAGE - 4, 0x7fffffff);
  });
}

function fullDictionary(image: Image): Image {
  const pages = contentOf(image, SYSTEM).size / PAGE;
  for (let page = 2; page < pages; page++) {
    edit(image, SYSTEM, page * PAGE, PAGE, (view) => {
      if (view.getUint32(20) !== 0 || view.getUint32(0) === 0) return;
      view.setUint32(20, 8300);
      view.setUint32(PAGE - 4, 8300);
    });
    editPage(image, SYSTEM, page, () => undefined);
  }
  return image;
}

/** The store page is torn, and its copy, sound as a page, names another store. */
function strangersCopy(image: Image): Image {
  const page = new Uint8Array(PAGE);
  contentOf(image, SYSTEM).read(PAGE, page);
  contentOf(image, COPIES).write(0, page, 0, PAGE);
  editPage(image, COPIES, 0, (view) => view.setUint32(62, 9));
  return edit(image, SYSTEM, PAGE + 300, 1, flip);
}

/** Nothing is known of the tablespace but its name. */
function nothingLeft(image: Image): Image {
  resize(SPACE, 0)(forge(image, [MLOG.dummy]));
  return image.files.has(COPIES) ? zeroed(COPIES)(image) : image;
}

function orphan(image: Image): Image {
  image.files.set("/store/space-9.ibd", contentOf(image, SPACE).fork());
  return image;
}
