// Every system call of a store on the node-fs backend, failed, interrupted or killed at.

import { callFaults } from "./suite.js";

callFaults({ backend: "node-fs", method: "fdatasync" });
callFaults(
  { backend: "node-fs", method: "O_DIRECT" },
  { failing: ["commit", "checkpoint", "extend", "create"], killing: ["create"] },
);
