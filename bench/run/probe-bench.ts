// The sync-only half of a run: which open modes and sync calls can be probed here.

import { survivalOfPlace, weaker } from "../durability.js";
import { EnvironmentError } from "../exit.js";
import { createBackend, probeDirectIo, probeDirectory } from "../host.js";
import type { BackendName } from "../host.js";
import { PROBE_MODES, PROBE_WRITE_SIZES } from "../workload/sync-only.js";
import type { ProbeMode } from "../workload/sync-only.js";
import type { Config } from "./plan.js";
import type { RunSettings } from "./settings.js";
import type { Admitted } from "./store-bench.js";

/**
 * Returns one configuration per mode and write size that works here; modes that do not are left out
 * with a warning.
 * Errors: EnvironmentError when the backend has no disk, and under --strict instead of the warning.
 */
export function admitProbes(settings: RunSettings, warn: (line: string) => void): Admitted[] {
  const backend = createBackend(settings.backend as BackendName | "auto");
  const { executor, persistent, rwf } = backend.capabilities;
  if (!persistent) {
    throw new EnvironmentError(`--workload sync-only: the ${backend.name} backend has no disk`);
  }
  const leaveOut = (what: string, reason: string): void => {
    if (settings.strict) throw new EnvironmentError(`${what} cannot be probed: ${reason}`);
    warn(`Left out ${what}: ${reason}.`);
  };
  const direct = probeDirectIo(settings.dir);
  if (!direct.real) leaveOut("every mode with O_DIRECT", direct.reason);
  if (!rwf) leaveOut("every mode with RWF_DSYNC", `the ${backend.name} backend does not have it`);
  const { fileSystem } = probeDirectory(settings.dir);
  return planProbes(direct.real, rwf).map((config) => {
    const { name, durability } = modeOf(config);
    const effective = { requested: name, effective: name, substitutions: [], executor };
    return {
      config,
      described: {
        id: config.id,
        variables: config.variables,
        profile: null,
        effective: { ...effective, backend: backend.name },
        durability: weaker(durability, survivalOfPlace(fileSystem, backend.name)),
        torn_pages: null,
      },
    };
  });
}

/** Returns the mode of a configuration of admitProbes. */
export function modeOf(config: Config): ProbeMode {
  return PROBE_MODES.find((mode) => mode.name === config.variables["mode"])!;
}

function planProbes(hasDirect: boolean, hasRwf: boolean): Config[] {
  const modes = PROBE_MODES.filter(
    (mode) => (hasDirect || !mode.open.direct) && (hasRwf || !mode.isRwfDsync),
  );
  return PROBE_WRITE_SIZES.flatMap((writeSize) =>
    modes.map((mode) => ({ mode: mode.name, write_bytes: writeSize })),
  ).map((variables, index) => ({ id: `c${index + 1}`, variables }));
}
