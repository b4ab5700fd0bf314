// The border between WebAssembly and JavaScript: a 32-bit result arrives signed there. From 2^31 on
// an address, a page number or a space id would be negative, so every one is converted here, once.
// Whoever takes exports of the engine takes them from `unsigned`.

import type { EngineExports } from "./engine.js";

/** u32: an address, id, number or count. Others arrive as they are meant: 0 or 1, f64, nothing. */
type Result = "u32" | "flag" | "f64" | "none";

/** The result of every export; a test compares it with the declarations in engine/index.ts. */
export const RESULTS: Readonly<Record<keyof EngineExports, Result>> = {
  abiVersion: "u32",
  setOption: "flag",
  foundFile: "flag",
  arenaPlan: "f64",
  arenaStateEnd: "u32",
  stateSave: "none",
  stateLoad: "none",
  stateBytes: "u32",
  ringHeaderAddress: "u32",
  submissionAddress: "u32",
  completionAddress: "u32",
  ringSlots: "u32",
  exchangeAddress: "u32",
  exchangeBytes: "u32",
  countersAddress: "u32",
  countersCount: "u32",
  failureAddress: "u32",
  panicAddress: "u32",
  storeCreate: "u32",
  storeOpen: "u32",
  storeClose: "u32",
  storeState: "u32",
  storeStatus: "u32",
  isPoisoned: "flag",
  poll: "none",
  storeCheckpoint: "f64",
  checkpointIsDone: "flag",
  trxCommit: "u32",
  commitLsn: "f64",
  pendingSpace: "u32",
  pendingPage: "u32",
  pageIsPending: "flag",
  logWrite: "none",
  logStep: "none",
  lsn: "f64",
  writeLsn: "f64",
  flushedToDiskLsn: "f64",
  checkpointLsn: "f64",
  redoLogCapacity: "f64",
  redoLogSoftLimit: "f64",
  redoLogHardLimit: "f64",
  pageRead: "u32",
  pageReadStatus: "u32",
  fspReserve: "u32",
  reservedPage: "u32",
  fspUnreserve: "none",
  spacePages: "u32",
  ddlCreate: "u32",
  ddlDrop: "u32",
  ddlStatus: "u32",
  ddlSpaceId: "u32",
  dictCapacity: "u32",
  dictList: "u32",
  dictNameLength: "u32",
  dictIsBehindEnd: "flag",
  dictStatus: "u32",
  stampPages: "none",
  stampLogBlocks: "none",
  pageChecksumIsValid: "flag",
  poolPagesData: "u32",
  poolPagesFree: "u32",
  poolPagesDirty: "u32",
  poolPagesOld: "u32",
  checkInvariants: "none",
};

type Raw = (a?: number, b?: number) => number;

/** Takes the exports of an instance; every 32-bit result is 0 to 2^32 - 1 from here on. */
export function unsigned(exports: WebAssembly.Instance["exports"]): EngineExports {
  const raw = exports as unknown as Record<string, Raw>;
  const names = Object.keys(RESULTS) as (keyof EngineExports)[];
  const converted = names.map((name): [string, Raw] => {
    if (RESULTS[name] !== "u32") return [name, raw[name]!];
    return [name, (HOT[name] ?? converting)(raw[name]!)];
  });
  return Object.fromEntries(converted) as unknown as EngineExports;
}

/** Called in every read or commit: a literal of its own each, so that V8 learns its one target. */
const HOT: Partial<Record<string, (call: Raw) => Raw>> = {
  pageRead: (call) => (a, b) => call(a, b) >>> 0,
  trxCommit: (call) => (a, b) => call(a, b) >>> 0,
  exchangeAddress: (call) => () => call() >>> 0,
  exchangeBytes: (call) => () => call() >>> 0,
  storeState: (call) => () => call() >>> 0,
};

/** One closure for each number of arguments: a rest parameter would be slower. */
function converting(call: Raw): Raw {
  if (call.length === 0) return () => call() >>> 0;
  if (call.length === 1) return (a) => call(a) >>> 0;
  if (call.length === 2) return (a, b) => call(a, b) >>> 0;
  throw new TypeError("engine: an export that returns 32 bits has at most two arguments");
}
