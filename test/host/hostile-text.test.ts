// Text from outside costs no more than its length, and a number in it makes nothing of its size.

import { describe, expect, test } from "vitest";
import { StoreError } from "../../host/errors.js";
import { normalizeOptions, parseDefaultsFile } from "../../host/options.js";
import { CaseIdError, decodeCase, encodeCase, type CaseSpec } from "../../host/sim/case-id.js";

const MANY = 200_000;
const blanks = " ".repeat(MANY);

const SPEC: CaseSpec = {
  ...{ profile: "tornproof", method: "fsync", doublewrite: "ON", trxCommit: 1, pageSize: 4096 },
  ...{ workload: "commits", seed: 1, fault: "reorder", drive: {}, hash: "00000000", steps: [] },
};

/** Gives an id the check that fits its text. */
function restamp(id: string): string {
  const text = id.slice(0, id.lastIndexOf(":"));
  let sum = 0x811c9dc5;
  for (const letter of text) sum = Math.imul(sum ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  const check = ((sum ^ (sum >>> 15)) >>> 0) & 0xffff;
  return `${text}:${check.toString(16).padStart(4, "0")}`;
}

describe("hostile text: options", () => {
  test.each([
    ["blanks alone", blanks],
    ["blanks behind a number", `1${blanks}x`],
    ["blanks on both sides", `${blanks}x${blanks}`],
    ["digits", `${"1".repeat(MANY)}x`],
  ])("a size of %s → BAD_OPTION in one short line", (_, text) => {
    const run = (): unknown => normalizeOptions({ innodb_buffer_pool_size: text });
    expect(run).toThrow(StoreError);
    expect(run).toThrow(/^innodb_buffer_pool_size: .{0,200}$/);
  });

  test.each([
    ["a section that does not end", `[${blanks}`],
    ["a section of blanks", `[${blanks}]`],
    ["a section with blanks inside", `[a${blanks}b`],
    ["blanks behind a section", `[mysqld]${blanks}x`],
  ])("defaults file: %s → refused in one short line", (_, line) => {
    const run = (): unknown => parseDefaultsFile(`${line}\n`);
    expect(run).toThrow(/^defaults file, line 1: .{0,120}the section does not end with \]$/);
  });

  test("defaults file: blanks around a section and its name → read", () => {
    const text = `  [ ${blanks}mysqld ]  # server\ninnodb_page_size=4k\n`;
    expect(parseDefaultsFile(text)).toEqual({ innodb_page_size: "4k" });
  });
});

describe("hostile text: crash ids", () => {
  const spec = (fates: CaseSpec["steps"][number]["choice"]["fates"]): CaseSpec => ({
    ...SPEC,
    steps: [{ cut: 3, seed: 4, choice: { fates, growths: [1], entries: 2 } }],
  });
  test.each(["k99999999999", "m4000000000.ff", "l1k100000", "m9.ff", "k1e9"])(
    "fates %s → refused at once, or read for what is there",
    (fates) => {
      const id = encodeCase(spec(["kept", "lost"]));
      const forged = restamp(id.replace("k1l1", fates));
      expect(() => decodeCase(forged)).toThrow(CaseIdError);
    },
  );

  test("an id as printed → the same case", () => {
    const case_ = spec(["kept", "kept", Uint8Array.of(1, 0, 1, 1, 0), "lost"]);
    expect(decodeCase(encodeCase(case_)).steps).toEqual(case_.steps);
  });
});
