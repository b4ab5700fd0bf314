// Mini-transactions as they stand in the log: one group each, with a note of what was durable.

import { describe, expect, test } from "vitest";
import { allocatePages, createStore, STATUS, WriteSet } from "../harness.js";
import type { Machine } from "../harness.js";
import { blockOf, BLOCK } from "../redo.js";

interface Record {
  readonly type: string;
  readonly isSingle: boolean;
  readonly page: number;
  readonly value: number;
}

const TYPES = [
  "WRITE_STRING",
  "MULTI_REC_END",
  "FILE_CREATE",
  "FILE_DELETE",
  "INIT_FILE_PAGE2",
  "FILE_EXTEND",
  "FLUSHED_TO",
];

/** The records between two LSNs, read from the file with the engine's parser. */
function recordsOf(machine: Machine, from: number, to: number): Record[] {
  const payload: number[] = [];
  for (let lsn = from; lsn < to; lsn++) {
    if (lsn % BLOCK >= 12 && lsn % BLOCK < 508)
      payload.push(blockOf(machine.disk, lsn).getUint8(lsn % BLOCK));
  }
  const at = machine.x.exchangeAddress();
  machine.bytes.set(payload, at);
  const records: Record[] = [];
  for (let done = 0; done < payload.length;) {
    const size = Number(machine.call("parseRecord", at + done, at + payload.length)) >>> 0;
    if (size === 0 || size > payload.length) throw new Error(`no record at ${from} + ${done}`);
    const type = machine.value("recType");
    records.push({
      type: TYPES.find((name) => machine.value(`MLOG_${name}`) === type) ?? `${type}`,
      isSingle: machine.value("recIsSingle") !== 0,
      page: machine.value("recPage"),
      value: machine.value("recValue1"),
    });
    done += size;
  }
  return records;
}

function storeAtRest(): { machine: Machine; space: number; pages: number[]; from: number } {
  const machine = createStore();
  const space = machine.createSpace("t");
  const pages = allocatePages(machine, space, 3);
  machine.flush();
  machine.rest();
  return { machine, space, pages, from: machine.x.lsn() };
}

describe("mtr: in the log", () => {
  test("one change → a note of its own, then one record marked as a whole group", () => {
    const { machine, space, pages, from } = storeAtRest();
    machine.commit(new WriteSet().write(space, pages[0]!, 0, "x"));
    machine.flush();
    expect(recordsOf(machine, from, machine.x.lsn())).toEqual([
      { type: "FLUSHED_TO", isSingle: true, page: 0, value: from },
      { type: "WRITE_STRING", isSingle: true, page: pages[0], value: 0 },
    ]);
  });

  test("several changes → unmarked records and an end mark", () => {
    const { machine, space, pages, from } = storeAtRest();
    machine.commit(new WriteSet().write(space, pages[0]!, 0, "x").write(space, pages[1]!, 0, "y"));
    machine.flush();
    const records = recordsOf(machine, from, machine.x.lsn()).slice(1);
    expect(records.map(({ type, isSingle }) => [type, isSingle])).toEqual([
      ["WRITE_STRING", false],
      ["WRITE_STRING", false],
      ["MULTI_REC_END", false],
    ]);
  });

  test("nothing became durable since the last note → no second note", () => {
    const { machine, space, pages, from } = storeAtRest();
    for (let n = 0; n < 3; n++) machine.commit(new WriteSet().write(space, pages[0]!, n, "x"));
    machine.flush();
    machine.commit(new WriteSet().write(space, pages[0]!, 9, "x"));
    const notes = (): Record[] =>
      recordsOf(machine, from, machine.x.lsn()).filter(({ type }) => type === "FLUSHED_TO");
    machine.flush();
    expect(notes()).toHaveLength(2);
    expect(notes()[1]!.value).toBeGreaterThan(from);
    expect(notes()[1]!.value).toBeLessThanOrEqual(machine.x.lsn());
  });

  test("create and drop of a tablespace, growth, allocation, free → the records they promise", () => {
    const { machine, from } = storeAtRest();
    const id = machine.createSpace("second");
    allocatePages(machine, id, 4);
    machine.commit(new WriteSet().free(id, 1));
    machine.ddl("drop", "second");
    machine.flush();
    const types = recordsOf(machine, from, machine.x.lsn()).map(({ type }) => type);
    for (const type of TYPES) expect(types, type).toContain(type);
    expect(types.indexOf("FILE_CREATE")).toBeLessThan(types.indexOf("INIT_FILE_PAGE2"));
    expect(types.indexOf("FILE_EXTEND")).toBeLessThan(types.lastIndexOf("INIT_FILE_PAGE2"));
  });

  test("a refused commit → its memo is released, nothing stays fixed", () => {
    const { machine, space, pages } = storeAtRest();
    const set = new WriteSet().write(space, pages[0]!, 0, "x").write(space, 0, 0, "no");
    expect(machine.commit(set)).toBe(STATUS.NOT_ALLOCATED);
    const block = Number(machine.call("hashFind", space, pages[0]!));
    expect(machine.view.getUint32(block + 40, true)).toBe(0);
  });
});
