// Paths and files of the disk in memory.

import { expect, test } from "vitest";
import { MemoryDisk } from "../../host/backend/memory-disk.js";

test("memory disk: several spellings of a path → one file", () => {
  const disk = new MemoryDisk();
  disk.makeDirectory("/a/b");
  const file = disk.create("/a/b/c");

  for (const path of ["/a/b/c", "/a//b/./c", "/a/x/../b/c", "/../a/b/c", "/a/b/c/"]) {
    expect(disk.find(path), path).toBe(file);
  }
});

test("memory disk: relative and absolute paths → different files", () => {
  const disk = new MemoryDisk();
  disk.create("file");

  expect(disk.list(".")).toEqual(["file"]);
  expect(disk.list("/")).toEqual([]);
  expect(disk.list("./")).toEqual(["file"]);
});

test("memory disk: a file in the way of a directory → EEXIST, nothing made", () => {
  const disk = new MemoryDisk();
  disk.create("/a");

  expect(() => disk.makeDirectory("/a/b/c")).toThrow("EEXIST");
  expect(disk.list("/a/b")).toBe(null);
  expect(() => disk.list("/a")).toThrow("ENOTDIR");
});

test("memory disk: open a directory → EISDIR; create over it → EEXIST", () => {
  const disk = new MemoryDisk();
  disk.makeDirectory("/a");

  expect(() => disk.find("/a")).toThrow("EISDIR");
  expect(() => disk.create("/a")).toThrow("EEXIST");
});

test("memory disk: an unlinked file → gone by name, alive through its object", () => {
  const disk = new MemoryDisk();
  const file = disk.create("file");
  file.reserve(0, 3).set([1, 2, 3]);

  disk.unlink("file");
  disk.create("file");

  expect([...file.content(0, 3)]).toEqual([1, 2, 3]);
  expect(disk.find("file").size).toBe(0);
});

test("memory disk: growth in every step size → old bytes kept, new ones zero", () => {
  const file = new MemoryDisk().create("file");
  const model: number[] = [];
  for (let step = 1; step < 200; step++) {
    file.reserve(model.length + step, 1)[0] = step;
    for (let i = 0; i < step; i++) model.push(0);
    model.push(step);
  }

  expect(file.size).toBe(model.length);
  expect([...file.content(0, file.size)]).toEqual(model);
});
