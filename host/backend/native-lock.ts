// The kernel's witness of ownership, from the addon: a lock that ends with the open file.

import { loadAddon } from "../../native/index.js";

/**
 * Takes an OFD lock on an open file without waiting; false when another open of it has one. Null
 * where the addon was not built. Errors: Error with `code` where the file system has none.
 */
export function kernelLock(): ((fd: number) => boolean) | null {
  const addon = loadAddon();
  return addon === null ? null : (fd) => addon.lock(fd);
}
