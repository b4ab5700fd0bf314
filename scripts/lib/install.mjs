// Brings node_modules in line with package-lock.json, and does nothing when it already is.
//
// npm leaves a list of what it installed in node_modules/.package-lock.json and writes it last, so
// a list that holds every entry of our lock proves a finished, current install: no stamp of our own
// is needed, and a tree made by `npm install` is accepted as it stands.

import { lstatSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { runQuietly, reportStep } from "./command.mjs";
import { fromRoot } from "./root.mjs";

/** Runs `npm ci` unless everything is installed. Errors: Error with npm's own words. */
export async function install() {
  if (!isInstalled()) await installAll();
  linkOwnCommands();
}

function isInstalled() {
  const wanted = packagesOf("package-lock.json");
  const installed = packagesOf("node_modules/.package-lock.json");
  if (installed === null) return false;
  return Object.entries(wanted).every(([folder, entry]) => {
    // The first entry is the project itself; optional ones belong to other platforms or may fail.
    if (folder === "" || entry.optional) return true;
    const found = installed[folder];
    return found?.version === entry.version && found?.integrity === entry.integrity;
  });
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(fromRoot(lockFile), "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

async function installAll() {
  const startedAt = performance.now();
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const { code, output } = npm?.endsWith(".js")
    ? await runQuietly(process.execPath, [npm, ...args])
    : await runQuietly("npm", args);
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}\n${output}`);
  reportStep("installed packages", startedAt);
}

/** Links our own bin entries as npm does for a dependency, so that `npx bench` finds them here. */
function linkOwnCommands() {
  const { bin } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
  for (const [name, target] of Object.entries(bin)) {
    const link = fromRoot("node_modules", ".bin", name);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    mkdirSync(fromRoot("node_modules", ".bin"), { recursive: true });
    symlinkSync(`../../${target.replace(/^\.\//, "")}`, link);
  }
}
