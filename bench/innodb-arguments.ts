// InnoDB's own option names on the command line, taken verbatim:
//
//   --innodb-io-capacity=500   --innodb_io_capacity 500   --skip-innodb-doublewrite
//
// They are taken out before the command line is parsed, because there are too many to declare; the
// store's own option table checks names and values.

import { UsageError } from "./exit.js";

export interface SplitArguments {
  /** What is left for the command line's parser. */
  readonly rest: string[];
  /** InnoDB's names with underscores, values as written. */
  readonly innodb: Record<string, string>;
}

const NAME = /^--(skip[-_])?(innodb[-_][\w-]+)(?:=(.*))?$/s;

/**
 * Splits arguments. A name without a value is ON, as for mysqld.
 * Errors: UsageError when a name is given twice.
 */
export function splitInnodbArguments(argv: readonly string[]): SplitArguments {
  const rest: string[] = [];
  const innodb: Record<string, string> = {};
  for (let i = 0; i < argv.length; i++) {
    const match = NAME.exec(argv[i]!);
    if (!match) {
      rest.push(argv[i]!);
      continue;
    }
    const name = match[2]!.replaceAll("-", "_");
    if (name in innodb) throw new UsageError(`--${match[2]}: given twice`);
    const next = argv[i + 1];
    if (match[1]) innodb[name] = "OFF";
    else if (match[3] !== undefined) innodb[name] = match[3];
    else if (next === undefined || next.startsWith("-")) innodb[name] = "ON";
    else {
      innodb[name] = next;
      i++;
    }
  }
  return { rest, innodb };
}
