// The simulated disk is asked for what a real one is asked for: the same script makes the same
// calls on every backend, file by file, under every method and doublewrite mode. Order between
// files is not compared: which of two page writes ends first is the disk's business.

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { methodNames } from "../../../host/flush/index.js";
import type { TraceEvent } from "../../../host/trace.js";
import { BACKENDS, newPlace, type Place, type PlaceName } from "../../store/places.js";
import { bytesOf, newPages } from "../../store/helpers.js";

const TIMEOUT_MS = 120_000;
const PROFILE = "mysql-8.4";
const MODES = ["ON", "OFF", "DETECT_ONLY"] as const;
/** No node:fs and not every file system writes pages atomically. */
const METHODS = methodNames(PROFILE).filter((name) => name !== "RWF_ATOMIC");

const places: Place[] = [];

// A checkpoint a second comes with the clock: it stands still, so that a slow moment brings none.
beforeAll(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterAll(() => void vi.useRealTimers());

afterEach(() => {
  for (const place of places.splice(0)) place.clean();
});

/** Every call of the script, by file, in order. */
async function callsOn(
  name: PlaceName,
  method: string,
  mode: string,
): Promise<Map<string, string[]>> {
  const place = newPlace(name);
  places.push(place);
  const calls = new Map<string, string[]>();
  const trace = ({ call, kind, id, point, offset, length }: TraceEvent): void => {
    const key = `${kind} ${id}`;
    calls.set(key, [...(calls.get(key) ?? []), `${call} ${point} ${offset} ${length}`]);
  };
  await script(place, {
    ...{ trace, profile: PROFILE, innodb_flush_method: method, innodb_doublewrite: mode },
    // The clock alone must not ask for anything.
    ...{ innodb_max_dirty_pages_pct_lwm: 90, innodb_adaptive_flushing: false },
  });
  return calls;
}

/** One committer: pages, commits, a checkpoint, a file that grows, a tablespace dropped. */
async function script(place: Place, options: Parameters<Place["open"]>[0]): Promise<void> {
  const store = await place.open(options);
  const { space, pages } = await newPages(store, "a", 6);
  for (let n = 0; n < 12; n++) {
    const page = pages[n % pages.length]!;
    await store.transaction((tx) => tx.write(space, page, 8 * n, bytesOf(`commit ${n}`)));
    if (n % 5 === 4) await store.checkpoint();
  }
  await newPages(store, "b", 20);
  await store.dropTablespace("b");
  await store.close();
  const again = await place.open(options);
  await again.read(again.tablespace("a")!, pages[0]!, 0, 8);
  await again.close();
}

describe.each(METHODS)("same calls, %s", { timeout: TIMEOUT_MS }, (method) => {
  test.each(MODES)("doublewrite %s → every backend is asked the same", async (mode) => {
    const expected = await callsOn("sim", method, mode);
    expect([...expected.keys()].sort()).toContain("log 0");

    for (const name of BACKENDS.filter((each) => each !== "sim")) {
      const found = await callsOn(name, method, mode);
      expect([...found.keys()].sort(), name).toEqual([...expected.keys()].sort());
      for (const [file, calls] of expected) {
        expect(found.get(file), `${name}: calls on file ${file}`).toEqual(calls);
      }
    }
  });
});
