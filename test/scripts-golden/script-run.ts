// Runs the commands of a golden script on a store in memory and writes what happens, one line per
// event, in fixed columns: who, what, why, details. Time stands still unless a command moves it.
//
//   open [doublewrite=ON] [policy=1] [shutdown=1] [force=0]     opens or creates the store
//   close · checkpoint · files · space <name> · drop <name> · page <name>
//   commit <space> <page> <text> · rollback <space> <page> <text>
//   together <space> <page>,<page>… <text>      one transaction per page, all at once
//   read <space> <page> <length>
//   clock <ms>                                  time passes, background work runs
//   power-off during=<n> [bytes=<n>]            at the n-th request from here on
//   quietly <command>                           without its trace

import { ENGINE_OPTION as ENGINE } from "../../host/engine-options.js";
import type { TraceEvent } from "../../host/index.js";
import type { Store } from "../../host/store.js";
import type { Tablespace } from "../../host/transaction.js";
import { bytesOf, textOf } from "../store/helpers.js";
import { MemoryPlace } from "../store/places.js";
import { PowerOffBackend } from "./power-off-backend.js";

/** The clock of a run. Units: milliseconds. */
export interface Clock {
  now: number;
}

/** Never within a script. */
const NEVER_MS = 1e12;

const SIZES = new Map<number, number>([
  [ENGINE.framesCount, 64],
  [ENGINE.redoCapacity, 64 * 1024],
  [ENGINE.batchesCount, 2],
  [ENGINE.extendPages, 4],
  [ENGINE.cleanerIntervalMs, NEVER_MS],
  [ENGINE.logTimeoutMs, 1000],
]);

export class ScriptRun {
  private readonly place = new MemoryPlace();
  private backend = new PowerOffBackend(this.place.newBackend());
  private store: Store | null = null;
  private lines: string[] = [];
  private isQuiet = false;
  private isOff = false;
  /** The line of the last page reads, to be continued. */
  private lastRead: { space: number; first: number; last: number; line: number } | null = null;

  constructor(private readonly clock: Clock) {}

  /** Runs the commands and returns the trace. */
  async run(commands: readonly (readonly string[])[]): Promise<string[]> {
    this.lines = [];
    for (const words of commands) await this.command(words);
    return this.lines;
  }

  /** Lets go of a store that a script left open. */
  async end(): Promise<void> {
    this.isQuiet = true;
    if (this.store !== null) await this.store.close();
  }

  private async command(words: readonly string[]): Promise<void> {
    this.isQuiet = words[0] === "quietly";
    const [verb = "", ...args] = this.isQuiet ? words.slice(1) : words;
    const work = this.perform(verb, args).catch((error: Error) => this.refused(error));
    await Promise.race([work, this.backend.isOff]);
    if (this.backend.cut !== null) this.powerOff();
    this.isQuiet = false;
  }

  private refused(error: Error): void {
    this.print("store", "refused", error.name, error.message);
  }

  private powerOff(): void {
    this.isQuiet = false;
    this.isOff = false;
    this.print("power", "off", "", "");
    // Nothing answers any more, so the store cannot be closed; only its timer is stopped.
    this.store?.["o"].pump.stopTimer();
    this.store = null;
    this.backend = new PowerOffBackend(this.place.newBackend());
  }

  private print(who: string, what: string, why: string, details: string): void {
    if (this.isQuiet || this.isOff) return;
    const columns = [who.padEnd(8), what.padEnd(12), why.padEnd(18), details];
    this.lines.push(columns.join("").trimEnd());
  }

  private readonly trace = (event: TraceEvent): void => {
    const { call, kind, id, point, offset, length } = event;
    const cut = this.backend.cut;
    if (point === "page-read") return this.traceRead(id, offset / PAGE_SIZE);
    const where = placeOf(kind, id, offset, length);
    this.print(kind, call, point, cut === null ? where : `${where.padEnd(26)} ${cut}`);
    if (cut !== null) this.isOff = true;
  };

  /** Reads of pages that follow one another share a line. */
  private traceRead(space: number, page: number): void {
    const run = this.lastRead;
    const isNext = run !== null && run.space === space && run.last === page - 1;
    const goesOn = isNext && !this.isQuiet && this.lines.length === run.line + 1;
    const first = goesOn ? run.first : page;
    if (goesOn) this.lines.pop();
    this.lastRead = { space, first, last: page, line: this.lines.length };
    const pages = first === page ? `page ${page}` : `pages ${first} to ${page}`;
    this.print("data", "pread", "page-read", `space ${space} ${pages}`);
  }

  private async perform(verb: string, args: readonly string[]): Promise<void> {
    switch (verb) {
      case "open":
        return this.open(settingsOf(args));
      case "files":
        return this.listFiles();
      case "power-off": {
        const { during, bytes = "0" } = settingsOf(args);
        return this.backend.arm(Number(during), Number(bytes));
      }
    }
    const store = this.store;
    if (store === null) throw new Error(`${verb}: no store is open`);
    if (verb === "close") return this.close(store);
    return this.use(store, verb, args);
  }

  private async use(store: Store, verb: string, args: readonly string[]): Promise<void> {
    const [name = "", page = "", last = ""] = args;
    switch (verb) {
      case "checkpoint":
        await store.checkpoint();
        return this.print("store", "checkpoint", "", `lsn ${lsnOf(store, "checkpoint")}`);
      case "space":
        await store.createTablespace(name);
        return this.print("store", "created", "", `tablespace ${name}`);
      case "drop":
        await store.dropTablespace(name);
        return this.print("store", "dropped", "", `tablespace ${name}`);
      case "clock":
        return this.passTime(Number(name));
    }
    return this.usePage(store, verb, spaceOf(store, name), page, last);
  }

  private async usePage(
    store: Store,
    verb: string,
    space: Tablespace,
    page: string,
    last: string,
  ): Promise<void> {
    switch (verb) {
      case "page": {
        const number = await store.transaction((tx) => tx.allocatePage(space));
        return this.print("store", "allocated", "", `${space.name} page ${number}`);
      }
      case "commit":
        return this.write(store, space, [Number(page)], last);
      case "together":
        return this.write(store, space, page.split(",").map(Number), last);
      case "rollback":
        return this.rollBack(store, space, Number(page), last);
      case "read": {
        const text = textOf(await store.read(space, Number(page), 0, Number(last)));
        return this.print("store", "read", "", `${space.name} page ${page}: "${text}"`);
      }
    }
    throw new Error(`${verb}: no such command`);
  }

  private async open(settings: Record<string, string>): Promise<void> {
    const { doublewrite = "ON", policy = "1", shutdown = "1", force = "0" } = settings;
    this.store = await this.place.open(
      {
        backend: this.backend,
        trace: this.trace,
        innodb_doublewrite: doublewrite,
        innodb_doublewrite_pages: 4,
        innodb_flush_log_at_trx_commit: policy,
        innodb_fast_shutdown: shutdown,
        innodb_force_recovery: force,
      },
      SIZES,
    );
    const status = this.store.status();
    const count = (name: string): number => status[`recv_${name}`]!;
    const records = `${count("records_applied")} records applied, ${count("records_skipped")} skipped`;
    this.print("recv", "done", "", `${count("pages_restored")} pages restored, ${records}`);
    this.print("store", "open", "", `end lsn ${lsnOf(this.store, "current")}`);
  }

  private async close(store: Store): Promise<void> {
    this.store = null;
    await store.close();
    this.print("store", "closed", "", `end lsn ${lsnOf(store, "current")}`);
  }

  private async write(store: Store, space: Tablespace, pages: number[], text: string) {
    const before = lsnOf(store, "current");
    const work = pages.map(async (page) => {
      await store.transaction((tx) => tx.write(space, page, 0, bytesOf(text)));
      const flushed = lsnOf(store, "flushed_to_disk");
      this.print("store", "acknowledged", "", `${space.name} page ${page}: flushed lsn ${flushed}`);
    });
    // Everybody has committed in memory before the first request is made.
    this.print("mtr", "commit", "", `lsn ${before}..${lsnOf(store, "current")}`);
    await Promise.all(work);
  }

  private async rollBack(store: Store, space: Tablespace, page: number, text: string) {
    const before = lsnOf(store, "current");
    const reason = new Error("rolled back");
    await store
      .transaction((tx) => {
        tx.write(space, page, 0, bytesOf(text));
        throw reason;
      })
      .catch((error: unknown) => {
        if (error !== reason) throw error;
      });
    const { name } = space;
    const lsn = `lsn ${before}..${lsnOf(store, "current")}`;
    this.print("store", "rolled back", "", `${name} page ${page}: ${lsn}`);
  }

  private listFiles(): void {
    for (const [name, bytes] of this.place.files()) {
      this.print("file", "", "", `${name.padEnd(20)} ${String(bytes.length).padStart(7)} bytes`);
    }
  }

  /** Turns the store until its background work has nothing left to do. */
  private async passTime(ms: number): Promise<void> {
    this.clock.now += ms;
    this.print("clock", "", "", `${ms} ms pass`);
    this.store?.["o"].pump.schedule();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

function settingsOf(args: readonly string[]): Record<string, string> {
  return Object.fromEntries(args.map((arg) => arg.split("=") as [string, string]));
}

function spaceOf(store: Store, name: string): Tablespace {
  const space = store.tablespace(name);
  if (space === undefined) throw new Error(`no tablespace ${name}`);
  return space;
}

function lsnOf(store: Store, name: string): number {
  return store.status()[`Innodb_redo_log_${name}_lsn`]!;
}

const PAGE_SIZE = 4096;

/** Which part of which file, in the unit that a reader thinks in. */
function placeOf(kind: string, id: number, offset: number, length: number): string {
  if (kind === "data" && length > 0) {
    const first = offset / PAGE_SIZE;
    const last = first + length / PAGE_SIZE - 1;
    const pages = first === last ? `page ${first}` : `pages ${first} to ${last}`;
    return `space ${id} ${pages}`;
  }
  if (kind === "data") return `space ${id}`;
  const file = kind === "dblwr" ? `file ${id} ` : "";
  return length > 0 ? `${file}${offset} +${length}` : file.trimEnd();
}
