// What a disk holds while no machine is running: files by path. Everything in an image is there for
// good; it is what a machine boots from, and what a power cut leaves.

import { HEAP, type ChunkPool, type Content } from "./content.js";

export class Image {
  readonly files = new Map<string, Content>();

  /** A copy that may be written. */
  fork(pool: Pick<ChunkPool, "take"> = HEAP): Image {
    const copy = new Image();
    for (const [path, content] of this.files) copy.files.set(path, content.fork(pool));
    return copy;
  }

  /** Bytes of all files. */
  get bytes(): number {
    let sum = 0;
    for (const content of this.files.values()) sum += content.size;
    return sum;
  }
}
