// Names and numbers of errno values. The numbers are Linux's, as they cross the engine's rings.

import { constants } from "node:os";

const NUMBERS = new Map<string, number>(Object.entries(constants.errno));
const NAMES = new Map<number, string>([...NUMBERS].map(([name, number]) => [number, name]));

/** The negative number of an errno, -EIO for a name this platform does not have. */
export function errnoNumber(name: string): number {
  return -(NUMBERS.get(name) ?? constants.errno.EIO);
}

/** "EIO" for 5; "E5" when this platform has no name for the number. */
export function nameOfErrno(errno: number): string {
  return NAMES.get(Math.abs(errno)) ?? `E${Math.abs(errno)}`;
}
