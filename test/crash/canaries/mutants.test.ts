// The mutants themselves: each applies to the engine as it is, compiles, and looks from outside
// like the release.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../host/package-root.js";
import { buildVariant, engineSource } from "../../lab/engine-variant.js";
import { buildMutant, ENGINE_MUTANTS, mutate, type Mutant } from "../../lab/mutants/index.js";

const release = WebAssembly.Module.exports(
  new WebAssembly.Module(readFileSync(join(packageRoot(), "build/engine.wasm"))),
);

const EXAMPLE: Mutant = {
  name: "example",
  bug: "One becomes two.",
  breaks: "arithmetic",
  file: "engine/example.ts",
  edits: [{ find: "return 1;", replace: "return 2;" }],
};

describe("mutants: a text to replace", () => {
  test("is there once → is replaced, and nothing else", () => {
    expect(mutate("a();\nreturn 1;\n", EXAMPLE)).toBe("a();\nreturn 2;\n");
  });

  test.each(["return 3;", "return 1; return 1;"])(
    "is not there exactly once: %s → error",
    (text) => {
      expect(() => mutate(text, EXAMPLE)).toThrow(/mutant example: found [02] times/);
    },
  );

  test("holds $ signs → they mean themselves", () => {
    const dollars = { ...EXAMPLE, edits: [{ find: "x", replace: "$&$1" }] };

    expect(mutate("(x)", dollars)).toBe("($&$1)");
  });
});

describe("mutants: the list", () => {
  test("names are unique, and every area has its share", () => {
    const names = ENGINE_MUTANTS.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(22);
  });

  test.each(ENGINE_MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    "%s: applies once, compiles, exports what the release exports",
    async (_name, mutant) => {
      const source = engineSource(mutant.file);
      expect(mutate(source, mutant)).not.toBe(source);

      const module = await buildMutant(mutant);

      expect(WebAssembly.Module.exports(module)).toEqual(expect.arrayContaining(release));
      expect(WebAssembly.Module.exports(module)).toHaveLength(release.length);
    },
  );

  test("a mutant that does not compile → the compiler's words", async () => {
    const files = new Map([["engine/limits.ts", "export const X: u32 = nothing;"]]);

    await expect(buildVariant({ name: "broken", files })).rejects.toThrow(/Cannot find name/);
  });
});
