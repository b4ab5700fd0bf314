// The real store behind the benchmark's interface.

import type { OpenStore } from "./api.js";
import { Store } from "./host.js";

export const openRealStore: OpenStore = (directory, options) => Store.open(directory, options);
