// The contract of every flush method under every profile: the class it states is the class its
// table keeps, no more and no less. Canaries at the end show that a broken table is caught.

import { describe, expect, test } from "vitest";
import type { FlushMethod, MethodFile, SyncPoint } from "../../host/flush/index.js";
import {
  callFor,
  durabilityOf,
  matrixRow,
  methodNames,
  METHOD_FILES,
  openModeFor,
  POINTS_OF,
  profileNamed,
  profileNames,
  resolveMethod,
  ruleFor,
  SYNC_POINTS,
} from "../../host/flush/index.js";
import { brokenEdges, derivedClass } from "./derivation.js";

const DOUBLEWRITE = ["ON", "OFF", "fast"];

/** Every table a user can reach. */
const REACHABLE = profileNames().flatMap((profile) =>
  methodNames(profile).flatMap((name) =>
    DOUBLEWRITE.filter((mode) => mode !== "fast" || profileNamed(profile).fastDoublewrite).map(
      (doublewrite) => ({
        label: `${profile} ${name} doublewrite=${doublewrite}`,
        profile,
        method: resolveMethod(name, { profile, doublewrite }),
      }),
    ),
  ),
);

describe.each(REACHABLE)("flush contract: $label", ({ method, profile }) => {
  test("the stated class is exactly what the table keeps", () => {
    expect(derivedClass(matrixRow(method))).toBe(method.durability);
    expect(durabilityOf(method)).toBe(method.durability);
  });

  test("a class below power-loss has a caveat of one sentence, power-loss has none", () => {
    if (method.durability === "power-loss") expect(method.caveat).toBe("");
    else expect(method.caveat).toMatch(/^[A-Z].+\.$|^innodb_.+\.$/);
  });

  test("every file kind has an answer at each of its points, and the table is frozen", () => {
    for (const kind of ["data", "log", "dblwr", "bdblwr", "marker"] as const) {
      for (const point of POINTS_OF[kind]) {
        const { rule, call } = callFor(method, kind, point);
        expect(call === null, `${kind} ${point}`).toBe(rule === "none");
        if (call !== null) expect(call).toBe(method.syncCall);
      }
      expect(Object.isFrozen(openModeFor(method, kind))).toBe(true);
    }
    expect(Object.isFrozen(method) && Object.isFrozen(method.sync)).toBe(true);
  });

  test("the name resolves to the same table in any case", () => {
    const { name } = method;
    expect(resolveMethod(name.toUpperCase(), { profile }).name).toBe(name);
    expect(resolveMethod(` ${name.toLowerCase()} `, { profile }).name).toBe(name);
  });
});

describe("flush contract: canaries", () => {
  const strict = resolveMethod("O_DIRECT");
  const EDGES: readonly (readonly [MethodFile, SyncPoint])[] = [
    ["log", "log-commit"],
    ["log", "log-write-ahead"],
    ["dblwr", "dblwr-batch"],
    ["log", "checkpoint-log"],
    ["data", "recovery"],
    ["log", "file-create"],
    ["data", "file-create"],
    ["dblwr", "file-create"],
    ["data", "file-extend"],
  ];

  test.each(EDGES)("a table without the sync of %s at %s → caught", (file, point) => {
    const broken: FlushMethod = { ...strict, except: { [file]: { [point]: "none" } } };

    expect(derivedClass(matrixRow(broken))).not.toBe(broken.durability);
    expect(durabilityOf(broken)).not.toBe(broken.durability);
  });

  test("pages synced neither after a batch nor at the checkpoint → caught", () => {
    const sync = { ...strict.sync, "data-batch": "none", "checkpoint-data": "none" } as const;
    const broken: FlushMethod = { ...strict, sync };

    expect(brokenEdges(matrixRow(broken), "power cut, volatile cache")).toEqual([
      "pages before the checkpoint",
    ]);
    expect(durabilityOf(broken)).toBe("protected-cache");
  });

  test("an O_DSYNC log that is opened without the flag → caught", () => {
    const base = resolveMethod("O_DSYNC");
    const open = { ...base.open, log: { direct: false, sync: "none" } } as const;
    const broken: FlushMethod = { ...base, open };

    expect(derivedClass(matrixRow(broken))).toBe("process-crash");
    expect(durabilityOf(broken)).toBe("process-crash");
  });

  test.each(METHOD_FILES)("no sync on %s at any of its points → never power-loss", (file) => {
    const none = Object.fromEntries(POINTS_OF[file].map((point) => [point, "none" as const]));
    const broken: FlushMethod = { ...strict, except: { [file]: none } };

    expect(derivedClass(matrixRow(broken))).not.toBe("power-loss");
    expect(durabilityOf(broken)).not.toBe("power-loss");
  });
});

describe("flush contract: random tables", () => {
  test("both derivations agree on 2000 seeded tables", () => {
    const random = generator(20260601);
    const pick = <T>(values: readonly T[]): T => values[random() % values.length] as T;
    for (let round = 0; round < 2000; round++) {
      const table: FlushMethod = {
        ...resolveMethod("fsync"),
        open: Object.fromEntries(
          METHOD_FILES.map((file) => [
            file,
            { direct: pick([true, false]), sync: pick(["none", "none", "dsync"] as const) },
          ]),
        ) as FlushMethod["open"],
        sync: Object.fromEntries(
          SYNC_POINTS.map((point) => [
            point,
            pick(["sync", "sync", "sync", "sync", "none", "size-changed"] as const),
          ]),
        ) as FlushMethod["sync"],
      };
      const shown = JSON.stringify({ round, open: table.open, sync: table.sync });
      expect(durabilityOf(table), shown).toBe(derivedClass(matrixRow(table)));
    }
  });
});

describe("flush contract: what every server keeps", () => {
  test.each(profileNames())(
    "%s: file-create and file-extend sync, 5.6 NO_FSYNC aside",
    (profile) => {
      for (const name of methodNames(profile)) {
        const lax = name === "none" || (profile === "mysql-5.6" && /NO_FSYNC/.test(name));
        const method = resolveMethod(name, { profile });
        for (const point of ["file-create", "file-extend", "recovery"] as const) {
          const expected = lax ? "none" : "sync";
          expect(ruleFor(method, "data", point), `${name} ${point}`).toBe(expected);
        }
        expect(ruleFor(method, "log", "file-create")).toBe(name === "none" ? "none" : "sync");
      }
    },
  );
});

/** xorshift32: the same tables in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
