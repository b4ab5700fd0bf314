// Files and directories of the memory backend, by path, with the errors a POSIX file system gives.
// A file that is unlinked while it is open stays readable and writable through its handles.

import { IoError } from "../errors.js";

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

/** A tree of files in memory. `/` and the working directory `.` always exist. */
export class MemoryDisk {
  private readonly files = new Map<string, MemoryFile>();
  private readonly directories = new Set<string>(["/", "."]);

  /** Creates an empty file. Errors: IoError EEXIST, or ENOENT without its directory. */
  create(path: string): MemoryFile {
    const key = normalize(path);
    if (this.files.has(key) || this.directories.has(key)) throw new IoError("EEXIST", "open", path);
    if (!this.directories.has(parentOf(key))) throw new IoError("ENOENT", "open", path);
    const file = new MemoryFile();
    this.files.set(key, file);
    return file;
  }

  /** Returns an existing file. Errors: IoError ENOENT, or EISDIR. */
  find(path: string): MemoryFile {
    const key = normalize(path);
    const file = this.files.get(key);
    if (file !== undefined) return file;
    throw new IoError(this.directories.has(key) ? "EISDIR" : "ENOENT", "open", path);
  }

  /** Removes a file's entry. Errors: IoError ENOENT. */
  unlink(path: string): void {
    if (!this.files.delete(normalize(path))) throw new IoError("ENOENT", "unlink", path);
  }

  /** Creates a directory and its parents. Errors: IoError EEXIST when a file is in the way. */
  makeDirectory(path: string): void {
    const missing: string[] = [];
    for (let key = normalize(path); !this.directories.has(key); key = parentOf(key)) {
      if (this.files.has(key)) throw new IoError("EEXIST", "mkdir", path);
      missing.push(key);
    }
    for (const key of missing) this.directories.add(key);
  }

  /** Names in a directory, sorted; null when it does not exist. Errors: IoError ENOTDIR. */
  list(path: string): string[] | null {
    const key = normalize(path);
    if (this.files.has(key)) throw new IoError("ENOTDIR", "readdir", path);
    if (!this.directories.has(key)) return null;
    const names: string[] = [];
    for (const entry of [...this.files.keys(), ...this.directories]) {
      if (entry !== key && parentOf(entry) === key) names.push(nameOf(entry));
    }
    return names.sort();
  }
}

/** One spelling per file: no empty, "." or resolvable ".." parts, no trailing slash. */
function normalize(path: string): string {
  const absolute = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !absolute) parts.push(part);
  }
  if (parts.length === 0) return absolute ? "/" : ".";
  return (absolute ? "/" : "") + parts.join("/");
}

function parentOf(key: string): string {
  const slash = key.lastIndexOf("/");
  if (slash < 0) return ".";
  return slash === 0 ? "/" : key.slice(0, slash);
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
