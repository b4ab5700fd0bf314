// The completion ring: where the host tells the engine how each request ended.

import type { Engine } from "./engine.js";

const COMPLETION_WORDS = 4;
/** Word of the ring header that holds the tail. */
const TAIL = 3;

export class CompletionRing {
  private readonly words: Uint32Array;
  private readonly tail: number;
  private readonly first: number;
  private readonly slots: number;
  /** Nothing is told any more: the engine has failed, and what still ends is nobody's. */
  isSilent = false;

  constructor(engine: Engine) {
    this.words = engine.words;
    this.tail = (engine.exports.ringHeaderAddress() >>> 2) + TAIL;
    this.first = engine.exports.completionAddress() >>> 2;
    this.slots = engine.exports.ringSlots();
  }

  push(tag: number, result: number, flags: number): void {
    if (this.isSilent) return;
    const { words } = this;
    const tail = words[this.tail]!;
    const at = this.first + (tail % this.slots) * COMPLETION_WORDS;
    words[at] = tag;
    words[at + 1] = result;
    words[at + 2] = flags;
    words[this.tail] = (tail + 1) >>> 0;
  }
}
