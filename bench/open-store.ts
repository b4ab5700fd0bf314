// The real store behind the benchmark's interface, loaded only when a run needs it.

import type { OpenStore } from "./api.js";

const HOST: string = "../host/index.js";

export const openRealStore: OpenStore = async (directory, options) => {
  const { Store } = (await import(HOST)) as { Store: { open: OpenStore } };
  return Store.open(directory, options);
};
