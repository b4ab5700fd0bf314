// One faulted run: copy a template, bring the process to the phase, attach, let it run, detach.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../../../host/index.js";
import type { SystemCall } from "../../strace/strace.js";
import { type Command, type Outcome, type Phase, type Setting } from "./scenario.js";
import { closedTemplate, crashedTemplate, type Template } from "./templates.js";
import { attach, type Injection } from "./tracer.js";

const CHILD = join(packageRoot(), "build/js/test/crash/call-faults/child.js");
/** A run takes some 50 ms; one that takes this long hangs. */
const HANG_MS = 15_000;

export interface Run {
  readonly dir: string;
  readonly said: string;
  readonly template: Template;
  /** Null: the process was killed. */
  readonly outcome: Outcome | null;
  /** In the order in which they began. */
  readonly calls: readonly SystemCall[];
}

export class Lab {
  private readonly folder: string;
  private child: Child | null = null;
  private templates: { closed: Template; crashed: Template } | null = null;
  runs = 0;

  constructor(readonly setting: Setting) {
    const name = `tornproof-calls-${setting.backend}-`;
    this.folder = mkdtempSync(join(tmpdir(), name));
  }

  /** The directory of every run: the same path each time. */
  get dir(): string {
    return join(this.folder, "store");
  }

  /** Errors: Error when the process hangs, or ends in any way but by SIGKILL. */
  async run(phase: Phase, injection: Injection | null): Promise<Run> {
    const template = await this.template(phase);
    const { dir, setting } = this;
    const said = join(this.folder, "said");
    for (const path of [dir, said]) rmSync(path, { recursive: true, force: true });
    cpSync(template.dir, dir, { recursive: true });
    this.child ??= new Child();
    await this.child.ask({ do: "prepare", dir, said, phase, setting });
    const tracer = await attach(this.child.pid, join(this.folder, "log"), said, injection);
    let outcome: Outcome | null = null;
    let calls: readonly SystemCall[] = [];
    try {
      const answer = await this.child.ask({ do: "run" });
      // The next process starts while this run is judged.
      if (answer === null) this.child = new Child();
      else outcome = JSON.parse(answer) as Outcome;
    } finally {
      this.runs++;
      calls = await tracer.detach();
    }
    return { dir, said, template, outcome, calls };
  }

  private async template(phase: Phase): Promise<Template> {
    if (this.templates === null) {
      const closed = await closedTemplate(join(this.folder, "closed"));
      const crashed = await crashedTemplate(closed, join(this.folder, "crashed"));
      this.templates = { closed, crashed };
    }
    return phase === "recover" ? this.templates.crashed : this.templates.closed;
  }

  /** Ends the process and removes everything. */
  async end(): Promise<void> {
    await this.child?.kill();
    this.child = null;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The process, and its answers line by line. */
class Child {
  private readonly process: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly ended: Promise<unknown>;
  private complaint = "";

  constructor() {
    // when=N counts for each thread, so libuv gets one; io_uring makes no calls that can be failed.
    const env = { ...process.env, UV_THREADPOOL_SIZE: "1" };
    Object.assign(env, { UV_USE_IO_URING: "0", TORNPROOF_IO_URING: "0" });
    this.process = spawn(process.execPath, [CHILD], { env, stdio: ["pipe", "pipe", "pipe"] });
    this.ended = once(this.process, "close");
    this.process.stderr!.on("data", (chunk: Buffer) => (this.complaint += chunk.toString()));
    this.lines = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** The line that answers; null when the process was killed. Errors: Error. */
  async ask(command: Command): Promise<string | null> {
    this.process.stdin!.write(`${JSON.stringify(command)}\n`);
    let timer: NodeJS.Timeout;
    const hang = new Promise<"hang">((resolve) => {
      timer = setTimeout(() => resolve("hang"), HANG_MS);
    });
    const first = await Promise.race([this.lines.next(), hang]);
    clearTimeout(timer!);
    if (first === "hang") {
      await this.kill();
      throw new Error(`no answer within ${HANG_MS} ms to ${JSON.stringify(command)}`);
    }
    if (first.done !== true) return first.value;
    await this.ended;
    if (this.process.signalCode === "SIGKILL") return null;
    throw new Error(`the process ended by itself (${this.process.exitCode}): ${this.complaint}`);
  }

  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.ended;
  }
}
