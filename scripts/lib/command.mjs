// Runs a child program: quietly with its output captured, or with this process's terminal.

import { spawn } from "node:child_process";
import { root } from "./root.mjs";

/** Runs a program and gives `{ code, output }`; output is stdout and stderr as they came. */
export function runQuietly(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: exitCode(code, signal), output }));
  });
}

/**
 * Runs a program on this terminal and gives its exit code.
 * Ctrl-C reaches the child from the terminal; this process waits for the child to end its own way.
 */
export function runOnTerminal(program, args) {
  const wait = () => {};
  process.on("SIGINT", wait);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(exitCode(code, signal)));
  }).finally(() => process.off("SIGINT", wait));
}

function exitCode(code, signal) {
  if (code !== null) return code;
  return signal === "SIGINT" ? 130 : 1;
}

/** One line about a step that was done, on stderr so that results on stdout stay clean. */
export function reportStep(text, startedAt) {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.error(`  ${text.padEnd(36)}${seconds.padStart(6)} s`);
}
