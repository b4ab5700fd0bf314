// Engines that break a promise of recovery.

import { scoreMutants } from "../../lab/engine-score.js";
import { RECOVERY_MUTANTS } from "../../lab/mutants/recovery.js";

scoreMutants(RECOVERY_MUTANTS);
