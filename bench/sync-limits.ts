// Below which latency a sync cannot have reached a medium; for every report that judges syncs.

/** Common flash programs a page in no less; a magnetic disk needs milliseconds. Nanoseconds. */
export const MEDIUM_NS_MIN = 100_000;
