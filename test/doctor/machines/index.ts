// Every recorded machine by name.

import * as disks from "./disks.js";
import * as guests from "./guests.js";
import type { Machine } from "./machine.js";

export const MACHINES: Readonly<Record<string, Machine>> = { ...disks, ...guests };
export { findingsOf, type Machine } from "./machine.js";
