// The words that are never used, each with the one to use: docs/glossary.md as a check.
//
// Only words that are wrong in every sentence are listed; judgment stays with the reader.

import { findInLines, type Finding, type SourceText } from "./source.js";

interface Word {
  readonly wrong: RegExp;
  readonly right: string;
}

/** InnoDB's words, in engine and host. */
const GLOSSARY: readonly Word[] = [
  { wrong: /\b(un)?lock(s|ed|ing)?[-_ ]?(the |a )?pages?\b/i, right: "fix, unfix" },
  { wrong: /\bdirty[-_ ]?(page[-_ ]?)?list\b/i, right: "flush list" },
  { wrong: /\bfree[-_ ]?pool\b/i, right: "free list" },
  { wrong: /\bLRU[-_ ]?(queue|cache)\b/i, right: "LRU list" },
  { wrong: /\bWAL[-_ ]?buffer\b/i, right: "log buffer" },
  { wrong: /\bsynced[-_ ]?LSN\b/i, right: "flushed-to-disk LSN" },
  { wrong: /\bcheckpoint[-_ ]?lag\b/i, right: "checkpoint age" },
  { wrong: /\bbackground[-_ ]?writer\b/i, right: "page cleaner" },
  { wrong: /\bdouble[- ]write\b/i, right: "doublewrite" },
  { wrong: /\b(flush(es|ed|ing)?) (the |a )?(log|file)\b/i, right: "sync" },
];

/** InnoDB counts a page's users by fixing; only the host may pin anything (a buffer, a version). */
const ENGINE: readonly Word[] = [
  { wrong: /\b(un)?pin(s|ned|ning)?\b|\b(un)?pinPage\b/, right: "fix, unfix" },
];

/** American spelling, everywhere. */
const SPELLING: readonly Word[] = [
  { wrong: /\bbehaviour/i, right: "behavior" },
  { wrong: /\bcolour/i, right: "color" },
  { wrong: /\bfavour/i, right: "favor" },
  { wrong: /\bhonour/i, right: "honor" },
  { wrong: /\bneighbour/i, right: "neighbor" },
  { wrong: /\bcentre(s|d)?\b/i, right: "center" },
  { wrong: /\blicence\b/i, right: "license" },
  { wrong: /\b(un)?recognis(e|ed|es|ing)\b/i, right: "recognize" },
  { wrong: /\binitialis(e|ed|es|ing|ation)\b/i, right: "initialize" },
  { wrong: /\boptimis(e|ed|es|ing|ation)\b/i, right: "optimize" },
  { wrong: /\bserialis(e|ed|es|ing|ation)\b/i, right: "serialize" },
  { wrong: /\bsynchronis(e|ed|es|ing|ation)\b/i, right: "synchronize" },
  { wrong: /\bcancell(ed|ing)\b/i, right: "canceled, canceling" },
];

export function words(file: SourceText): Finding[] {
  const list = wordsFor(file.path);
  return findInLines(file, (line) => {
    const word = list.find(({ wrong }) => wrong.test(line));
    if (word === undefined) return null;
    return `"${word.wrong.exec(line)?.[0] ?? ""}": say ${word.right}`;
  });
}

function wordsFor(path: string): readonly Word[] {
  if (path.startsWith("engine/")) return [...GLOSSARY, ...ENGINE, ...SPELLING];
  if (/^(host|inspector)\//.test(path)) return [...GLOSSARY, ...SPELLING];
  return SPELLING;
}
