// Settings for tests: the command line's parser with a fixed world around it.

import type { RawFlags, Surroundings } from "../../bench/options.js";
import { parseRunSettings } from "../../bench/options.js";
import type { RunSettings } from "../../bench/run/settings.js";

export const PLAIN: Surroundings = { isTerminal: false, env: {}, randomSeed: () => 7 };

/** Returns settings from flags as commander would hand them over. */
export function settingsFrom(
  flags: RawFlags,
  innodb: Record<string, string> = {},
  around: Surroundings = PLAIN,
): RunSettings {
  return parseRunSettings(flags, innodb, ["run"], around);
}
