// Files and directories of the memory backend.
// A file that is unlinked while it is open stays readable and writable through its handles.

import { FileTree } from "./file-tree.js";

/** Content of one file. Invariant: bytes of `store` at or after `size` are zero. */
export class MemoryFile {
  private store = new Uint8Array(0);
  private used = 0;

  /** Current size in bytes. */
  get size(): number {
    return this.used;
  }

  /** Returns a view of existing bytes; it is valid until the file grows. */
  content(offset: number, length: number): Uint8Array {
    return this.store.subarray(offset, offset + length);
  }

  /** Returns a view to be written; the file grows with zeros up to its end. */
  reserve(offset: number, length: number): Uint8Array {
    const end = offset + length;
    if (length > 0 && end > this.used) this.grow(end);
    return this.store.subarray(offset, end);
  }

  private grow(size: number): void {
    if (size > this.store.length) {
      // Doubling keeps an appended log linear in time.
      const larger = new Uint8Array(Math.max(size, 2 * this.store.length));
      larger.set(this.store);
      this.store = larger;
    }
    this.used = size;
  }
}

/** A tree of files in memory. Errors: those of FileTree. */
export class MemoryDisk {
  private readonly tree = new FileTree<MemoryFile>();

  /** Creates an empty file. */
  create(path: string): MemoryFile {
    return this.tree.add(path, () => new MemoryFile());
  }

  find(path: string): MemoryFile {
    return this.tree.find(path);
  }

  unlink(path: string): void {
    this.tree.unlink(path);
  }

  makeDirectory(path: string): void {
    this.tree.makeDirectory(path);
  }

  list(path: string): string[] | null {
    return this.tree.list(path);
  }
}
