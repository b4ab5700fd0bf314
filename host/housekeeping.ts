// Names of files in a store directory that are not the engine's.

/** The lock file; every other file of a lock begins with it and a dot. */
export const LOCK_FILE = "tornproof.lock";
/** A file that a probe makes and removes; the rest of the name is random. */
export const PROBE_FILE_PREFIX = ".tornproof-probe-";
