// One read, write or zero fill as a sequence of pieces: what the next call must move, and what its
// outcome means. Pure state, no I/O, so that rare outcomes (short transfers, interrupted calls) are
// tested without a disk that produces them.

import { CALL } from "./backend.js";
import type { IoOp } from "./backend.js";
import { EINTR, EIO, ENODATA } from "./refusal.js";

/** A disk that keeps moving less than asked is reported as EIO after this many continuations. */
const MOST_CONTINUATIONS = 10;
const ZERO_PIECE = 1 << 20;

/** The one part needed here; the Node types have no WebAssembly. */
declare const WebAssembly: { Memory: new (size: { initial: number }) => { buffer: ArrayBuffer } };

let zeros: Uint8Array | null = null;

/**
 * The state of one transfer. `advance` is called after every call until it returns a result.
 * Requires: settledWithoutCall found nothing wrong with the operation.
 */
export class Transfer {
  private done = 0;
  private continuations = 0;
  private readonly fills: boolean;

  constructor(
    readonly op: IoOp,
    private readonly memory: Uint8Array,
  ) {
    this.fills = op.call === CALL.zeroFill;
  }

  /** What the next call reads into or writes from. */
  get buffer(): Uint8Array {
    return this.fills ? zeroPage() : this.memory;
  }

  /** Where the next piece begins in `buffer`. */
  get start(): number {
    return this.fills ? 0 : this.op.address + this.done;
  }

  /** Bytes the next call must move. */
  get length(): number {
    const rest = this.op.length - this.done;
    return this.fills ? Math.min(rest, ZERO_PIECE) : rest;
  }

  /** Where the next piece begins in the file. */
  get position(): number {
    return this.op.offset + this.done;
  }

  /**
   * Takes the outcome of a call, bytes or a negative errno, and returns the result of the whole
   * operation, or null when another call is needed.
   */
  advance(moved: number): number | null {
    if (moved === EINTR) return null;
    if (moved < 0) return moved;
    if (moved === 0 && this.op.length > 0 && this.op.call === CALL.pread) return ENODATA;
    const short = moved < this.length;
    this.done += moved;
    if (this.done >= this.op.length) return this.op.length;
    if (!short) return null;
    this.continuations += 1;
    return this.continuations > MOST_CONTINUATIONS ? EIO : null;
  }
}

/**
 * A linear memory is aligned to 64 KiB, which O_DIRECT needs and a plain array does not promise.
 */
function zeroPage(): Uint8Array {
  zeros ??= new Uint8Array(new WebAssembly.Memory({ initial: ZERO_PIECE >> 16 }).buffer);
  return zeros;
}
