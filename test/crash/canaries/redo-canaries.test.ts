// Engines that break a promise of the redo log, and of how files come and go.

import { scoreMutants } from "../../lab/engine-score.js";
import { FILE_MUTANTS } from "../../lab/mutants/files.js";
import { REDO_MUTANTS } from "../../lab/mutants/redo.js";

scoreMutants([...REDO_MUTANTS, ...FILE_MUTANTS]);
