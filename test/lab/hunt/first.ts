// Which hunt a canary meets first.

export const FIRST: ReadonlyMap<string, string> = new Map([]);
