// Recovery remembers nothing of tablespaces that are gone: a log may have seen any number of them.

import { describe, expect, test } from "vitest";
import { allocatePages, createStore, openStore, STATUS, WriteSet } from "../harness.js";
import type { Machine, Options } from "../harness.js";
import { openRunning } from "../script.js";

/** No checkpoint comes in between. */
const LARGE: Options = { redoCapacity: 64 << 20, framesCount: 128 };

function churn(machine: Machine, cycles: number): void {
  for (let n = 0; n < cycles; n++) {
    const space = machine.createSpace(`temporary ${n}`);
    const [page] = allocatePages(machine, space, 1);
    machine.commit(new WriteSet().write(space, page!, 0, Uint8Array.of(n & 0xff)));
    expect(machine.ddl("drop", `temporary ${n}`)).toBe(STATUS.OK);
  }
}

describe("recv: tablespaces created and dropped since the checkpoint", () => {
  test("more of them than the table has places → opens, and the one that stayed is whole", () => {
    const machine = createStore(LARGE);
    const places = machine.x.dictCapacity();
    const kept = machine.createSpace("kept");
    const [page] = allocatePages(machine, kept, 1);
    machine.commit(new WriteSet().write(kept, page!, 0, Uint8Array.of(42)));
    machine.checkpoint();
    machine.commit(new WriteSet().write(kept, page!, 1, Uint8Array.of(43)));
    const before = machine.x.lsn();
    churn(machine, places + 16);
    machine.flush();
    expect(machine.x.checkpointLsn(), "the log has all of it").toBeLessThanOrEqual(before);

    const again = openRunning(machine.disk.clone(), LARGE);

    expect([...again.dictionary().keys()]).toEqual(["kept"]);
    const body = again.read(kept, page!) as Uint8Array;
    expect([...body.subarray(0, 2)]).toEqual([42, 43]);
    expect(again.createSpace("next")).toBeGreaterThan(kept + places + 16);
  });

  test("the file of one that stayed is gone as well → refused, the tablespace named", () => {
    const machine = createStore();
    const kept = machine.createSpace("kept");
    const [page] = allocatePages(machine, kept, 1);
    machine.commit(new WriteSet().write(kept, page!, 0, Uint8Array.of(42)));
    machine.flush();
    const disk = machine.disk.clone();
    disk.files.delete(`data:${kept}`);

    const again = openStore(disk);

    expect(again.x.storeStatus()).toBe(STATUS.DAMAGED);
    expect(again.failure()).toMatchObject({ what: again.value("WHAT_SPACE_MISSING"), id: kept });
  });
});
