// Runs a script that imports TypeScript of the project in a child process. The node of this project
// does not read TypeScript, so the imported files and what they import are transpiled first.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import ts from "typescript";
import { packageRoot } from "../../host/package-root.js";

export interface Child {
  readonly process: ChildProcess;
  /** The next line of its standard output; rejects when it ends instead. */
  line(): Promise<string>;
  send(line: string): void;
  /** Kills it the hard way and waits until it is gone. */
  kill(): Promise<void>;
}

/** Transpiles `module` (relative to the package) and its imports below `into`; returns its path. */
export function transpile(module: string, into: string): string {
  const done = new Set<string>();
  const visit = (file: string): void => {
    if (done.has(file)) return;
    done.add(file);
    const source = readFileSync(join(packageRoot(), file), "utf8");
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(source, { compilerOptions: options });
    const target = join(into, file.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
    for (const [, path] of outputText.matchAll(/from "(\.[^"]+)\.js"/g)) {
      visit(join(dirname(file), `${path}.ts`));
    }
  };
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, "package.json"), '{ "type": "module" }');
  visit(module);
  return join(into, module.replace(/\.ts$/, ".js"));
}

/** Starts a child that runs `script` as an ES module with `args`. */
export function startChild(script: string, args: string[]): Child {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const first = waiting.shift();
    if (first === undefined) lines.push(line);
    else first.resolve(line);
  });
  void ended.then(() => {
    for (const { reject } of waiting) reject(new Error("the child ended without a line"));
  });
  return {
    process: child,
    line: () => {
      const next = lines.shift();
      if (next !== undefined) return Promise.resolve(next);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    send: (line) => child.stdin.write(`${line}\n`),
    kill: () => {
      child.kill("SIGKILL");
      return ended;
    },
  };
}
