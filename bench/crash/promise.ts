// What the documentation lets a configuration lose, under a fault and on a drive. Pure. The matrix
// marks every outcome that is not in the answer: then the lab or the documentation is wrong.
//
//   promise kept by the class of the method?   no ─▶ anything may be lost
//     │ yes
//     ├─ trx_commit 2, 0                       ─▶ the last commits may be lost
//     └─ a page can tear, and has no copy      ─▶ the store may refuse it
//
// Source: docs/durability.md, "What an acknowledged commit survives" and "Torn pages".

import {
  durabilityOf,
  ruleFor,
  unitOf,
  type Device,
  type DurabilityClass,
  type FaultModel,
  type FlushMethod,
  type Outcome,
} from "../host.js";

export type Loss = Exclude<Outcome, "ok">;

export interface Allowance {
  /** Outcomes that contradict nothing; empty: the store must come back whole. */
  readonly may: readonly Loss[];
  /** Why, as half sentences; empty when nothing may be lost. */
  readonly because: readonly string[];
}

export interface Configuration {
  readonly method: FlushMethod;
  readonly doublewrite: string;
  readonly trxCommit: number;
  readonly pageSize: number;
}

type Fault = Pick<FaultModel, "crash" | "freedom">;

/** `device`: the drive as the fault model makes it. */
export function allowance(config: Configuration, fault: Fault, device: Device): Allowance {
  const broken = brokenPromise(classOf(config.method, config.doublewrite), fault, device);
  if (broken !== null) return { may: ["lost", "refused", "silent"], because: [broken] };
  const may: Loss[] = [];
  const because: string[] = [];
  const policy = policyLoss(config, fault);
  if (policy !== null) {
    may.push("lost");
    because.push(policy);
  }
  const torn = tornLoss(config, fault, device);
  if (torn !== null) {
    may.push("refused");
    because.push(torn);
  }
  return { may, because };
}

/**
 * The class of a method under a doublewrite setting. The table's own class is for ON. With OFF
 * there are no copies whose sync could be missing, and pages are synced at points of their own.
 */
export function classOf(method: FlushMethod, doublewrite: string): DurabilityClass {
  if (doublewrite !== "OFF") return method.durability;
  const plain = ruleFor(method, "data", "data-batch-plain");
  return durabilityOf({
    ...method,
    except: {
      ...method.except,
      dblwr: { ...method.except?.dblwr, "dblwr-batch": "sync" },
      data: { ...method.except?.data, "data-batch": plain },
    },
  });
}

/** Says why what was synced, or only written, may be gone; null when the promise holds. */
function brokenPromise(
  durability: DurabilityClass,
  { crash }: Fault,
  device: Device,
): string | null {
  if (crash === "process-kill") return null;
  const isProtected = crash === "os-crash" || device.cache !== "volatile";
  if (!isProtected && !device.honest) return "the drive acknowledges flushes and drops them";
  if (!isProtected && !device.barriers) return "without barriers no flush reaches the drive";
  switch (durability) {
    case "power-loss":
      return null;
    case "protected-cache":
      if (device.copyOnWrite) return "copy-on-write reaches nothing that was not synced";
      return isProtected ? null : "what it does not sync waits in the drive's volatile cache";
    case "os-crash":
      return crash === "os-crash" ? null : "it promises nothing for a power cut";
    case "process-crash":
      return "what it does not sync waits in the page cache";
  }
}

function policyLoss({ method, trxCommit }: Configuration, { crash }: Fault): string | null {
  if (trxCommit === 0) return "trx_commit 0 acknowledges a commit before redo is written";
  if (trxCommit === 1 || crash === "process-kill") return null;
  // Where redo is opened O_DSYNC or O_SYNC, a write is as good as a sync.
  if (method.open.log.sync !== "none") return null;
  return "trx_commit 2 acknowledges a commit before redo is synced";
}

function tornLoss(config: Configuration, fault: Fault, device: Device): string | null {
  const { method, doublewrite, pageSize } = config;
  if (fault.freedom !== "torn" || method.atomicPages) return null;
  if (unitOf(fault.crash, device) >= pageSize) return null;
  if (doublewrite === "OFF") return "a torn page has no copy: doublewrite is OFF";
  if (doublewrite === "DETECT_ONLY") return "a torn page has no copy: doublewrite is DETECT_ONLY";
  return null;
}
