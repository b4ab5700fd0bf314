// Requested and effective: every method of every profile, where O_DIRECT is real and where not.

import { describe, expect, test } from "vitest";
import type { BackendCapabilities } from "../../host/backend/backend.js";
import { StoreError } from "../../host/errors.js";
import {
  isWeaker,
  matrixRow,
  methodNames,
  METHOD_FILES,
  POINTS_OF,
  profileNames,
  resolveMethod,
  ruleFor,
} from "../../host/flush/index.js";
import {
  effectiveMethod,
  inOneDirectory,
  type AtomicWriteProbe,
  type DirectIoProbe,
  type Probes,
} from "../../host/probe/index.js";
import { derivedClass } from "../flush/derivation.js";

const BACKEND: BackendCapabilities = {
  checksums: true,
  rwf: true,
  blockingWait: true,
  executor: "io_uring",
  persistent: true,
};
const REAL: DirectIoProbe = {
  aligned: "ok",
  misaligned: "EINVAL",
  real: true,
  reason: "a misaligned write is refused",
  alignment: 512,
};
const PRETENDED: DirectIoProbe = {
  ...REAL,
  misaligned: "accepted",
  real: false,
  reason: "a misaligned direct write is accepted, so the file system buffers it",
};
const ATOMIC: AtomicWriteProbe = {
  available: true,
  refusedBy: null,
  reason: "",
  unitMin: 4096,
  unitMax: 65536,
};
const NO_ATOMIC: AtomicWriteProbe = {
  ...ATOMIC,
  available: false,
  refusedBy: "device",
  reason: "the device below ext4 offers no atomic writes",
};

function found(
  directIo: DirectIoProbe | null,
  atomicWrite: AtomicWriteProbe | null = null,
): Probes {
  return { directIo: directIo === null ? null : inOneDirectory(directIo), atomicWrite };
}

function codeOf(run: () => unknown): [string, string] {
  try {
    run();
  } catch (error) {
    if (error instanceof StoreError) return [error.code, error.message];
    throw error;
  }
  throw new Error("nothing was thrown");
}

const TABLES = profileNames().flatMap((profile) =>
  methodNames(profile).map((name) => ({
    label: `${profile} ${name}`,
    method: resolveMethod(name, { profile }),
  })),
);

describe.each(TABLES)("effective: $label", ({ method }) => {
  test("O_DIRECT is real → the very same table, nothing to report", () => {
    const result = effectiveMethod(method, found(REAL, ATOMIC), BACKEND);
    expect(result.effective).toBe(method);
    expect(result.substitutions).toEqual([]);
  });

  test("O_DIRECT is pretended → nothing is opened direct, and no promise is weaker", () => {
    const { effective, substitutions } = effectiveMethod(method, found(PRETENDED, ATOMIC), BACKEND);

    for (const file of METHOD_FILES) {
      expect(effective.open[file].direct).toBe(false);
      expect(effective.open[file].sync).toBe(method.open[file].sync);
      for (const point of POINTS_OF[file]) {
        const before = ruleFor(method, file, point);
        if (before === "sync") expect(ruleFor(effective, file, point)).toBe("sync");
      }
    }
    expect(isWeaker(effective.durability, method.durability)).toBe(false);
    expect(effective.durability).toBe(derivedClass(matrixRow(effective)));
    const isDirect = METHOD_FILES.some((file) => method.open[file].direct);
    expect(substitutions).toHaveLength(isDirect ? 1 : 0);
    expect(effective === method).toBe(!isDirect);
    expect(effective.name).toBe(method.name);
  });

  test("strict → METHOD_UNAVAILABLE exactly when something would be substituted", () => {
    const run = (): unknown => effectiveMethod(method, found(PRETENDED, ATOMIC), BACKEND, true);
    const isDirect = METHOD_FILES.some((file) => method.open[file].direct);
    if (isDirect) expect(codeOf(run)[0]).toBe("METHOD_UNAVAILABLE");
    else expect(run).not.toThrow();
  });
});

describe("effective: substitutions in words", () => {
  test("effective: pretended O_DIRECT → the files and the reason", () => {
    const method = resolveMethod("O_DIRECT");
    expect(effectiveMethod(method, found(PRETENDED), BACKEND).substitutions).toEqual([
      `data, dblwr opened without O_DIRECT: ${PRETENDED.reason}`,
    ]);
  });

  test("effective: nothing was probed → the table as it is", () => {
    const method = resolveMethod("O_DIRECT");
    expect(effectiveMethod(method, found(null), BACKEND, true).effective).toBe(method);
  });

  test("effective: 4096-byte alignment → only the log loses O_DIRECT", () => {
    const method = resolveMethod("O_DIRECT", { profile: "mariadb-10.11" });
    const coarse = { ...REAL, alignment: 4096 };
    const { effective, substitutions } = effectiveMethod(method, found(coarse), BACKEND);
    expect(effective.open.log.direct).toBe(false);
    expect(effective.open.data.direct).toBe(true);
    expect(substitutions).toEqual([
      "log opened without O_DIRECT: direct writes need 4096 bytes, a log block has 512",
    ]);
  });

  test.each(METHOD_FILES)("effective: only the disk of %s pretends → only that file", (file) => {
    const method = resolveMethod("O_DIRECT", { profile: "mariadb-10.11" });
    const directIo = { ...inOneDirectory(REAL), [file]: PRETENDED };
    const { effective, substitutions } = effectiveMethod(
      method,
      { directIo, atomicWrite: null },
      BACKEND,
    );
    for (const each of METHOD_FILES) {
      const expected = each !== file && method.open[each].direct;
      expect(effective.open[each].direct, each).toBe(expected);
    }
    expect(substitutions).toEqual(
      method.open[file].direct ? [`${file} opened without O_DIRECT: ${PRETENDED.reason}`] : [],
    );
  });

  test("effective: buffered O_DIRECT_NO_FSYNC → data is synced after every batch", () => {
    const method = resolveMethod("O_DIRECT_NO_FSYNC", { profile: "mysql-8.4" });
    const { effective } = effectiveMethod(method, found(PRETENDED), BACKEND);
    expect(ruleFor(effective, "data", "data-batch")).toBe("sync");
    expect(ruleFor(effective, "dblwr", "dblwr-batch")).toBe("sync");
    expect([effective.durability, effective.caveat]).toEqual(["power-loss", ""]);
  });
});

describe("effective: RWF_ATOMIC", () => {
  const method = resolveMethod("RWF_ATOMIC");

  test("atomic: a layer refuses → METHOD_UNAVAILABLE naming it, strict or not", () => {
    for (const strict of [false, true]) {
      const [code, message] = codeOf(() =>
        effectiveMethod(method, found(REAL, NO_ATOMIC), BACKEND, strict),
      );
      expect(code).toBe("METHOD_UNAVAILABLE");
      expect(message).toContain(`refused by the device: ${NO_ATOMIC.reason}`);
    }
  });

  test("atomic: the backend has no pwritev2 flags → METHOD_UNAVAILABLE naming the backend", () => {
    const [code, message] = codeOf(() =>
      effectiveMethod(method, found(REAL, ATOMIC), { ...BACKEND, rwf: false, executor: "libuv" }),
    );
    expect(code).toBe("METHOD_UNAVAILABLE");
    expect(message).toContain("libuv has no pwritev2 flags");
  });
});
