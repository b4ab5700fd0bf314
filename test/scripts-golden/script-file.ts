// The text of a golden script: comments and commands, then "---" and the trace of those commands,
// up to the next empty line.
//
//   # why this script exists
//
//   commit a 2 "red"
//   ---
//   log     pwrite      log-commit      2048 +512

/** Commands that share one trace, and the lines in front of them. */
export interface Section {
  /** Comments, empty lines and commands, as they stand. */
  readonly lines: readonly string[];
  readonly commands: readonly (readonly string[])[];
}

export function parseScript(text: string): Section[] {
  const sections: Section[] = [];
  let lines: string[] = [];
  let isTrace = false;
  for (const line of text.trimEnd().split("\n")) {
    if (isTrace) {
      isTrace = line !== "";
    } else if (line === "---") {
      sections.push({ lines, commands: lines.filter(isCommand).map(wordsOf) });
      lines = [];
      isTrace = true;
    } else {
      lines.push(line);
    }
  }
  const commands = lines.filter(isCommand).map(wordsOf);
  if (commands.length > 0) sections.push({ lines, commands });
  return sections;
}

/** The script with new traces, one for each section. */
export function printScript(sections: readonly Section[], traces: readonly string[][]): string {
  const parts = sections.map(({ lines }, i) => [...lines, "---", ...traces[i]!].join("\n"));
  return `${parts.join("\n\n")}\n`;
}

function isCommand(line: string): boolean {
  return line !== "" && !line.startsWith("#");
}

/** Words are separated by spaces; a word in quotes may hold some. */
function wordsOf(line: string): string[] {
  const words = line.match(/"[^"]*"|\S+/g) ?? [];
  return words.map((word) => word.replaceAll('"', ""));
}
