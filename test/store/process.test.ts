// A store among others: in a process that just ends, in a thread, and beside a second store.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { startChild } from "../host/run-in-child.js";
import { bytesOf, newPages, textAt } from "./helpers.js";
import { BACKENDS, DiskPlace, DISKS, newPlace, type Place } from "./places.js";
import { writeScript } from "./script.js";

const places: Place[] = [];

function placeOf<T extends Place>(place: T): T {
  places.push(place);
  return place;
}

afterEach(() => {
  for (const place of places.splice(0)) place.clean();
});

const WRITE_ONE_PAGE = `
  const store = await place.open();
  const { space, pages } = await helpers.newPages(store, "a", 1);
  await store.transaction((tx) => tx.write(space, pages[0], 0, helpers.bytesOf("hello")));
`;

describe.each(DISKS)("process on %s", (backend) => {
  test("process: it ends with its store open → by itself, and its commits are there", async () => {
    const place = placeOf(new DiskPlace(backend));
    const code = `${WRITE_ONE_PAGE} console.log("committed " + pages[0]);`;

    const child = startChild(writeScript(backend, place.dir, code), []);
    const closed = once(child.process, "close");
    const line = await child.line();
    const [status, signal] = (await closed) as [number | null, string | null];

    expect([status, signal]).toEqual([0, null]);
    const store = await place.open();
    const page = Number(line.replace("committed ", ""));
    expect(textAt(store, store.tablespace("a")!, page, 5)).toBe("hello");
    await store.close();
  });

  test("process: it is killed right after an acknowledgment → the commit is there", async () => {
    const place = placeOf(new DiskPlace(backend));
    const code = `${WRITE_ONE_PAGE}
      console.log("committed " + pages[0]);
      for (let n = 0; ; n++) {
        await store.transaction((tx) => tx.write(space, pages[0], 8, helpers.numberBytes(n)));
      }`;
    const child = startChild(writeScript(backend, place.dir, code), []);
    const line = await child.line();
    await child.kill();

    const store = await place.open();
    const page = Number(line.replace("committed ", ""));
    expect(textAt(store, store.tablespace("a")!, page, 5)).toBe("hello");
    await store.close();
  });
});

describe.each(BACKENDS)("store on %s", (backend) => {
  test("thread: a store in a worker → commits and reads as anywhere", async () => {
    const place = placeOf(newPlace(backend));
    const disk = DISKS.find((name) => name === backend);
    const home = { memory: "new MemoryPlace()", sim: "new SimPlace()" }[place.backend as string];
    const code = `
      import { parentPort } from "node:worker_threads";
      const store = await (${home ?? "place"}).open();
      const { space, pages } = await helpers.newPages(store, "a", 100);
      await Promise.all(pages.map((page, n) =>
        store.transaction((tx) => tx.write(space, page, 0, helpers.bytesOf("page " + (n + 1))))));
      const texts = pages.map((page) => helpers.textAt(store, space, page, 6));
      await store.close();
      parentPort.postMessage(texts[41]);
    `;

    const worker = new Worker(writeScript(disk ?? "node-fs", place.dir, code));
    const [message] = (await once(worker, "message")) as [string];
    await worker.terminate();

    expect(message).toBe("page 4");
  });

  test("two stores: in one process → each has its own pages, counters and end", async () => {
    const [one, two] = [placeOf(newPlace(backend)), placeOf(newPlace(backend))];
    const stores = await Promise.all([one.open(), two.open()]);
    const spaces = await Promise.all(stores.map((store) => newPages(store, "a", 5)));
    await Promise.all(
      stores.flatMap((store, n) =>
        spaces[n]!.pages.map((page) =>
          store.transaction((tx) => tx.write(spaces[n]!.space, page, 0, bytesOf(`store ${n}`))),
        ),
      ),
    );

    await stores[0].close();

    const page = spaces[1]!.pages[4]!;
    expect(textAt(stores[1], spaces[1]!.space, page, 7)).toBe("store 1");
    expect(stores[1].status()["trx_commits"]).toBe(15);
    await stores[1].close();
    const again = await one.open();
    expect(textAt(again, again.tablespace("a")!, spaces[0]!.pages[4]!, 7)).toBe("store 0");
    await again.close();
  });
});
