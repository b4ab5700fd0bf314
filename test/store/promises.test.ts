// What a resolved transaction promises: by setting, shared by many, and across a close.

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { ENGINE_OPTION } from "../../host/engine-options.js";
import type { Store } from "../../host/store.js";
import type { Tablespace } from "../../host/transaction.js";
import { bytesOf, newPages, numberBytes, numberOf, textAt } from "./helpers.js";
import { BACKENDS, newPlace, type Place } from "./places.js";

/** Background redo every 45 minutes: what is written, a commit has asked for. */
const NO_TIMER = { innodb_flush_log_at_timeout: 2700 };

interface Lsns {
  readonly end: number;
  readonly written: number;
  readonly flushed: number;
}

function lsnsOf(store: Store): Lsns {
  const status = store.status();
  return {
    end: status["Innodb_redo_log_current_lsn"]!,
    written: status["Innodb_redo_log_write_lsn"]!,
    flushed: status["Innodb_redo_log_flushed_to_disk_lsn"]!,
  };
}

/** One commit in either flavor; the LSNs at the moment it is acknowledged. */
async function lsnsAtAck(store: Store, flavor: string, space: Tablespace, page: number) {
  if (flavor === "transactionSync") {
    store.transactionSync((tx) => tx.write(space, page, 0, bytesOf("x")));
  } else {
    await store.transaction((tx) => tx.write(space, page, 0, bytesOf("x")));
  }
  return lsnsOf(store);
}

describe.each(BACKENDS)("promises on %s", (backend) => {
  const places: Place[] = [];

  function place(): Place {
    places.push(newPlace(backend));
    return places.at(-1)!;
  }

  afterEach(() => {
    for (const used of places.splice(0)) used.clean();
  });

  describe.each(["transaction", "transactionSync"])("%s", (flavor) => {
    test("innodb_flush_log_at_trx_commit=1 → durable at the acknowledgment", async () => {
      const store = await place().open({ ...NO_TIMER, innodb_flush_log_at_trx_commit: 1 });
      const { space, pages } = await newPages(store, "a", 1);

      const lsns = await lsnsAtAck(store, flavor, space, pages[0]!);

      expect(lsns).toEqual({ end: lsns.end, written: lsns.end, flushed: lsns.end });
      await store.close();
    });

    test("innodb_flush_log_at_trx_commit=2 → written, not yet durable", async () => {
      const store = await place().open({ ...NO_TIMER, innodb_flush_log_at_trx_commit: 2 });
      const { space, pages } = await newPages(store, "a", 1);

      const { end, written, flushed } = await lsnsAtAck(store, flavor, space, pages[0]!);

      expect(written).toBe(end);
      expect(flushed).toBeLessThan(end);
      await store.close();
    });

    test("innodb_flush_log_at_trx_commit=0 → in the log buffer, not yet written", async () => {
      const store = await place().open({ ...NO_TIMER, innodb_flush_log_at_trx_commit: 0 });
      const { space, pages } = await newPages(store, "a", 1);

      const { end, written } = await lsnsAtAck(store, flavor, space, pages[0]!);

      expect(written).toBeLessThan(end);
      await store.close();
    });
  });

  test.each([0, 2])(
    "innodb_flush_log_at_trx_commit=%i → durable innodb_flush_log_at_timeout later",
    async (policy) => {
      const often = new Map([[ENGINE_OPTION.logTimeoutMs, 50]]);
      const store = await place().open({ innodb_flush_log_at_trx_commit: policy }, often);
      const { space, pages } = await newPages(store, "a", 1);
      const { end } = await lsnsAtAck(store, "transaction", space, pages[0]!);

      for (let waited = 0; waited < 10_000 && lsnsOf(store).flushed < end; waited += 50) {
        await sleep(50);
      }

      expect(lsnsOf(store).flushed).toBeGreaterThanOrEqual(end);
      await store.close();
    },
  );

  test.each([1, 2])(
    "innodb_flush_log_at_trx_commit=%i → a copy of the files made at the acknowledgment has it",
    async (policy) => {
      const store = await place().open({ ...NO_TIMER, innodb_flush_log_at_trx_commit: policy });
      const { space, pages } = await newPages(store, "a", 1);
      await store.transaction((tx) => tx.write(space, pages[0]!, 0, bytesOf("acknowledged")));

      const copy = place();
      for (const [name, bytes] of places[0]!.files()) copy.write(name, bytes);
      const other = await copy.open();

      expect(textAt(other, other.tablespace("a")!, pages[0]!, 12)).toBe("acknowledged");
      await other.close();
      await store.close();
    },
  );

  test("group commit: 64 concurrent commits → at most 8 syncs of the log", async () => {
    const store = await place().open();
    const { space, pages } = await newPages(store, "a", 64);
    const before = store.status()["Innodb_os_log_fsyncs"]!;

    await Promise.all(
      pages.map((page) => store.transaction((tx) => tx.write(space, page, 0, bytesOf("x")))),
    );

    const syncs = store.status()["Innodb_os_log_fsyncs"]! - before;
    expect(syncs).toBeGreaterThanOrEqual(1);
    expect(syncs).toBeLessThanOrEqual(8);
    await store.close();
  });

  const endings = [0, 1, 2].flatMap((policy) => [1, 2].map((shutdown) => ({ policy, shutdown })));
  test.each(endings)(
    "close: with commits pending, policy $policy, shutdown $shutdown → each settles, none is lost",
    async ({ policy, shutdown }) => {
      const options = {
        innodb_flush_log_at_trx_commit: policy,
        innodb_fast_shutdown: shutdown,
      };
      // More pages than frames, so that some bodies are still waiting for reads.
      const store = await place().open(options);
      const { space, pages } = await newPages(store, "a", 100);
      const acknowledged = new Set<number>();
      const refused: string[] = [];
      const work = pages.map((page, n) =>
        store
          .transaction(async (tx) => {
            if (n % 2 === 0) await tx.read(space, page, 0, 1);
            tx.write(space, page, 100, numberBytes(n + 1000));
          })
          .then(
            () => acknowledged.add(n),
            (error: { code: string }) => refused.push(error.code),
          ),
      );
      await store.close();
      await Promise.all(work);

      expect(acknowledged.size + refused.length).toBe(100);
      expect(refused.filter((code) => code !== "CLOSED")).toEqual([]);
      const again = await places[0]!.open();
      const target = new Uint8Array(8);
      for (const n of acknowledged) {
        again.readSync(again.tablespace("a")!, pages[n]!, 100, target);
        expect(numberOf(target), `page ${pages[n]!}`).toBe(n + 1000);
      }
      await again.close();
    },
  );

  test("close: a second call → resolves only when the first has let go", async () => {
    const home = place();
    const store = await home.open();
    void store.close();

    await store.close();

    await (await home.open()).close();
  });
});
