// `bench doctor`: reads, tries and judges a directory; the screen or one JSON document on stdout,
// and an exit code that a script can act on.

import { assemble } from "../doctor/assemble.js";
import { Cancel } from "../doctor/cancel.js";
import { collect } from "../doctor/collect.js";
import type { DoctorDocument } from "../doctor/document.js";
import { explain } from "../doctor/explain.js";
import type { DoctorRequest, Findings } from "../doctor/findings.js";
import { checkMethod } from "../doctor/strict.js";
import { renderText } from "../doctor/text.js";
import { EXIT, UsageError } from "../exit.js";
import { profileNamed, resolveMethod } from "../host.js";
import type { RawFlags } from "../options.js";
import { parseSize } from "../units.js";
import { toolVersion } from "../version.js";

export interface DoctorInput {
  readonly dir: string;
  readonly flags: RawFlags;
  /** Options given by InnoDB's names. */
  readonly innodb: Readonly<Record<string, string>>;
}

const DEFAULT_PROFILE = "mysql-8.4";
const INNODB_NAMES = ["innodb_flush_method", "innodb_page_size"];
const PAGE_SIZES = [4096, 8192, 16384, 32768, 65536];

/**
 * Diagnoses a directory and returns the exit code: 3 when nothing could be tried, or under --strict
 * when the requested method is not real; the signal's code when interrupted.
 * Errors: UsageError; EnvironmentError for a directory that is none; no file is left behind.
 */
export async function doctorCommand(input: DoctorInput): Promise<number> {
  const { flags } = input;
  if (flags["explain"] !== undefined) {
    process.stdout.write(explain(flags["explain"] === true ? null : String(flags["explain"])));
    return EXIT.ok;
  }
  const request = parseRequest(input);
  const color = useColor(flags["color"]);
  const cancel = new Cancel();
  try {
    say("Looking around and measuring syncs, about 3 seconds ...");
    const findings = await collect(input.dir, request, () => cancel.isRequested);
    say("");
    if (findings === null) {
      process.stderr.write("bench: interrupted; the probe file is removed\n");
      return cancel.exitCode;
    }
    return report(findings, flags, color);
  } finally {
    cancel.dispose();
  }
}

function report(findings: Findings, flags: RawFlags, color: boolean): number {
  const exit = exitOf(findings, flags["strict"] === true);
  const frame = { version: toolVersion(), node: process.versions.node, exit };
  const document = assemble(findings, frame);
  process.stdout.write(
    flags["json"] === true
      ? `${JSON.stringify(document, null, 2)}\n`
      : renderText(document, { color }),
  );
  if (exit.code !== EXIT.ok) process.stderr.write(`bench: ${exit.reason}\n`);
  return exit.code;
}

/** Returns how the command ends, and why. */
export function exitOf(findings: Findings, isStrict: boolean): DoctorDocument["exit"] {
  const { request, place, probeProblem } = findings;
  if (probeProblem !== null) {
    return { code: EXIT.environment, reason: `${place.path}: ${probeProblem}` };
  }
  if (!isStrict) return { code: EXIT.ok, reason: "ok" };
  const wanted = request.method ?? profileNamed(request.profile).defaultMethod.name;
  const { name, isReal, problems } = checkMethod(findings, wanted);
  if (isReal) return { code: EXIT.ok, reason: "ok" };
  const reason = `--strict: ${name} is not real in ${place.path}: ${problems.join("; ")}`;
  return { code: EXIT.environment, reason };
}

function parseRequest({ flags, innodb }: DoctorInput): DoctorRequest {
  const unknown = Object.keys(innodb).find((name) => !INNODB_NAMES.includes(name));
  if (unknown !== undefined) {
    const flag = unknown.replaceAll("_", "-");
    throw new UsageError(`--${flag}: has no meaning for bench doctor`);
  }
  const profile = profileNamed(text(flags["profile"]) ?? DEFAULT_PROFILE).name;
  const page = oneOf(flags["pageSize"], innodb["innodb_page_size"], "--page-size") ?? "16k";
  const pageSize = parseSize(page, "--page-size");
  if (!PAGE_SIZES.includes(pageSize)) {
    throw new UsageError(`--page-size: "${page}" is none of 4k, 8k, 16k, 32k, 64k`);
  }
  const method = oneOf(flags["flushMethod"], innodb["innodb_flush_method"], "--flush-method");
  const strictDefault = flags["strict"] === true ? profileNamed(profile).defaultMethod.name : null;
  const wanted = method ?? strictDefault;
  const name = wanted === null ? null : resolveMethod(wanted, { profile }).name;
  return { profile, pageSize, method: name };
}

function text(value: string | boolean | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** A flag has two names, and only one of them may be given. */
function oneOf(
  value: string | boolean | undefined,
  innodb: string | undefined,
  flag: string,
): string | null {
  if (value !== undefined && innodb !== undefined) {
    throw new UsageError(`${flag}: given twice, under two names`);
  }
  return text(value) ?? innodb ?? null;
}

function useColor(when: string | boolean | undefined): boolean {
  if (when === "always") return true;
  if (when === "never") return false;
  if (when === undefined || when === "auto") {
    return process.stdout.isTTY === true && !process.env["NO_COLOR"];
  }
  throw new UsageError(`--color: "${String(when)}" is unknown; valid: auto, always, never`);
}

/** One line that is replaced by the next; only where a person watches. */
function say(line: string): void {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\x1b[K${line}`);
}
