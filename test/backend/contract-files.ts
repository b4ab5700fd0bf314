// Contract, part 4: files and directories, and the IoErrors that name what went wrong.

import { IoError } from "../../host/errors.js";
import { CALL } from "../../host/backend/backend.js";
import type { Check } from "./contract.js";
import { BUFFERED, bytesDiffer, differ, first, PAGE } from "./rig.js";

const { pwrite } = CALL;

export const fileChecks: Readonly<Record<string, Check>> = {
  "create is exclusive, open needs a file, and neither empties one": async (rig) => {
    const file = rig.create("exclusive");
    const expected = rig.pattern(0, 777, 1).slice();
    await rig.results({ call: pwrite, file, length: 777 });
    const path = rig.path("exclusive");
    const again = rig.backend.open(path, BUFFERED, false);
    const found = await rig.content(again, 0, 777);
    rig.backend.close(again);
    return first(
      bytesDiffer("the reopened file", expected, found),
      fails("create again", "EEXIST", path, () => rig.backend.open(path, BUFFERED, true)),
      missing("open", rig.path("none"), (at) => rig.backend.open(at, BUFFERED, false)),
      missing("create", rig.path("none/file"), (at) => rig.backend.open(at, BUFFERED, true)),
    );
  },

  "a size is exact, and seen through every handle": async (rig) => {
    const file = rig.create("size");
    const other = rig.backend.open(rig.path("size"), BUFFERED, false);
    const sizes = [rig.backend.fileSize(file)];
    await rig.results({ call: pwrite, file, offset: 1000, length: 234 });
    sizes.push(rig.backend.fileSize(file), rig.backend.fileSize(other));
    rig.backend.close(other);
    return differ("sizes", [0, 1234, 1234], sizes);
  },

  "unlink removes the name": async (rig) => {
    const path = rig.path("unlinked");
    rig.close(rig.create("unlinked"));
    rig.backend.unlink(path);
    return first(
      differ("names", [], rig.backend.list(rig.subject.dir)),
      missing("open", path, (at) => rig.backend.open(at, BUFFERED, false)),
      missing("unlink again", path, (at) => rig.backend.unlink(at)),
    );
  },

  "directories are made with their parents, listed, and synced": async (rig) => {
    const deep = rig.path("a/b");
    const before = rig.backend.list(deep);
    rig.backend.makeDirectory(deep);
    rig.backend.makeDirectory(deep);
    rig.create("a/b/2");
    rig.create("a/b/1");
    rig.backend.syncDirectory(deep);
    const names = (path: string): string[] => [...(rig.backend.list(path) ?? ["null"])].sort();
    return first(
      differ("names of a missing directory", null, before),
      differ("names", ["1", "2"], names(deep)),
      differ("names above", ["b"], names(rig.path("a"))),
      missing("syncDirectory", rig.path("none"), (at) => rig.backend.syncDirectory(at)),
    );
  },

  "files outlive their backend": async (rig) => {
    const file = rig.create("kept");
    const expected = rig.pattern(0, PAGE, 8).slice();
    await rig.results({ call: pwrite, file, length: PAGE });
    rig.close(file);
    const later = rig.reopened();
    const again = later.backend.open(later.path("kept"), BUFFERED, false);
    const found = await later.content(again, 0, PAGE);
    later.backend.close(again);
    await later.end();
    return bytesDiffer("the file", expected, found);
  },
};

function missing(what: string, path: string, call: (path: string) => unknown): string | null {
  return fails(what, "ENOENT", path, () => call(path));
}

function fails(what: string, code: string, path: string, call: () => unknown): string | null {
  try {
    call();
  } catch (error) {
    if (!(error instanceof IoError)) return `${what}: expected IoError, found ${String(error)}`;
    return differ(what, [code, path], [error.code, error.file]);
  }
  return `${what}: expected IoError ${code}, found success`;
}
