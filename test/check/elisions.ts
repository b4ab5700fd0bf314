// One broken edge each: changes to a recorded trace that the method kept in order. A sync that was
// made is left out, an operation is moved in front of what it had to wait for, a promise is given
// early. Every one must be caught, and by the edge that it breaks.

import type { Edge } from "../../host/check/index.js";
import type { BeganEvent, IoEvent } from "../../host/observe/event.js";

export interface Elision {
  readonly edge: Edge;
  readonly what: string;
  /** The broken trace, or null when there is nothing to break. */
  readonly apply: (events: readonly IoEvent[]) => IoEvent[] | null;
}

type Began = (event: BeganEvent) => boolean;

const isSync = ({ call }: BeganEvent): boolean => call === "fsync" || call === "fdatasync";

/** Every sync that fits is a sync the method leaves out. */
function without(fits: Began): Elision["apply"] {
  return (events) => {
    let life = 0;
    const gone = new Set<string>();
    const kept: IoEvent[] = [];
    for (const event of events) {
      if (event.type === "opened") life++;
      if (event.type === "ended" && gone.has(`${life} ${event.seq}`)) continue;
      if (event.type === "began" && isSync(event) && fits(event)) {
        gone.add(`${life} ${event.seq}`);
        const { kind, id, path, point } = event;
        kept.push({ type: "elided", kind, id, path, point });
      } else kept.push(event);
    }
    return gone.size > 0 ? kept : null;
  };
}

/** The first event that fits, from the middle of the trace on, moves in front of `earlier`. */
function moved(
  fits: (event: IoEvent) => boolean,
  earlier: (event: IoEvent, moved: IoEvent) => boolean,
): Elision["apply"] {
  return (events) => {
    for (let at = Math.floor(events.length / 8); at < events.length; at++) {
      if (!fits(events[at]!)) continue;
      for (let to = at - 1; to >= 0 && events[to]!.type !== "opened"; to--) {
        if (!earlier(events[to]!, events[at]!)) continue;
        const changed = [...events];
        changed.splice(at, 1);
        changed.splice(to, 0, events[at]!);
        return changed;
      }
    }
    return null;
  };
}

const began =
  (fits: Began) =>
  (event: IoEvent): boolean =>
    event.type === "began" && fits(event);

const syncAt = (point: string): ((event: IoEvent) => boolean) =>
  began((event) => isSync(event) && event.point === point);
const pageInPlace = began(({ call, point }) => call === "pwrite" && point === "data-batch");
const checkpointBlock = began(({ checkpointLsn }) => checkpointLsn !== null);
const isRedo = began(({ redo, point }) => redo !== null && point !== "recovery");

/** The write of the doublewrite file whose copies include the page in place. */
const copyOf = (event: IoEvent, page: IoEvent): boolean =>
  event.type === "began" &&
  page.type === "began" &&
  event.kind === "dblwr" &&
  event.pages.some(
    ({ space, page: number, lsn }) =>
      space === page.pages[0]!.space &&
      number === page.pages[0]!.page &&
      lsn === page.pages[0]!.lsn,
  );

/** The write of redo in which the group ends whose LSN the page carries. */
const redoOf = (event: IoEvent, page: IoEvent): boolean =>
  event.type === "began" &&
  page.type === "began" &&
  event.redo !== null &&
  event.redo.changes.some(({ to }) => to === page.pages[0]!.lsn);

/** A page in place whose newest change the checkpoint passes. */
const passedPage = (event: IoEvent, block: IoEvent): boolean =>
  pageInPlace(event) && (event as BeganEvent).pages[0]!.lsn <= (block as BeganEvent).checkpointLsn!;

/** The failure comes to light in the first sync that fits, from the middle on. */
function failed(fits: (event: IoEvent) => boolean): Elision["apply"] {
  return (events) => {
    const at = events.findIndex((event, n) => n > events.length / 8 && fits(event));
    const seq = (events[at] as BeganEvent | undefined)?.seq;
    const end = events.findIndex(
      (event, n) => n > at && event.type === "ended" && event.seq === seq,
    );
    if (at < 0 || end < 0) return null;
    return events.map((event, n) => (n === end ? { ...event, result: -5 } : event) as IoEvent);
  };
}

/** A page is handed over twice, under another number. */
const twice: Elision["apply"] = (events) => {
  const at = events.findIndex(pageInPlace);
  if (at < 0) return null;
  const again = { ...(events[at] as BeganEvent), seq: 1e9 };
  return [...events.slice(0, at + 1), again, ...events.slice(at + 1)];
};

export const ELISIONS: readonly Elision[] = [
  {
    edge: "redo-before-page",
    what: "no redo sync at all",
    apply: without(({ kind, point }) => kind === "log" && point.startsWith("log-")),
  },
  {
    edge: "redo-before-page",
    what: "a page goes in place before the write of its redo",
    apply: moved(pageInPlace, redoOf),
  },
  {
    edge: "copy-before-page",
    what: "no sync of the doublewrite files",
    apply: without(({ point }) => point === "dblwr-batch"),
  },
  {
    edge: "copy-before-page",
    what: "a page goes in place before the write of its copy",
    apply: moved(pageInPlace, copyOf),
  },
  {
    edge: "page-before-checkpoint",
    what: "no data sync, neither of batches nor of checkpoints",
    apply: without(({ point }) => point === "data-batch" || point === "checkpoint-data"),
  },
  {
    edge: "page-before-checkpoint",
    what: "a checkpoint block is written before the batch in front of it",
    apply: moved(checkpointBlock, passedPage),
  },
  {
    edge: "redo-before-checkpoint",
    what: "no redo sync ahead of a checkpoint",
    apply: without(({ kind, point }) => kind === "log" && point.startsWith("log-")),
  },
  {
    edge: "checkpoint-before-reuse",
    what: "no sync of checkpoint blocks, and no other of the log after them",
    apply: without(({ kind, point }) => kind === "log" && point !== "file-create"),
  },
  {
    edge: "page-before-copy-reuse",
    what: "no data sync after a batch",
    apply: without(({ point }) => point === "data-batch"),
  },
  {
    edge: "size-before-use",
    what: "no sync after growth",
    apply: without(({ point }) => point === "file-extend"),
  },
  {
    edge: "size-before-use",
    what: "no sync of a new file",
    apply: without(({ kind, point }) => kind === "data" && point === "file-create"),
  },
  {
    edge: "entry-before-use",
    what: "no sync of a directory",
    apply: (events) => events.filter(({ type }) => type !== "dir-synced"),
  },
  {
    edge: "entry-before-use",
    what: "the marker of the creation is not made durable before other files",
    apply: (events) =>
      events.filter((event) => event.type !== "dir-synced" || event.kind !== "marker"),
  },
  {
    edge: "drop-before-unlink",
    what: "the file of a dropped tablespace goes before the sync of its redo",
    apply: moved(({ type }) => type === "unlinked", syncAt("log-write-ahead")),
  },
  {
    edge: "durable-before-note",
    what: "redo, with its notes, is written before the sync in front of it",
    apply: moved(
      (event) => isRedo(event) && (event as BeganEvent).redo!.changes.some(isNote),
      syncAt("log-commit"),
    ),
  },
  {
    edge: "promise-before-ack",
    what: "a commit is acknowledged before its sync",
    apply: moved(({ type }) => type === "acknowledged", syncAt("log-commit")),
  },
  {
    edge: "promise-before-ack",
    what: "a tablespace is acknowledged before the sync of its redo",
    apply: moved(
      (event) => event.type === "acknowledged" && event.what === "create",
      syncAt("log-write-ahead"),
    ),
  },
  {
    edge: "promise-before-ack",
    what: "a checkpoint is acknowledged before its block is durable",
    apply: moved(
      (event) => event.type === "acknowledged" && event.what === "checkpoint",
      syncAt("checkpoint-log"),
    ),
  },
  {
    edge: "nothing-after-failed-sync",
    what: "a redo sync fails, and life goes on",
    apply: failed(syncAt("log-commit")),
  },
  {
    edge: "nothing-after-failed-sync",
    what: "a page write fails, and life goes on",
    apply: failed(pageInPlace),
  },
  {
    edge: "one-write-at-a-time",
    what: "a page is written again while it is in flight",
    apply: twice,
  },
];

function isNote(change: { type: string }): boolean {
  return change.type === "note";
}
