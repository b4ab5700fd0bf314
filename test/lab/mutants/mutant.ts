// An engine mutant: a deliberate bug, as data. It names the source text it replaces, so it can
// neither drift from the engine nor apply to nothing: every text must occur exactly once.
//
// A mutant breaks one promise of the protocol and leaves everything else as it is. One that no
// crash can tell from the engine proves nothing and does not belong here.

export interface Edit {
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  /** What the mutated engine does, in one sentence. */
  readonly bug: string;
  /** The promise that no longer holds, in a few words. */
  readonly breaks: string;
  /** Relative to the repository root. */
  readonly file: string;
  readonly edits: readonly Edit[];
}

/** Returns the mutated source. Errors: Error when a text to replace is not there exactly once. */
export function mutate(source: string, { name, file, edits }: Mutant): string {
  let text = source;
  for (const { find, replace } of edits) {
    const count = text.split(find).length - 1;
    if (count !== 1) {
      const cure = "change the mutant together with the engine";
      throw new Error(
        `mutant ${name}: found ${count} times in ${file}, not once; ${cure}: ${find}`,
      );
    }
    text = text.replace(find, () => replace);
  }
  return text;
}
