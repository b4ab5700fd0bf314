// The store half of a run: the options of every configuration, checked before anything is created,
// and one short open of each, which tells what the method becomes in this directory.

import type { BenchEffective, OpenStore, StoreOptions } from "../api.js";
import { survivalOf, survivalOfPlace, tornPagesOf, weaker } from "../durability.js";
import { messageOf } from "../exit.js";
import { normalizeOptions, probeDirectory, resolveMethod, StoreError } from "../host.js";
import type { ConfigResult } from "../result.js";
import { configWords } from "./plan.js";
import type { Config } from "./plan.js";
import type { RunSettings } from "./settings.js";

/** Returns what Store.open gets for a configuration. */
export function storeOptions(settings: RunSettings, config: Config): StoreOptions {
  const { profile, backend, strict } = settings;
  return { ...settings.innodb, ...config.variables, profile, backend, strict };
}

/** Errors: StoreError BAD_OPTION of the first configuration that cannot be. */
export function checkOptions(settings: RunSettings, configs: readonly Config[]): void {
  for (const config of configs) normalizeOptions(storeOptions(settings, config));
}

export interface Admitted {
  readonly config: Config;
  readonly described: Omit<
    ConfigResult,
    "rounds" | "operations_per_second" | "latency" | "counters"
  >;
}

/**
 * Opens every configuration once and returns those that work here. A method that the user did not
 * name is left out with a warning when it is not available.
 * Errors: what the store throws for a method that the user named.
 */
export async function admit(
  settings: RunSettings,
  configs: readonly Config[],
  openStore: OpenStore,
  storeDir: string,
  warn: (line: string) => void,
  isInterrupted: () => boolean,
): Promise<Admitted[]> {
  const admitted: Admitted[] = [];
  const left = new Set<string>();
  for (const config of configs) {
    if (isInterrupted()) break;
    try {
      const store = await openStore(storeDir, storeOptions(settings, config));
      const { effective } = store;
      await store.close();
      admitted.push({ config, described: describe(settings, config, effective) });
    } catch (error) {
      if (!settings.isEveryMethod || settings.strict || !isUnavailable(error)) throw error;
      const line = `Left out ${configWords(config, false)}: ${messageOf(error)}`;
      if (!left.has(line)) warn(line);
      left.add(line);
    }
  }
  return admitted;
}

function describe(
  settings: RunSettings,
  config: Config,
  effective: BenchEffective,
): Admitted["described"] {
  const doublewrite = String(config.variables["innodb_doublewrite"]);
  const trxCommit = Number(config.variables["innodb_flush_log_at_trx_commit"]);
  const { profile } = settings;
  const method = resolveMethod(String(config.variables["innodb_flush_method"]), { profile });
  return {
    id: config.id,
    variables: config.variables,
    profile,
    effective: {
      requested: effective.requested,
      effective: effective.effective,
      substitutions: effective.substitutions,
      backend: effective.backend,
      executor: effective.executor,
    },
    durability: weaker(
      survivalOf(effective.durability, trxCommit),
      survivalOfPlace(probeDirectory(settings.dir).fileSystem, effective.backend),
    ),
    torn_pages: tornPagesOf(doublewrite, method.atomicPages),
  };
}

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof StoreError)) return false;
  return ["METHOD_UNAVAILABLE", "UNAVAILABLE"].includes(error.code);
}
