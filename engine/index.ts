// The exports of the engine, and nothing else. docs/architecture.md lists them.
//
// LSNs and times cross as f64: an LSN stays below 2^53 for petabytes of redo, and a BigInt would
// cost more than the call. Addresses are u32.

import { arenaPlan as plan, exchangeBase, exchangeSize, ringHeader } from "./abi/arena";
import { arenaStateEnd as stateEnd, completionBase, submissionBase } from "./abi/arena";
import { pageSize, setOption as set } from "./abi/config";
import { COUNTERS_COUNT, countersAddress as countersAt } from "./abi/counters";
import { failureRecord as failure, poisoned } from "./abi/failure";
import { panicRecord as panicAt } from "./abi/panic";
import { AT_LOG_COMMIT } from "./abi/io";
import { RING_SLOTS } from "./limits";
import { flushLength } from "./buf/flush-list";
import { freeLength } from "./buf/free-list";
import { lruLength, oldLength } from "./buf/lru";
import { checkFlushList } from "./buf/flush-list";
import { checkLru } from "./buf/lru";
import { IO_READ } from "./buf/control-block";
import { hashFind } from "./buf/page-hash";
import { ddlSpaceId as ddlSpace, ddlStart, ddlStatus as ddlState } from "./ddl/ddl";
import {
  dictCapacity as capacity,
  dictList as list,
  dictStatus as dictState,
} from "./ddl/dictionary";
import { listedLength } from "./ddl/dictionary";
import { copiesOnDisk, foundFile as found } from "./fil/found-files";
import { spaceFind } from "./fil/space";
import { checksumIsValid, stampChecksum } from "./format/fil";
import { stampBlock, blockIsZero, OS_FILE_LOG_BLOCK_SIZE } from "./format/log-block";
import {
  fspReserve as reserve,
  fspUnreserve as unreserve,
  reservedPage as reserved,
} from "./fsp/allocate";
import { checkpointLsn as ckptLsn } from "./log/checkpoint";
import { lsn as endLsn } from "./log/log-buffer";
import { hardLimit, softLimit } from "./log/log-file";
import { flushedToDiskLsn as flushed, logWriterStep, logWriteUpTo } from "./log/log-writer";
import { writeLsn as written } from "./log/log-writer";
import * as machine from "./store";
import { commitLsn as trxLsn, readStatus as trxReadStatus, trxCommit as commit } from "./trx/trx";
import { pendingPage as trxPendingPage, pendingSpace as trxPendingSpace, trxRead } from "./trx/trx";
import { redoCapacity } from "./abi/config";

/** Version of this list of exports; the host refuses another. */
export function abiVersion(): u32 {
  return 1;
}

export function setOption(id: u32, value: f64): bool {
  return set(id, value);
}

export function foundFile(kind: u32, id: u32, size: f64): bool {
  return found(kind, id, size);
}

/** Lays out memory and returns the bytes it needs; the host grows memory to that, once. */
export function arenaPlan(): f64 {
  return plan(copiesOnDisk);
}

/** The end of static data and state. Buffers follow; what they hold before the open is nothing. */
export function arenaStateEnd(): usize {
  return stateEnd;
}

export function ringHeaderAddress(): usize {
  return ringHeader;
}

export function submissionAddress(): usize {
  return submissionBase;
}

export function completionAddress(): usize {
  return completionBase;
}

export function ringSlots(): u32 {
  return RING_SLOTS;
}

export function exchangeAddress(): usize {
  return exchangeBase;
}

export function exchangeBytes(): u32 {
  return exchangeSize;
}

export function countersAddress(): usize {
  return countersAt();
}

export function countersCount(): u32 {
  return COUNTERS_COUNT;
}

export function failureAddress(): usize {
  return failure();
}

export function panicAddress(): usize {
  return panicAt();
}

export function storeCreate(): u32 {
  return machine.storeCreate();
}

export function storeOpen(): u32 {
  return machine.storeOpen();
}

export function storeClose(): u32 {
  return machine.storeClose();
}

export function storeState(): u32 {
  return machine.storeState;
}

export function storeStatus(): u32 {
  return machine.storeStatus;
}

export function isPoisoned(): bool {
  return poisoned();
}

export function poll(nowMs: f64): void {
  machine.poll(<u64>nowMs);
}

export function storeCheckpoint(): f64 {
  return machine.storeCheckpoint();
}

export function checkpointIsDone(): bool {
  return machine.checkpointIsDone();
}

export function trxCommit(length: u32, mayRead: bool): u32 {
  return commit(length, mayRead);
}

export function commitLsn(): f64 {
  return <f64>trxLsn;
}

/**
 * Space of the page that a PENDING commit waits for, 0xffffffff when it waits for something else.
 */
export function pendingSpace(): u32 {
  return trxPendingSpace;
}

export function pendingPage(): u32 {
  return trxPendingPage;
}

/** True while a read of the page is in flight. */
export function pageIsPending(spaceId: u32, pageNo: u32): bool {
  const block = hashFind(spaceId, pageNo);
  return block !== null && block.ioFix == IO_READ;
}

/** Wants redo up to `upTo` written, and durable if `flush`. */
export function logWrite(upTo: f64, flush: bool): void {
  logWriteUpTo(<u64>upTo, flush, AT_LOG_COMMIT);
}

/** Requests that write now, without waiting for a poll: for a caller that blocks. */
export function logStep(): void {
  logWriterStep();
}

export function lsn(): f64 {
  return <f64>endLsn;
}

export function writeLsn(): f64 {
  return <f64>written;
}

export function flushedToDiskLsn(): f64 {
  return <f64>flushed;
}

export function checkpointLsn(): f64 {
  return <f64>ckptLsn;
}

export function redoLogCapacity(): f64 {
  return <f64>redoCapacity;
}

export function redoLogSoftLimit(): f64 {
  return <f64>softLimit();
}

export function redoLogHardLimit(): f64 {
  return <f64>hardLimit();
}

/** Address of a page's body, or 0: see pageReadStatus. */
export function pageRead(spaceId: u32, pageNo: u32): usize {
  return trxRead(spaceId, pageNo);
}

export function pageReadStatus(): u32 {
  return trxReadStatus;
}

export function fspReserve(spaceId: u32): u32 {
  return reserve(spaceId);
}

export function reservedPage(): u32 {
  return reserved;
}

export function fspUnreserve(spaceId: u32, pageNo: u32): void {
  unreserve(spaceId, pageNo);
}

export function spacePages(spaceId: u32): u32 {
  const space = spaceFind(spaceId);
  return space === null ? 0 : space.sizePages;
}

export function ddlCreate(nameLength: u32): u32 {
  return ddlStart(true, nameLength);
}

export function ddlDrop(nameLength: u32): u32 {
  return ddlStart(false, nameLength);
}

export function ddlStatus(): u32 {
  return ddlState;
}

export function ddlSpaceId(): u32 {
  return ddlSpace;
}

export function dictCapacity(): u32 {
  return capacity();
}

/** Space id of entry `n`, 0 when empty; its name is left in the exchange area. */
export function dictList(n: u32): u32 {
  return list(n, exchangeBase);
}

export function dictNameLength(): u32 {
  return listedLength;
}

export function dictStatus(): u32 {
  return dictState;
}

/** Stamps the checksums of `count` pages, for executors that do not. */
export function stampPages(at: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) stampChecksum(at + i * pageSize, pageSize);
}

/** Stamps the checksums of the log blocks in `length` bytes, for executors that do not. */
export function stampLogBlocks(at: usize, length: u32): void {
  for (let offset: u32 = 0; offset < length; offset += OS_FILE_LOG_BLOCK_SIZE) {
    if (!blockIsZero(at + offset)) stampBlock(at + offset);
  }
}

/** True when the checksum of the page at `at` is right. */
export function pageChecksumIsValid(at: usize): bool {
  return checksumIsValid(at, pageSize);
}

export function poolPagesData(): u32 {
  return lruLength;
}

export function poolPagesFree(): u32 {
  return freeLength;
}

export function poolPagesDirty(): u32 {
  return flushLength;
}

export function poolPagesOld(): u32 {
  return oldLength;
}

/** Verifies the invariants of every list; for tests. */
export function checkInvariants(): void {
  checkLru();
  checkFlushList();
}
