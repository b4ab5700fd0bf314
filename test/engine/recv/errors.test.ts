// I/O errors while a store is recovered: every request of a recovery fails once.

import { describe, expect, test } from "vitest";
import { FILE_KINDS } from "../../../host/abi.js";
import type { Request } from "../disk.js";
import { EIO, isOpen, Machine, sectors, STATUS } from "../harness.js";
import type { Disk, Options } from "../harness.js";
import { seededRandom } from "../../format/helpers.js";
import { cutAt, cutsOf, openRunning, record } from "../script.js";

const TIGHT: Options = { framesCount: 28 };
const recording = record(12, TIGHT);

/** Crashes whose recoveries repair, apply, extend, write back and delete. */
function crashes(): { disk: Disk; promised: number; cut: number }[] {
  const random = seededRandom(12);
  const cuts = cutsOf(recording.machine.journal).filter((_, index) => index % 40 === 30);
  return cuts.map((cut) => ({ cut, ...cutAt(recording, cut, sectors(random, 0.5)) }));
}

/** Opens with request number `failing` failing; null when recovery makes fewer requests. */
function openFailing(disk: Disk, failing: number): { machine: Machine; failed: Request } | null {
  const machine = new Machine(TIGHT, disk);
  let count = 0;
  let failed: Request | null = null;
  machine.fault = (request) => {
    if (count++ !== failing) return 0;
    failed = request;
    return EIO;
  };
  machine.x.storeOpen();
  machine.settle(() => isOpen(machine));
  return failed === null ? null : { machine, failed };
}

describe("recv: one request fails", () => {
  test("a read → refused, or read again; a write or a sync → poisoned; the next open is whole", () => {
    const seen = new Set<string>();
    for (const crash of crashes()) {
      for (let failing = 0; ; failing++) {
        const disk = crash.disk.clone();
        const opened = openFailing(disk, failing);
        if (opened === null) break;
        const { op, kind, id } = opened.failed;
        const name = `cut ${crash.cut}, request ${failing}, ${op} of ${kind} file ${id}`;
        seen.add(op);
        expectRefusal(opened.machine, opened.failed, name);
        opened.machine.dispose();

        const again = openRunning(disk, TIGHT);
        recording.model.check(again, crash.promised, crash.cut);
        again.dispose();
      }
    }
    expect([...seen].sort()).toEqual(["read", "sync", "sync-dir", "write"]);
  });
});

function expectRefusal(machine: Machine, { op, kind, id }: Request, name: string): void {
  // A page read ahead is read again when its turn comes.
  if (op === "read" && machine.state() === "RUNNING") return;
  expect(machine.state(), name).toBe("FAILED");
  const failure = machine.failure();
  expect(failure.what, name).toBe(machine.value("WHAT_IO"));
  if (op !== "read") return expect(machine.x.isPoisoned(), name).toBe(1);
  expect(machine.x.storeStatus(), name).toBe(STATUS.READ_FAILED);
  // The message names the file that could not be read, not one that was read before.
  expect([FILE_KINDS[failure.kind], failure.id], name).toEqual([kind, id]);
}
