// Every system call of a store on the native backend, failed, interrupted or killed at.

import { callFaults } from "./suite.js";

callFaults({ backend: "native", method: "fdatasync" });
callFaults(
  { backend: "native", method: "O_DIRECT" },
  { failing: ["commit", "checkpoint", "extend", "create"], killing: ["create"] },
);
