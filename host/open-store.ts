// Everything between a directory name and a running engine: options, lock, files, probes, method.

import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import type { Backend } from "./backend/backend.js";
import { createBackend, type BackendName } from "./backend/index.js";
import { kernelLock } from "./backend/native-lock.js";
import { Driver } from "./driver.js";
import { engineOptions } from "./engine-options.js";
import { Engine, type EngineOptions } from "./engine.js";
import { asError, StoreError } from "./errors.js";
import { errorOf } from "./failure.js";
import type { FlushMethod } from "./flush/index.js";
import { inspectDirectory, type Inspection } from "./inspect-directory.js";
import { installedEngine } from "./installed-engine.js";
import { Layout } from "./layout.js";
import { removeLeftovers } from "./leftovers.js";
import type { NormalizedOptions, StoreOptions } from "./options.js";
import { chooseMethod, normalizeOptions } from "./options.js";
import type { EffectiveMethod, Probes } from "./probe/index.js";
import { Observation } from "./observe/observation.js";
import { effectiveMethod, probeAtomicWrite, probeDirectories } from "./probe/index.js";
import { Pump } from "./pump.js";
import { acquireStoreLocks, type StoreLocks } from "./store-locks.js";

/** States of engine/store.ts. */
const STATE_RUNNING = 5;
const STATE_FAILED = 8;
const UUID_MAX = 2 ** 32 - 1;

/** A store that runs, and what it runs on. */
export interface OpenedStore {
  readonly options: NormalizedOptions;
  readonly layout: Layout;
  readonly backend: Backend;
  readonly method: EffectiveMethod;
  readonly engine: Engine;
  readonly driver: Driver;
  readonly pump: Pump;
  readonly observation: Observation | null;
  readonly lock: StoreLocks | null;
  /** Recovery found a store that had not been closed, or damage it was told to cut. */
  readonly isNew: boolean;
}

/** Sizes below InnoDB's minimum, for tests and for the crash laboratory; engine-options.ts. */
export type EngineOverrides = EngineOptions;

/**
 * Opens or creates the store in `dir`. Errors: the four kinds of errors.ts; nothing is left open.
 */
export async function openStore(
  dir: string,
  input: StoreOptions,
  overrides: EngineOverrides = new Map(),
): Promise<OpenedStore> {
  const options = normalizeOptions(input);
  const backend = takeBackend(options);
  const layout = layoutOf(dir, options, backend);
  prepareDirectories(backend, layout, options.create);
  const lock = backend.capabilities.persistent ? acquireStoreLocks(layout, kernelLock()) : null;
  try {
    return await openLocked({ options, backend, layout, lock, overrides });
  } catch (error) {
    await backend.detach();
    lock?.release();
    throw error;
  }
}

function takeBackend(options: NormalizedOptions): Backend {
  if (typeof options.backend !== "string") return options.backend;
  return createBackend(options.backend as BackendName | "auto", { queueDepth: options.queueDepth });
}

function layoutOf(dir: string, options: NormalizedOptions, backend: Backend): Layout {
  const base = backend.capabilities.persistent ? resolve(dir) : dir;
  const inside = (other: string | null): string => (other === null ? base : resolve(base, other));
  return new Layout(
    base,
    inside(options.innodb_log_group_home_dir),
    inside(options.innodb_doublewrite_dir),
    options.innodb_page_size,
  );
}

function prepareDirectories(backend: Backend, layout: Layout, create: boolean): void {
  for (const dir of layout.directories()) {
    if (backend.list(dir) !== null) continue;
    if (!create) throw new StoreError("NO_SUCH_STORE", `${dir}: no such directory`);
    backend.makeDirectory(dir);
  }
}

interface Parts {
  readonly options: NormalizedOptions;
  readonly backend: Backend;
  readonly layout: Layout;
  readonly lock: StoreLocks | null;
  readonly overrides: EngineOverrides;
}

async function openLocked(parts: Parts): Promise<OpenedStore> {
  const { options, backend, layout, overrides } = parts;
  const inspection = inspectDirectory(backend, layout);
  const isNew = inspection.state !== "store";
  if (isNew && !options.create) {
    throw new StoreError("NO_SUCH_STORE", `${layout.dir}: no store here, and create is false`);
  }
  const method = decideMethod(options, backend, layout);
  const settings = new Map([...engineOptions(options, randomInt(1, UUID_MAX)), ...overrides]);
  const engine = new Engine(installedEngine(), settings, inspection.files);
  const opened = assemble(parts, method, engine, inspection);
  try {
    removeLeftovers(backend, inspection.leftovers, opened.observation);
    start(opened);
    await opened.pump.attempt(() => engine.exports.storeState() === STATE_RUNNING);
    if (isNew) parts.lock?.lockFiles();
  } catch (error) {
    opened.pump.stopTimer();
    await opened.driver.detach();
    throw error;
  }
  return opened;
}

function assemble(
  parts: Parts,
  method: EffectiveMethod,
  engine: Engine,
  inspection: Inspection,
): OpenedStore {
  const { options, backend, layout, lock } = parts;
  const isNew = inspection.state !== "store";
  const observation = observationOf(parts, engine, inspection);
  const driver: Driver = new Driver({
    engine,
    backend,
    method: method.effective,
    layout,
    trace: options.trace,
    observation,
    onReady: () => pump.turn(),
  });
  const pump: Pump = new Pump(engine, driver, () => verdictOf(engine, driver, layout));
  return { options, layout, backend, method, engine, driver, pump, observation, lock, isNew };
}

function observationOf(
  { options, layout }: Parts,
  engine: Engine,
  inspection: Inspection,
): Observation | null {
  if (options.observer === null) return null;
  const mode = options.innodb_doublewrite;
  return new Observation(options.observer, engine, {
    isNew: inspection.state !== "store",
    pageSize: options.innodb_page_size,
    doublewrite: mode === "DETECT_AND_RECOVER" ? "ON" : mode,
    files: inspection.found.map(({ kind, id, size }) => {
      return { kind, id, size, path: layout.pathOf(kind, id) };
    }),
  });
}

function start({ engine, isNew, pump }: OpenedStore): void {
  try {
    if (isNew) engine.exports.storeCreate();
    else engine.exports.storeOpen();
  } catch (error) {
    throw asError(pump.panic(error));
  }
  pump.startTimer();
}

/** The error of an engine that has stopped, or null. */
function verdictOf(engine: Engine, driver: Driver, layout: Layout): Error | null {
  if (engine.exports.storeState() !== STATE_FAILED) return null;
  const poisoned = engine.exports.isPoisoned() !== 0;
  const status = poisoned ? 7 : engine.exports.storeStatus();
  return errorOf(status, engine, layout, layout.dir, poisoned ? driver.failure : null);
}

/** The flush method asked for, as far as it is real here. */
function decideMethod(
  options: NormalizedOptions,
  backend: Backend,
  layout: Layout,
): EffectiveMethod {
  const isReal = backend.capabilities.persistent;
  const directIo = isReal ? probeDirectories(layout) : null;
  const method = chooseMethod(options, directIo?.data.real ?? true);
  const probes: Probes = { directIo, atomicWrite: atomicProbe(method, options, layout, isReal) };
  return effectiveMethod(method, probes, backend.capabilities, options.strict);
}

function atomicProbe(
  method: FlushMethod,
  options: NormalizedOptions,
  layout: Layout,
  isReal: boolean,
): Probes["atomicWrite"] {
  if (!method.atomicPages || !isReal) return null;
  return probeAtomicWrite(layout.dir, options.innodb_page_size);
}
