// The WASI calls the inspector makes, and no others. The compiler takes the module's name in the
// import section from the name of this file, hence the underscores.
//
// An iovec is { address u32, length u32 }. Every call returns an errno, 0 when it worked.

/** How many arguments there are, and the bytes of all of them with their terminators. */
export declare function args_sizes_get(countAt: usize, bytesAt: usize): u32;
/** Addresses of the arguments, and the arguments, each ended by a zero byte. */
export declare function args_get(addressesAt: usize, bytesAt: usize): u32;
/** Succeeds for a directory the host opened beforehand; they are numbered from 3. */
export declare function fd_prestat_get(fd: u32, prestatAt: usize): u32;
/** Opens a file below the directory `fd`; its number goes to `fdAt`. */
export declare function path_open(
  fd: u32,
  lookupFlags: u32,
  path: usize,
  pathBytes: usize,
  openFlags: u32,
  rights: u64,
  inheritedRights: u64,
  fdFlags: u32,
  fdAt: usize,
): u32;
/** Reads on from where the last read ended; the bytes read go to `bytesAt`, 0 at the end. */
export declare function fd_read(fd: u32, iovecs: usize, count: usize, bytesAt: usize): u32;
export declare function fd_write(fd: u32, iovecs: usize, count: usize, bytesAt: usize): u32;
export declare function fd_close(fd: u32): u32;
export declare function proc_exit(code: u32): void;
