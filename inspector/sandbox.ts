// The world outside, as far as there is one: arguments, the read-only file "window" in the first
// directory the host opened, and the two output streams. Nothing is ever opened for writing.
//
//   window    0                          bytes                       WINDOW_MAX
//             │ a piece of the file      │ whatever was there before │
//
// Invariant: no reader looks at a byte at or beyond window + windowBytes.

import {
  args_get,
  args_sizes_get,
  fd_close,
  fd_prestat_get,
  fd_read,
  fd_write,
  path_open,
  proc_exit,
} from "./wasi_snapshot_preview1";

/** Bytes of a window, at most; a multiple of the largest page. */
export const WINDOW_MAX: u32 = 4194304;
/** Arguments behind the program's name and the command, at most. */
const NUMBERS_MAX: u32 = 16;
const ARGUMENT_BYTES_MAX: u32 = 1024;
const FIRST_DIRECTORY: u32 = 3;
const LAST_DIRECTORY: u32 = 16;
const RIGHT_FD_READ: u64 = 2;

export const STDOUT: u32 = 1;
export const STDERR: u32 = 2;

/** Exit codes of the command; the host turns them into sentences. */
export const EXIT_BAD_ARGUMENTS: u32 = 64;
export const EXIT_NO_WINDOW: u32 = 66;
export const EXIT_ASSERTION: u32 = 70;
export const EXIT_NO_OUTPUT: u32 = 74;

/** Frames of pages must start on 512 bytes; 64 KiB lets every page of a window do so. */
export const window: usize = memory.data(4194304, 65536);
export let windowBytes: u32 = 0;

const addresses: usize = memory.data(128, 8);
const argumentBytes: usize = memory.data(1024, 8);
const numbers: usize = memory.data(128, 8);
const name: usize = memory.data<u8>([0x77, 0x69, 0x6e, 0x64, 0x6f, 0x77]);
const NAME_BYTES: usize = 6;
const iovec: usize = memory.data(16, 8);
const result: usize = memory.data(16, 8);

/** First letter of the command. */
export let command: u32 = 0;

/** Reads the arguments: the program's name, a command, then decimal numbers. */
export function readArguments(): void {
  if (args_sizes_get(result, result + 4) != 0) proc_exit(EXIT_BAD_ARGUMENTS);
  const count = load<u32>(result);
  const isTooLong = load<u32>(result, 4) > ARGUMENT_BYTES_MAX;
  if (count < 2 || count > NUMBERS_MAX + 2 || isTooLong) proc_exit(EXIT_BAD_ARGUMENTS);
  if (args_get(addresses, argumentBytes) != 0) proc_exit(EXIT_BAD_ARGUMENTS);
  command = load<u8>(load<u32>(addresses + 4));
  for (let index: u32 = 0; index < NUMBERS_MAX; index++) {
    const isGiven = index + 2 < count;
    const value: u64 = isGiven ? decimalAt(load<u32>(addresses + 8 + 4 * index)) : 0;
    store<u64>(numbers + 8 * index, value);
  }
}

/** Argument `index` behind the command, as a number; 0 when it was not given. */
export function argument(index: u32): u64 {
  assert(index < NUMBERS_MAX, "sandbox: an argument the command has");
  return load<u64>(numbers + 8 * index);
}

function decimalAt(at: usize): u64 {
  let value: u64 = 0;
  while (load<u8>(at) != 0) {
    const digit = <u32>load<u8>(at) - 48;
    if (digit > 9) proc_exit(EXIT_BAD_ARGUMENTS);
    value = value * 10 + digit;
    at++;
  }
  return value;
}

/** Reads `expected` bytes of the file "window"; fewer when it is shorter. */
export function readWindow(expected: u32): void {
  const fd = openWindow();
  const limit = min<u32>(expected, WINDOW_MAX);
  windowBytes = 0;
  while (windowBytes < limit) {
    store<u32>(iovec, <u32>window + windowBytes);
    // Never more than is there: a runtime may allocate what is asked for, not what it delivers.
    store<u32>(iovec, limit - windowBytes, 4);
    if (fd_read(fd, iovec, 1, result) != 0) proc_exit(EXIT_NO_WINDOW);
    const got = load<u32>(result);
    if (got == 0) break;
    windowBytes += min<u32>(got, limit - windowBytes);
  }
  fd_close(fd);
}

function openWindow(): u32 {
  for (let directory = FIRST_DIRECTORY; directory <= LAST_DIRECTORY; directory++) {
    if (fd_prestat_get(directory, result) != 0) continue;
    const errno = path_open(directory, 0, name, NAME_BYTES, 0, RIGHT_FD_READ, 0, 0, result);
    if (errno == 0) return load<u32>(result);
  }
  proc_exit(EXIT_NO_WINDOW);
  return 0;
}

/** Writes all `length` bytes at `at` to a stream. */
export function writeStream(stream: u32, at: usize, length: u32): void {
  while (length > 0) {
    store<u32>(iovec, <u32>at);
    store<u32>(iovec, length, 4);
    if (fd_write(stream, iovec, 1, result) != 0) proc_exit(EXIT_NO_OUTPUT);
    const written = min<u32>(load<u32>(result), length);
    if (written == 0) proc_exit(EXIT_NO_OUTPUT);
    at += written;
    length -= written;
  }
}

export function exit(code: u32): void {
  proc_exit(code);
}
