// Reads the innodb_ variables of a my.cnf, as mysqld would: the server's sections only, dashes for
// underscores, loose_ and skip_ prefixes, quotes, comments.

import { StoreError } from "../errors.js";
import { optionStatus } from "./names.js";

const SERVER_SECTIONS = /^(mysqld|server|mariadb|mariadbd)(-\d+(\.\d+)*)?$/;

/**
 * Returns the innodb_ variables of the server's sections; the last of equal names wins. A name with
 * the loose_ prefix is left out when a store does not honor it; any other name is returned, so that
 * normalizeOptions can refuse it.
 * Errors: StoreError BAD_OPTION for an include directive, which a text cannot follow, and for a
 * line that is not an option.
 */
export function parseDefaultsFile(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let inServer = false;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    if (line.startsWith("!")) refuse(index, `${line}: include directives are not followed`);
    if (line.startsWith("[")) {
      inServer = SERVER_SECTIONS.test(sectionName(line, index));
    } else if (inServer) {
      takeOption(found, line, index);
    }
  }
  return found;
}

/** Letters of a line that a message shows. */
const SHOWN = 60;

function sectionName(line: string, index: number): string {
  // By hand: blanks beside blanks would cost a regular expression the square of their number.
  const end = line.indexOf("]");
  const name = line.slice(1, Math.max(end, 1)).trim();
  const rest = line.slice(end + 1).trim();
  const isWhole = end > 0 && name !== "" && (rest === "" || rest.startsWith("#"));
  if (!isWhole) refuse(index, `${line.slice(0, SHOWN)}: the section does not end with ]`);
  return name.toLowerCase();
}

function takeOption(found: Record<string, string>, line: string, index: number): void {
  const match = /^([A-Za-z0-9_.-]+)\s*(?:=\s*(.*))?$/.exec(withoutComment(line));
  if (match?.[1] === undefined) {
    // Other variables of the server may hold anything; only a malformed innodb_ line is ours.
    if (/innodb/i.test(line)) refuse(index, `${line}: expected name=value`);
    return;
  }
  let name = match[1].replaceAll("-", "_").toLowerCase();
  let value = match[2] === undefined ? "ON" : unquoted(match[2]);
  const isLoose = name.startsWith("loose_");
  if (isLoose) name = name.slice("loose_".length);
  const negated = /^(?:skip|disable)_(innodb_.+)$/.exec(name);
  if (negated?.[1] !== undefined) {
    name = negated[1];
    value = "OFF";
  }
  name = name.replace(/^enable_(?=innodb_)/, "");
  if (!name.startsWith("innodb_")) return;
  if (isLoose && optionStatus(name) !== "honored") return;
  found[name] = value;
}

/** Cuts a comment that follows a value; a # inside quotes is part of the value. */
function withoutComment(line: string): string {
  let quote = "";
  for (const [at, letter] of [...line].entries()) {
    if (quote !== "") {
      if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'") {
      quote = letter;
    } else if (letter === "#") {
      return [...line].slice(0, at).join("").trim();
    }
  }
  return line;
}

function unquoted(value: string): string {
  const match = /^(["'])(.*)\1$/.exec(value.trim());
  return match?.[2] ?? value.trim();
}

function refuse(index: number, fact: string): never {
  throw new StoreError("BAD_OPTION", `defaults file, line ${index + 1}: ${fact}`);
}
