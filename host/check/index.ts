// The trace checker, and what it says. Nothing here needs Node.

export { EDGES, EDGE_MEANS, type Edge } from "./edges.js";
export type { CheckRules, DriveTrust } from "./state.js";
export { checkTrace, TraceChecker } from "./trace-checker.js";
export type { Violation } from "./verdict.js";
