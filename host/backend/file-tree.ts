// Files and directories by path, with the errors a POSIX file system gives. What a file is, the
// backend says: the memory backend and the simulated disk share the tree.

import { IoError } from "../errors.js";

/** A tree of files in memory. `/` and the working directory `.` always exist. */
export class FileTree<File> {
  private readonly files = new Map<string, File>();
  private readonly directories = new Set<string>(["/", "."]);

  /** Adds a file made by `make`. Errors: IoError EEXIST, or ENOENT without its directory. */
  add(path: string, make: (key: string) => File): File {
    const key = normalize(path);
    if (this.files.has(key) || this.directories.has(key)) throw new IoError("EEXIST", "open", path);
    if (!this.directories.has(parentOf(key))) throw new IoError("ENOENT", "open", path);
    const file = make(key);
    this.files.set(key, file);
    return file;
  }

  /** Returns an existing file. Errors: IoError ENOENT, or EISDIR. */
  find(path: string): File {
    const file = this.files.get(path) ?? this.files.get(normalize(path));
    if (file !== undefined) return file;
    const isDirectory = this.directories.has(normalize(path));
    throw new IoError(isDirectory ? "EISDIR" : "ENOENT", "open", path);
  }

  /** Removes a file's entry and returns the file. Errors: IoError ENOENT. */
  unlink(path: string): File {
    const key = normalize(path);
    const file = this.files.get(key);
    if (file === undefined) throw new IoError("ENOENT", "unlink", path);
    this.files.delete(key);
    return file;
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

  /** Every file by its normalized path. */
  entries(): IterableIterator<[string, File]> {
    return this.files.entries();
  }

  /** Forgets every file and every directory. */
  clear(): void {
    this.files.clear();
    this.directories.clear();
    this.directories.add("/").add(".");
  }
}

/** One spelling per file: no empty, "." or resolvable ".." parts, no trailing slash. */
export function normalize(path: string): string {
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

export function parentOf(key: string): string {
  const slash = key.lastIndexOf("/");
  if (slash < 0) return ".";
  return slash === 0 ? "/" : key.slice(0, slash);
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
