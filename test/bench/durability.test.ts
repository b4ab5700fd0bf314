// Which promise a configuration keeps, and that the tables never rank across promises.

import { describe, expect, test } from "vitest";
import {
  classKey,
  classWords,
  survivalOf,
  survivalOfPlace,
  SURVIVALS,
  tornPagesOf,
  weaker,
} from "../../bench/durability.js";

describe("bench durability", () => {
  test("trx_commit 1 keeps the method's class; 2 never promises more than the process", () => {
    expect(survivalOf("power-loss", 1)).toBe("power-loss");
    expect(survivalOf("protected-cache", 1)).toBe("protected-cache");
    expect(survivalOf("power-loss", 2)).toBe("process-crash");
    expect(survivalOf("process-crash", 2)).toBe("process-crash");
    expect(survivalOf("power-loss", 0)).toBe("none");
  });

  test("a place in memory → no method there promises more than memory can", () => {
    expect(survivalOfPlace("tmpfs", "native")).toBe("process-crash");
    expect(survivalOfPlace("ext4", "memory")).toBe("none");
    expect(survivalOfPlace("ext4", "native")).toBe("power-loss");
    expect(survivalOfPlace(null, "native")).toBe("power-loss");
  });

  test("weaker → the later of the two in the order of the tables", () => {
    for (const [i, a] of SURVIVALS.entries()) {
      for (const [j, b] of SURVIVALS.entries()) {
        expect(weaker(a, b), `${a}, ${b}`).toBe(SURVIVALS[Math.max(i, j)]);
      }
    }
  });

  test("torn pages → repaired by copies, impossible with whole-page writes", () => {
    expect(tornPagesOf("ON", false)).toBe("repaired");
    expect(tornPagesOf("DETECT_AND_RECOVER", false)).toBe("repaired");
    expect(tornPagesOf("DETECT_ONLY", false)).toBe("not-repaired");
    expect(tornPagesOf("OFF", false)).toBe("not-repaired");
    expect(tornPagesOf("OFF", true)).toBe("impossible");
  });

  test("classes sort strongest first, and have different words", () => {
    const classes = SURVIVALS.flatMap((durability) => [
      { durability, torn_pages: "repaired" as const },
      { durability, torn_pages: "not-repaired" as const },
    ]);
    const keys = classes.map(classKey);

    expect([...keys].sort()).toEqual(keys);
    expect(new Set(classes.map(classWords)).size).toBe(classes.length);
    expect(classKey({ durability: "power-loss", torn_pages: "impossible" })).toBe(keys[0]);
  });
});
