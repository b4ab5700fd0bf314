// A file on disk as a source of bytes: opened for reading only, and only when it is a plain file.

import { open, stat, type FileHandle } from "node:fs/promises";
import { EnvironmentError, UsageError } from "../exit.js";
import type { ByteSource } from "./source.js";

/** Two buffers: one is being looked at while the other is being filled. */
const BUFFERS = 2;

/**
 * Opens `path`.
 * Errors: UsageError when it is no plain file or does not exist, EnvironmentError when the system
 * refuses.
 */
export async function openFile(path: string): Promise<FileSource> {
  await checkKind(path);
  try {
    const handle = await open(path, "r");
    return new FileSource(path, handle, (await handle.stat()).size);
  } catch (error) {
    throw refusal(path, error);
  }
}

async function checkKind(path: string): Promise<void> {
  let stats;
  try {
    stats = await stat(path);
  } catch (error) {
    throw refusal(path, error);
  }
  if (stats.isFile()) return;
  if (stats.isDirectory()) {
    throw new UsageError(
      `${path}: expected a file, found a directory; name the files in it, for example ${path.replace(/\/$/, "")}/*.ibd`,
    );
  }
  const what = stats.isBlockDevice()
    ? "a block device"
    : stats.isCharacterDevice()
      ? "a character device"
      : "a pipe or a socket";
  throw new UsageError(
    `${path}: expected a file, found ${what}; copy what you want to look at into a file first`,
  );
}

function refusal(path: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new UsageError(`${path}: expected a file, found nothing there; check the path`);
  }
  if (code === "EACCES" || code === "EPERM") {
    return new EnvironmentError(
      `${path}: expected a file this user may read, found ${code}; run as the server's user, or copy the file`,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new EnvironmentError(`${path}: could not be read: ${message}; is the mount still there?`);
}

export class FileSource implements ByteSource {
  private readonly buffers: Buffer[] = [];
  private turn = 0;

  constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  async read(offset: number, length: number): Promise<Uint8Array> {
    const buffer = this.nextBuffer(length);
    let filled = 0;
    try {
      while (filled < length) {
        const { bytesRead } = await this.handle.read(
          buffer,
          filled,
          length - filled,
          offset + filled,
        );
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } catch (error) {
      throw refusal(this.path, error);
    }
    return buffer.subarray(0, filled);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private nextBuffer(length: number): Buffer {
    this.turn = (this.turn + 1) % BUFFERS;
    const held = this.buffers[this.turn];
    if (held !== undefined && held.length >= length) return held;
    const fresh = Buffer.allocUnsafeSlow(length);
    this.buffers[this.turn] = fresh;
    return fresh;
  }
}
