// Real files of a stranger: a MariaDB server, run once over a list of statements in a temporary
// folder, never as a service and never listening.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const SERVER = ["/usr/sbin/mariadbd", "/usr/local/sbin/mariadbd"].find(existsSync);
export const hasInnochecksum = spawnSync("innochecksum", ["--version"]).status === 0;

export type Algorithm = "full_crc32" | "crc32";

export interface ServerShape {
  readonly pageSize: number;
  readonly algorithm: Algorithm;
  readonly rows: number;
}

const READY_PATIENCE_MS = 60_000;

/** Every row format this page size has, page compression, off-page values, freed pages. */
function statements({ pageSize, rows }: ServerShape): string[] {
  const formats = ["DYNAMIC", "COMPACT", "REDUNDANT"].map(
    (format) => [format.toLowerCase(), `ROW_FORMAT=${format}`] as const,
  );
  const compressed =
    pageSize <= 16384
      ? ([["compressed", `ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=${pageSize / 2048}`]] as const)
      : [];
  const paged = [["page_compressed", "PAGE_COMPRESSED=1"]] as const;
  const tables = [...formats, ...compressed, ...paged];
  return [
    "CREATE DATABASE t;",
    "USE t;",
    ...tables.flatMap(([name, options]) => [
      `CREATE TABLE ${name} (id INT PRIMARY KEY, v VARCHAR(300)) ENGINE=InnoDB ${options};`,
      `INSERT INTO ${name} SELECT seq, REPEAT(MD5(seq), 7) FROM seq_1_to_${rows};`,
      `DELETE FROM ${name} WHERE id % 3 = 0;`,
    ]),
    "CREATE TABLE long_values (id INT PRIMARY KEY, v LONGBLOB) ENGINE=InnoDB;",
    "INSERT INTO long_values SELECT seq, REPEAT(MD5(seq), 2000) FROM seq_1_to_4;",
  ];
}

function serverArgs(folder: string, { pageSize, algorithm }: ServerShape): string[] {
  return [
    ...["--no-defaults", "--bootstrap", `--datadir=${join(folder, "data")}`, `--tmpdir=${folder}`],
    ...[`--innodb-page-size=${pageSize}`, `--innodb-checksum-algorithm=${algorithm}`],
    ...["--innodb-buffer-pool-size=24M", "--innodb-log-file-size=8M"],
    ...["--innodb-data-file-path=ibdata1:4M:autoextend", "--innodb-flush-method=nosync"],
    ...["--innodb-temp-data-file-path=ibtmp1:4M:autoextend"],
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
  ];
}

/** Runs the statements and shuts the server down. Returns the data directory. */
export function runServer(folder: string, shape: ServerShape): string {
  mkdirSync(join(folder, "data"), { recursive: true });
  const { status, stderr } = spawnSync(SERVER!, serverArgs(folder, shape), {
    input: `${statements(shape).join("\n")}\n`,
    encoding: "utf8",
    timeout: READY_PATIENCE_MS,
  });
  if (status !== 0) throw new Error(`mariadbd ended with ${status}: ${stderr.slice(-2000)}`);
  return join(folder, "data");
}

/** Runs the statements and kills the server before it shuts down: redo and copies stay behind. */
export async function killServer(folder: string, shape: ServerShape): Promise<string> {
  mkdirSync(join(folder, "data"), { recursive: true });
  const ready = join(folder, "ready");
  // Makes the server write the pages of a table, whatever its cleaner is doing; the second time,
  // when the pages are not new any more, through its copy area.
  const write = ["FLUSH TABLES dynamic FOR EXPORT;", "UNLOCK TABLES;"];
  const flush = [...write, "UPDATE dynamic SET v = REPEAT(MD5(id + 2), 8);", ...write];
  const changes = ["UPDATE dynamic SET v = REPEAT(MD5(id + 1), 8);", "DELETE FROM compact;"];
  const wait = [`SELECT 1 INTO OUTFILE '${ready}';`, "SELECT SLEEP(120);"];
  const args = [...serverArgs(folder, shape), "--innodb-max-dirty-pages-pct-lwm=0"];
  const child = spawn(SERVER!, args, { stdio: ["pipe", "ignore", "ignore"] });
  child.stdin.end(`${[...statements(shape), ...flush, ...changes, ...wait].join("\n")}\n`);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const giveUpAt = Date.now() + READY_PATIENCE_MS;
  while (!existsSync(ready) && Date.now() < giveUpAt && child.exitCode === null) await sleep(50);
  child.kill("SIGKILL");
  await ended;
  if (!existsSync(ready)) throw new Error("mariadbd did not get through its statements");
  return join(folder, "data");
}

/** Paths of the tablespaces of a data directory. */
export function tablespacesIn(data: string): string[] {
  const tables = readdirSync(join(data, "t")).filter((name) => name.endsWith(".ibd"));
  return [join(data, "ibdata1"), ...tables.sort().map((name) => join(data, "t", name))];
}

/** True when innochecksum accepts the bytes; `path` is overwritten with them. */
export function innochecksumAccepts(path: string, bytes: Uint8Array): boolean {
  writeFileSync(path, bytes);
  return spawnSync("innochecksum", [path]).status === 0;
}

/** Runs innochecksum over files `0` to `count` - 1 of a folder; true where it accepts. */
export function innochecksumVerdicts(folder: string, count: number): boolean[] {
  // One shell for all: starting a process from Node costs more than the check.
  const loop = `i=0; while [ $i -lt ${count} ]; do innochecksum $i >/dev/null 2>&1; echo $?; i=$((i+1)); done`;
  const { stdout } = spawnSync("sh", ["-c", loop], { cwd: folder, encoding: "utf8" });
  return stdout
    .trim()
    .split("\n")
    .map((code) => code === "0");
}
