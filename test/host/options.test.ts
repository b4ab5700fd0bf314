// Options: defaults, sizes, ranges, cross-checks, names, and the [mysqld] section of a my.cnf.

import { describe, expect, test } from "vitest";
import { StoreError } from "../../host/errors.js";
import {
  chooseMethod,
  normalizeOptions,
  optionStatus,
  parseDefaultsFile,
  parseSize,
  VARIABLES,
  type NormalizedOptions,
} from "../../host/options.js";
import { FOREIGN_VARIABLES } from "../../host/options/foreign.js";

const MIB = 2 ** 20;

function refusal(input: Record<string, unknown>): string {
  try {
    normalizeOptions(input);
  } catch (error) {
    if (error instanceof StoreError && error.code === "BAD_OPTION") return error.message;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(input)}`);
}

function normalized(name: string, value: unknown): unknown {
  const result = normalizeOptions({ [name]: value });
  return result[name as keyof NormalizedOptions];
}

describe("options: defaults", () => {
  test("options: nothing given → InnoDB 8.4's defaults and our own", () => {
    expect(normalizeOptions()).toEqual({
      innodb_page_size: 16384,
      innodb_buffer_pool_size: 128 * MIB,
      innodb_old_blocks_pct: 37,
      innodb_old_blocks_time: 1000,
      innodb_lru_scan_depth: 1024,
      innodb_flush_neighbors: 0,
      innodb_io_capacity: 10000,
      innodb_io_capacity_max: 20000,
      innodb_max_dirty_pages_pct: 90,
      innodb_max_dirty_pages_pct_lwm: 10,
      innodb_adaptive_flushing: true,
      innodb_adaptive_flushing_lwm: 10,
      innodb_flush_method: null,
      innodb_use_fdatasync: null,
      innodb_flush_log_at_trx_commit: 1,
      innodb_flush_log_at_timeout: 1,
      innodb_redo_log_capacity: 100 * MIB,
      innodb_log_buffer_size: 64 * MIB,
      innodb_log_group_home_dir: null,
      innodb_doublewrite: "ON",
      innodb_doublewrite_dir: null,
      innodb_doublewrite_files: 2,
      innodb_doublewrite_pages: 128,
      innodb_force_recovery: 0,
      innodb_fast_shutdown: 1,
      backend: "auto",
      create: true,
      strict: false,
      profile: "tornproof",
      trace: null,
      observer: null,
      queueDepth: 64,
      doublewriteFast: false,
    });
  });

  test("options: undefined values → as if absent", () => {
    const input = { innodb_page_size: undefined, strict: undefined, backend: undefined };
    expect(normalizeOptions(input)).toEqual(normalizeOptions());
  });

  test("options: a default that depends on another option follows it", () => {
    expect(normalizeOptions({ innodb_io_capacity: 300 }).innodb_io_capacity_max).toBe(600);
    expect(normalizeOptions({ innodb_io_capacity_max: 300 }).innodb_io_capacity).toBe(300);
    const lwm = normalizeOptions({ innodb_max_dirty_pages_pct: 5 }).innodb_max_dirty_pages_pct_lwm;
    expect(lwm).toBe(5);
    const small = { innodb_page_size: "64k", innodb_buffer_pool_size: "5M" };
    expect(normalizeOptions(small).innodb_doublewrite_pages).toBe(80);
  });

  test("options: a normalized result normalizes to itself", () => {
    const { doublewriteFast, ...first } = normalizeOptions({ innodb_flush_method: 4 });
    expect(doublewriteFast).toBe(false);
    expect(normalizeOptions(first)).toEqual({ ...first, doublewriteFast });
  });
});

describe("options: sizes", () => {
  test.each([
    ["16k", 16384],
    ["16K", 16384],
    ["16KB", 16384],
    ["16KiB", 16384],
    [" 16 kib ", 16384],
    ["0.5m", 524288],
    ["1GiB", 2 ** 30],
    ["2t", 2 ** 41],
    ["4096", 4096],
    [4096, 4096],
    ["7b", 7],
  ])("sizes: %s → %i bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(["", "k", "16x", "-1", "1e3", "1.3", "0x10", NaN, 1.5, Infinity, "9999999999t"])(
    "sizes: %s is no size → null",
    (text) => {
      expect(parseSize(text)).toBeNull();
    },
  );
});

describe("options: booleans and enums", () => {
  test.each([
    ["ON", true],
    ["off", false],
    [1, true],
    ["0", false],
    [true, true],
    ["False", false],
  ])("booleans: %s → %s", (given, value) => {
    expect(normalized("innodb_adaptive_flushing", given)).toBe(value);
  });

  test.each(["maybe", 2, "", null])("booleans: %s → BAD_OPTION", (given) => {
    expect(refusal({ innodb_adaptive_flushing: given })).toContain("expected ON or OFF");
  });

  test.each([
    ["ON", "ON"],
    ["off", "OFF"],
    [true, "ON"],
    [0, "OFF"],
    ["FALSE", "OFF"],
    ["detect_only", "DETECT_ONLY"],
    ["DETECT_AND_RECOVER", "DETECT_AND_RECOVER"],
  ])("doublewrite: %s → %s", (given, value) => {
    expect(normalized("innodb_doublewrite", given)).toBe(value);
  });

  test("doublewrite: fast → ON with a flag under mariadb-11, BAD_OPTION elsewhere", () => {
    const options = normalizeOptions({ innodb_doublewrite: "fast", profile: "mariadb-11" });
    expect([options.innodb_doublewrite, options.doublewriteFast]).toEqual(["ON", true]);
    expect(chooseMethod(options, true).sync["data-batch"]).toBe("none");
    expect(refusal({ innodb_doublewrite: "fast" })).toContain("MariaDB 11");
  });

  test("doublewrite: a misspelled mode → BAD_OPTION with the nearest", () => {
    expect(refusal({ innodb_doublewrite: "DETECT_ONYL" })).toContain("did you mean DETECT_ONLY?");
  });
});

describe("options: ranges", () => {
  const ranged = VARIABLES.filter((variable) => variable.min !== undefined);

  test.each(ranged)("ranges: $name accepts its bounds' inside and refuses outside", (variable) => {
    const { name, min = 0, max = 0 } = variable;
    expect(refusal({ [name]: max + (variable.multipleOf ?? 1) })).toContain(name);
    if (min > 0) expect(refusal({ [name]: min - (variable.multipleOf ?? 1) })).toContain("outside");
    const others = withinReach(name);
    const at = normalizeOptions({ ...others, [name]: min });
    expect(at[name as keyof NormalizedOptions]).toBe(min);
  });

  /** Settings under which the smallest value of an option passes the cross-checks. */
  function withinReach(name: string): Record<string, unknown> {
    if (name === "innodb_max_dirty_pages_pct") return { innodb_max_dirty_pages_pct_lwm: 0 };
    return {};
  }

  test.each([
    [{ innodb_page_size: 12288 }, "power of two"],
    [{ innodb_page_size: "2k" }, "outside 4 KiB to 64 KiB"],
    [{ innodb_buffer_pool_size: "4M" }, "outside 5 MiB"],
    [{ innodb_buffer_pool_size: 5 * MIB + 1 }, "multiple of the page size"],
    [{ innodb_log_buffer_size: 2 ** 17 }, "outside 256 KiB"],
    [{ innodb_redo_log_capacity: 8 * MIB + 512 }, "multiple of 1 MiB"],
    [{ innodb_page_size: 5000 }, "power of two"],
    [{ innodb_buffer_pool_size: "3G", innodb_log_buffer_size: "1G" }, "can address"],
    [
      { innodb_page_size: "64k", innodb_buffer_pool_size: "5M", innodb_doublewrite_pages: 81 },
      "larger than the buffer pool",
    ],
    [{ innodb_io_capacity: 500, innodb_io_capacity_max: 400 }, "above innodb_io_capacity_max"],
    [
      { innodb_max_dirty_pages_pct: 20, innodb_max_dirty_pages_pct_lwm: 30 },
      "above innodb_max_dirty_pages_pct",
    ],
    [{ innodb_flush_log_at_trx_commit: 3 }, "outside 0 to 2"],
    [{ innodb_flush_log_at_trx_commit: "one" }, "expected a whole number"],
    [{ innodb_old_blocks_pct: 37.5 }, "expected a whole number"],
    [{ innodb_max_dirty_pages_pct: "many" }, "expected a number"],
    [{ innodb_doublewrite_dir: "" }, "empty"],
    [{ innodb_doublewrite_dir: {} }, "expected a text"],
  ])("ranges: %j → BAD_OPTION: %s", (input, message) => {
    expect(refusal(input)).toContain(message);
  });
});

describe("options: names", () => {
  test("names: unknown → BAD_OPTION with the nearest", () => {
    expect(refusal({ innodb_flush_metod: "fsync" })).toContain("did you mean innodb_flush_method?");
    expect(refusal({ innodb_page_sise: 1 })).toContain("did you mean innodb_page_size?");
    expect(refusal({ queuedepth: 1 })).toContain("did you mean queueDepth?");
  });

  test("names: like nothing → BAD_OPTION without a guess", () => {
    expect(refusal({ banana: "blue" })).not.toContain("did you mean");
  });

  test.each(FOREIGN_VARIABLES)("names: %s is InnoDB's but not honored → BAD_OPTION", (name) => {
    expect(refusal({ [name]: 1 })).toContain("does not honor it");
    expect(optionStatus(name)).toBe("foreign");
  });

  test("names: honored and foreign variables are disjoint and spelled as InnoDB's", () => {
    const honored = VARIABLES.map((variable) => variable.name);
    const all = [...honored, ...FOREIGN_VARIABLES];
    expect(new Set(all).size).toBe(all.length);
    for (const name of all) expect(name).toMatch(/^innodb_[a-z0-9_]+$/);
  });
});

describe("options: flush method", () => {
  test("method: a number or a spelling → the canonical name", () => {
    expect(normalized("innodb_flush_method", 4)).toBe("O_DIRECT");
    expect(normalized("innodb_flush_method", "o_direct_no_fsync")).toBe("O_DIRECT_NO_FSYNC");
  });

  test("method: not given → the profile's default, fsync when O_DIRECT is not real", () => {
    const ours = normalizeOptions();
    expect(chooseMethod(ours, true).name).toBe("O_DIRECT");
    expect(chooseMethod(ours, false).name).toBe("fsync");
    const mysql57 = normalizeOptions({ profile: "mysql-5.7" });
    expect(chooseMethod(mysql57, true).name).toBe("fsync");
  });

  test("method: given → kept whatever the probe found", () => {
    const options = normalizeOptions({ innodb_flush_method: "O_DIRECT" });
    expect(chooseMethod(options, false).name).toBe("O_DIRECT");
  });

  test("method: innodb_use_fdatasync decides the sync call, and a profile may refuse it", () => {
    const off = normalizeOptions({ innodb_use_fdatasync: "OFF" });
    expect(chooseMethod(off, true).syncCall).toBe("fsync");
    expect(refusal({ innodb_use_fdatasync: "OFF", profile: "mariadb-11" })).toContain("always");
  });
});

describe("options: ours", () => {
  test.each([
    [{ queueDepth: 0 }, "queueDepth"],
    [{ queueDepth: "8" }, "queueDepth"],
    [{ strict: "yes" }, "strict"],
    [{ create: 1 }, "create"],
    [{ backend: "" }, "backend"],
    [{ backend: 3 }, "backend"],
    [{ trace: "on" }, "trace"],
    [{ observer: () => undefined }, "observer"],
    [{ profile: "mysql-9" }, "profile"],
    [{ profile: 8 }, "profile"],
  ])("ours: %j → BAD_OPTION naming %s", (input, name) => {
    expect(refusal(input)).toContain(name);
  });
});

describe("defaults file", () => {
  test("defaults file: a [mysqld] section → its innodb_ variables only", () => {
    const text = [
      "[client]",
      "innodb_page_size = 4k",
      "[mysqld]",
      "# a comment",
      "; another",
      "port=3306",
      "innodb-flush-method = O_DIRECT   # inline",
      'innodb_doublewrite_dir = "/srv/a # b"',
      "  innodb_buffer_pool_size=1G",
      "INNODB_FLUSH_NEIGHBORS='0'",
      "innodb_adaptive_flushing",
      "sql_mode='A,B'",
      "[mysqldump]",
      "innodb_io_capacity=1",
    ].join("\r\n");

    expect(parseDefaultsFile(text)).toEqual({
      innodb_flush_method: "O_DIRECT",
      innodb_doublewrite_dir: "/srv/a # b",
      innodb_buffer_pool_size: "1G",
      innodb_flush_neighbors: "0",
      innodb_adaptive_flushing: "ON",
    });
  });

  test("defaults file: its result → accepted by normalizeOptions", () => {
    const file = parseDefaultsFile("[mysqld]\ninnodb_page_size=8k\nskip-innodb_doublewrite\n");
    const options = normalizeOptions(file);
    expect([options.innodb_page_size, options.innodb_doublewrite]).toEqual([8192, "OFF"]);
  });

  test("defaults file: the last of equal names, in any spelling → wins", () => {
    const text = "[mysqld]\ninnodb_io_capacity=200\n[mysqld-8.4]\ninnodb-io-capacity=300";
    expect(parseDefaultsFile(text)).toEqual({ innodb_io_capacity: "300" });
  });

  test("defaults file: loose_ → kept when honored, left out when not", () => {
    const text = "[mysqld]\nloose_innodb_io_capacity=300\nloose-innodb_file_per_table=1";
    expect(parseDefaultsFile(text)).toEqual({ innodb_io_capacity: "300" });
  });

  test("defaults file: not honored and not loose_ → returned, and refused later", () => {
    const file = parseDefaultsFile("[mysqld]\ninnodb_file_per_table=1");
    expect(refusal(file)).toContain("does not honor it");
  });

  test.each([
    ["!includedir /etc/mysql/conf.d", "include directives are not followed"],
    ["[mysqld", "does not end with ]"],
    ["[mysqld]\ninnodb page size 4k", "line 2: innodb page size 4k: expected name=value"],
  ])("defaults file: %j → BAD_OPTION: %s", (text, message) => {
    expect(() => parseDefaultsFile(text)).toThrow(message);
  });

  test("defaults file: empty, or without a server section → nothing", () => {
    expect(parseDefaultsFile("")).toEqual({});
    expect(parseDefaultsFile("innodb_page_size=4k")).toEqual({});
  });
});

test("options: doublewrite files and pages that no ring could carry → refused with their product", () => {
  const options = { innodb_doublewrite_files: 256, innodb_doublewrite_pages: 128 };

  expect(() => normalizeOptions(options)).toThrow(/32768 pages in all doublewrite files/);
});
