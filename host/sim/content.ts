// The bytes of one simulated file, in chunks that copies share until one of them writes.
//
//   original   │ a │ b │ c │           a fork owns nothing at first; the first write to a chunk
//   fork       │ a │ B'│ c │           copies that chunk into a new one
//
// A crash state differs from its neighbor in a few sectors, so making it costs what differs. After
// a fork neither side owns a chunk, so both may be written.

export const CHUNK = 4096;

/** A chunk of zeros that everybody shares and nobody writes. */
const ZEROS = new Uint8Array(CHUNK);

/** Hands out chunks, and takes them all back at once. */
export class ChunkPool {
  private readonly chunks: Uint8Array[] = [];
  private used = 0;

  /** A chunk with anything in it. */
  take(): Uint8Array {
    if (this.used === this.chunks.length) this.chunks.push(new Uint8Array(CHUNK));
    return this.chunks[this.used++]!;
  }

  /** Takes back every chunk: whoever still holds a content made from this pool must let it go. */
  reset(): void {
    this.used = 0;
  }
}

/** Chunks that are never taken back. */
export const HEAP: Pick<ChunkPool, "take"> = { take: () => new Uint8Array(CHUNK) };

export class Content {
  private constructor(
    private readonly chunks: Uint8Array[],
    private owned: boolean[],
    private readonly pool: Pick<ChunkPool, "take">,
    private bytes: number,
  ) {}

  static empty(pool: Pick<ChunkPool, "take"> = HEAP): Content {
    return new Content([], [], pool, 0);
  }

  static of(bytes: Uint8Array, pool: Pick<ChunkPool, "take"> = HEAP): Content {
    const content = Content.empty(pool);
    content.write(0, bytes, 0, bytes.length);
    return content;
  }

  /** Bytes. */
  get size(): number {
    return this.bytes;
  }

  fork(pool: Pick<ChunkPool, "take"> = HEAP): Content {
    this.owned = [];
    return new Content(this.chunks.slice(), [], pool, this.bytes);
  }

  /** Cuts the file, or lets it grow with zeros. */
  resize(size: number): void {
    const count = Math.ceil(size / CHUNK);
    if (size < this.bytes) {
      this.chunks.length = count;
      this.owned.length = Math.min(this.owned.length, count);
      // What is cut off must read as zeros if the file grows again.
      if (size % CHUNK !== 0) this.own(count - 1).fill(0, size % CHUNK);
    }
    while (this.chunks.length < count) this.chunks.push(ZEROS);
    this.bytes = size;
  }

  /** Writes `length` bytes of `source` from `from` on, zeros when it is null; the file may grow. */
  write(offset: number, source: Uint8Array | null, from: number, length: number): void {
    if (offset + length > this.bytes) this.resize(offset + length);
    for (let done = 0; done < length;) {
      const at = offset + done;
      const index = Math.floor(at / CHUNK);
      const inside = at - index * CHUNK;
      const size = Math.min(CHUNK - inside, length - done);
      if (source === null) this.zero(index, inside, size);
      else this.own(index).set(source.subarray(from + done, from + done + size), inside);
      done += size;
    }
  }

  private zero(index: number, inside: number, size: number): void {
    if (size < CHUNK) return void this.own(index).fill(0, inside, inside + size);
    this.chunks[index] = ZEROS;
    this.owned[index] = false;
  }

  /** The chunk, copied first when it is shared. */
  private own(index: number): Uint8Array {
    if (this.owned[index] === true) return this.chunks[index]!;
    const chunk = this.pool.take();
    chunk.set(this.chunks[index]!);
    this.chunks[index] = chunk;
    this.owned[index] = true;
    return chunk;
  }

  /** Copies bytes that exist into `target`. */
  read(offset: number, target: Uint8Array): void {
    for (let done = 0; done < target.length;) {
      const at = offset + done;
      const index = Math.floor(at / CHUNK);
      const inside = at - index * CHUNK;
      const size = Math.min(CHUNK - inside, target.length - done);
      target.set(this.chunks[index]!.subarray(inside, inside + size), done);
      done += size;
    }
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.bytes);
    this.read(0, bytes);
    return bytes;
  }
}
