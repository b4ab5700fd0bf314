// The guess in messages about unknown names.

import { describe, expect, test } from "vitest";
import { editDistance, nearestName } from "../../host/nearest.js";

describe("nearest", () => {
  test.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["abc", "", 3],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["fsync", "fdatasync", 4],
  ])("nearest: %j to %j → distance %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  test("nearest: case and dashes do not count", () => {
    expect(nearestName("O-DIRECT", ["o_direct", "fsync"])).toBe("o_direct");
  });

  test("nearest: more than a third of the letters differ → null", () => {
    expect(nearestName("banana", ["fsync", "O_DIRECT"])).toBeNull();
    expect(nearestName("anything", [])).toBeNull();
  });
});
