// The fault models of the laboratory by name: which crash, on which device, and how freely what was
// not durable may be lost. Each one allows more than the one before it.

import { VOLATILE, type Crash, type Device } from "./device.js";

/**
 * prefix   what was written last is lost first, whole writes
 * whole    any of the writes, whole
 * torn     any of the writes, and any part of each
 */
export type Freedom = "prefix" | "whole" | "torn";

export interface FaultModel {
  readonly name: string;
  /** Heading of a column. */
  readonly title: string;
  /** What happens, in words. */
  readonly summary: string;
  readonly crash: Crash;
  readonly freedom: Freedom;
  readonly device: Partial<Device>;
}

export const FAULT_MODELS: readonly FaultModel[] = [
  {
    name: "process-kill",
    title: "kill",
    summary: "the process ends; the operating system and the drive go on",
    ...{ crash: "process-kill", freedom: "torn", device: {} },
  },
  {
    name: "os-crash",
    title: "OS crash",
    summary: "the page cache is lost, page by page; the drive goes on",
    ...{ crash: "os-crash", freedom: "torn", device: {} },
  },
  {
    name: "power-cut",
    title: "power",
    summary: "page cache and drive cache are lost; what was written last is lost first",
    ...{ crash: "power-cut", freedom: "prefix", device: {} },
  },
  {
    name: "reorder",
    title: "reorder",
    summary: "power cut; any of the writes that were not durable may be there",
    ...{ crash: "power-cut", freedom: "whole", device: {} },
  },
  {
    name: "torn",
    title: "torn",
    summary: "power cut; any of the writes, and any sectors of each, may be there",
    ...{ crash: "power-cut", freedom: "torn", device: {} },
  },
  {
    name: "two-device",
    title: "2 devices",
    summary: "as torn, with redo on a device of its own",
    ...{ crash: "power-cut", freedom: "torn", device: { separateLog: true } },
  },
  {
    name: "lying-flush",
    title: "liar",
    summary: "as torn, on a drive that acknowledges flushes and drops them",
    ...{ crash: "power-cut", freedom: "torn", device: { honest: false } },
  },
];

export function faultModel(name: string): FaultModel | undefined {
  return FAULT_MODELS.find((each) => each.name === name);
}

/** The device of a fault model on top of what the user says of the drive. */
export function deviceFor(model: FaultModel, drive: Partial<Device> = {}): Device {
  return { ...VOLATILE, ...drive, ...model.device };
}
