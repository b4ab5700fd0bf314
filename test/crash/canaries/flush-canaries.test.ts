// Engines that break a promise of the flush: copies, pages in place, what is done before what.

import { scoreMutants } from "../../lab/engine-score.js";
import { FLUSH_MUTANTS } from "../../lab/mutants/flush.js";

scoreMutants(FLUSH_MUTANTS);
