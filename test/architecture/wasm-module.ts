// Reads the import and export sections of a WebAssembly binary.
//
//   magic, version │ section: id, size, body │ section …
//   import entry: module, name, kind, type     (memory type: flags, minimum, maximum if flag bit 0)
//   export entry: name, kind, index
//
// The JavaScript API names imports but does not show the limits of a memory, so we read them here.

export interface WasmImport {
  /** "module.name". */
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global";
  /** For a memory: in pages of 64 KiB; null when there is no maximum. */
  readonly maximum: number | null;
  /** For a memory: whether threads may share it. */
  readonly isShared: boolean;
}

export interface WasmInterface {
  readonly imports: readonly WasmImport[];
  readonly exports: readonly string[];
}

const KINDS = ["function", "table", "memory", "global"] as const;
const SECTION_IMPORT = 2;
const SECTION_EXPORT = 7;
const HEADER_SIZE = 8;

/** Errors: Error when the bytes are cut or hold an import kind unknown here. */
export function readInterface(bytes: Uint8Array): WasmInterface {
  const imports: WasmImport[] = [];
  const exports: string[] = [];
  const reader = new Reader(bytes, HEADER_SIZE);
  while (!reader.isAtEnd()) {
    const id = reader.byte();
    const size = reader.number();
    const body = reader.slice(size);
    if (id === SECTION_IMPORT) imports.push(...readVector(body, readImport));
    if (id === SECTION_EXPORT) exports.push(...readVector(body, readExport));
  }
  return { imports, exports };
}

function readVector<T>(reader: Reader, readOne: (reader: Reader) => T): T[] {
  return Array.from({ length: reader.number() }, () => readOne(reader));
}

function readExport(reader: Reader): string {
  const name = reader.text();
  reader.byte();
  reader.number();
  return name;
}

function readImport(reader: Reader): WasmImport {
  const name = `${reader.text()}.${reader.text()}`;
  const code = reader.byte();
  const kind = KINDS[code];
  if (kind === undefined) throw new Error(`wasm: import ${name} has unknown kind ${code}`);
  if (kind === "table") reader.byte();
  if (kind === "table" || kind === "memory") return { name, kind, ...readLimits(reader) };
  reader.number();
  if (kind === "global") reader.byte();
  return { name, kind, maximum: null, isShared: false };
}

function readLimits(reader: Reader): { maximum: number | null; isShared: boolean } {
  const flags = reader.number();
  reader.number();
  const maximum = (flags & 1) === 0 ? null : reader.number();
  return { maximum, isShared: (flags & 2) !== 0 };
}

/** A cursor over the bytes; numbers are unsigned LEB128. */
class Reader {
  #at: number;

  constructor(
    private readonly bytes: Uint8Array,
    start: number,
  ) {
    this.#at = start;
  }

  isAtEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.#at++];
    if (value === undefined) throw new Error(`wasm: cut at byte ${this.bytes.length}`);
    return value;
  }

  number(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const part = this.byte();
      value += (part & 0x7f) * factor;
      if (part < 0x80) return value;
      factor *= 0x80;
    }
  }

  slice(size: number): Reader {
    const body = this.bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return new Reader(body, 0);
  }

  text(): string {
    const size = this.number();
    const chars = this.bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return new TextDecoder().decode(chars);
  }
}
