// Where batches keep their copies: every batch its own segment, all inside the files.

import { describe, expect, test } from "vitest";
import { Disk, Machine, PAGE } from "../harness.js";

describe("dblwr: segments", () => {
  test("1 to 9 batches, 1 to 9 files, 1 to 5 pages → no two overlap, files end with the last", () => {
    for (let batches = 1; batches <= 9; batches++) {
      for (let files = 1; files <= 9; files++) {
        const pages = 1 + ((batches + files) % 5);
        const machine = new Machine(
          { batchesCount: batches, doublewriteFiles: files, doublewritePages: pages },
          new Disk(),
        );
        const taken = new Set<string>();
        const ends = new Map<number, number>();
        for (let batch = 0; batch < batches; batch++) {
          const file = Number(machine.call("segmentFile", batch));
          const offset = Number(machine.call("segmentOffset", batch));
          const name = `${batches} batches, ${files} files: ${file}:${offset}`;
          expect(offset % (pages * PAGE), name).toBe(0);
          expect(taken.has(`${file}:${offset}`), name).toBe(false);
          taken.add(`${file}:${offset}`);
          ends.set(file, Math.max(ends.get(file) ?? 0, offset + pages * PAGE));
        }
        expect(ends.size).toBe(Math.min(batches, files));
        for (const [file, end] of ends) {
          expect(Number(machine.call("segmentFileSize", file))).toBe(end);
        }
        machine.dispose();
      }
    }
  });
});
