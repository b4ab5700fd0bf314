// Compiles a variant of the engine in memory: some of its files replaced by other text, everything
// else, options and exports included, as in the release.
//
//   engine/**, asconfig.json ─▶ replace texts ─▶ asc ─▶ build/variants/<name>-<hash>.wasm ─▶ Module
//
// A variant is not optimized: it is compiled dozens of times and runs for seconds, and compiling
// takes three times as long with the lowest level of optimization. Its hash covers every source of
// the engine, the options, the compiler and the replacements, so a stale one is never used. Nothing
// here touches build/engine.wasm.

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../host/package-root.js";

export interface Variant {
  /** Part of the name of the file in build/variants. */
  readonly name: string;
  /** Text by path, relative to the root: instead of files, or beside them. */
  readonly files: ReadonlyMap<string, string>;
  /** The module's entry; engine/index.ts when left out. */
  readonly entry?: string;
}

/** The part of the compiler's interface used here; its own types declare globals of their own. */
interface Compiler {
  main(
    args: readonly string[],
    files: {
      readFile: (path: string) => string | null;
      writeFile: (path: string, contents: Uint8Array | string) => void;
      listFiles: () => string[];
    },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}

const COMPILER: string = "assemblyscript/asc";
const COMPILER_PACKAGE = "node_modules/assemblyscript/package.json";
const ENTRY = "engine/index.ts";
const CONFIG = "asconfig.json";
const TARGET = "variant";
/** What the release is compiled with too: scripts/lib/steps.mjs. */
const TRANSFORM = "./scripts/asc/machine-state.mjs";
const FOLDER = join(packageRoot(), "build", "variants");

/** The text of a file of the repository. */
export function engineSource(path: string): string {
  return readFileSync(join(packageRoot(), path), "utf8");
}

/** Paths of all sources of the engine, sorted. */
export function engineFiles(): string[] {
  const names = readdirSync(join(packageRoot(), "engine"), { recursive: true, encoding: "utf8" });
  const sources = names.filter((name) => name.endsWith(".ts"));
  return sources.map((name) => `engine/${name.replaceAll("\\", "/")}`).sort();
}

/**
 * Returns the compiled variant, from build/variants when it is there.
 * Errors: Error with the compiler's own words when the sources do not compile.
 */
export async function buildVariant(variant: Variant): Promise<WebAssembly.Module> {
  const path = join(FOLDER, `${variant.name}-${hashOf(variant)}.wasm`);
  if (!existsSync(path)) {
    mkdirSync(FOLDER, { recursive: true });
    // Two test files may build the same variant: nobody ever sees half a file.
    const fresh = `${path}.${process.pid}`;
    writeFileSync(fresh, await compile(variant));
    renameSync(fresh, path);
  }
  return new WebAssembly.Module(readFileSync(path));
}

let sourcesHash: string | null = null;

/** What every variant has in common: the compiler, its options, the engine as it is. */
function hashOfSources(): string {
  const hash = createHash("sha256").update(configuration());
  for (const path of [COMPILER_PACKAGE, TRANSFORM]) hash.update(`\0${engineSource(path)}`);
  for (const path of engineFiles()) hash.update(`\0${path}\0${engineSource(path)}`);
  return hash.digest("hex");
}

function hashOf({ files, entry }: Variant): string {
  sourcesHash ??= hashOfSources();
  const hash = createHash("sha256").update(sourcesHash);
  for (const [path, text] of files) hash.update(`\0${path}\0${text}`);
  return hash
    .update(`\0${entry ?? ENTRY}`)
    .digest("hex")
    .slice(0, 16);
}

/** The release's configuration with one more target. */
function configuration(): string {
  const config = JSON.parse(engineSource(CONFIG)) as { targets: Record<string, unknown> };
  config.targets[TARGET] = { optimizeLevel: 0 };
  return JSON.stringify(config);
}

/** Compiles, whatever is in build/variants; returns the binary. */
export async function compile({ name, files, entry }: Variant): Promise<Uint8Array> {
  const { default: asc } = (await import(COMPILER)) as { default: Compiler };
  let binary: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    [
      ...[entry ?? ENTRY, "--target", TARGET, "--transform", TRANSFORM],
      ...["--outFile", `${name}.wasm`],
    ],
    {
      readFile: (path) => (path.endsWith(CONFIG) ? configuration() : sourceOf(path, files)),
      writeFile: (path, contents) => {
        if (contents instanceof Uint8Array && path.endsWith(".wasm")) binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === null) {
    throw new Error(`variant ${name} does not compile: ${error?.message}\n${stderr.toString()}`);
  }
  return binary;
}

/** What the compiler reads for a path; null when there is no such file. */
function sourceOf(path: string, files: ReadonlyMap<string, string>): string | null {
  const relative = path.replaceAll("\\", "/").replace(/^\.\//, "");
  const replaced = files.get(relative);
  if (replaced !== undefined) return replaced;
  const file = join(packageRoot(), relative);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}
