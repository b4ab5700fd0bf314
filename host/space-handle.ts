// What a program holds in its hands for a tablespace, and the arguments that come back with it.
// Nothing a caller hands over is believed: a handle is known by a private field that no other
// object can have, and belongs to the engine that made it.

import type { Engine } from "./engine.js";
import { StoreError } from "./errors.js";
import type { Tablespace } from "./transaction.js";

export class SpaceHandle implements Tablespace {
  readonly #engine: Engine;

  constructor(
    readonly id: number,
    readonly name: string,
    engine: Engine,
  ) {
    this.#engine = engine;
    Object.freeze(this);
  }

  get pages(): number {
    return this.#engine.exports.spacePages(this.id);
  }

  static isOf(space: unknown, engine: Engine): boolean {
    return typeof space === "object" && space !== null && #engine in space
      ? space.#engine === engine
      : false;
  }
}

/** Errors: StoreError BAD_ARGUMENT unless `space` is a handle that this opening of a store made. */
export function checkSpace(space: Tablespace, engine: Engine): void {
  if (SpaceHandle.isOf(space, engine)) return;
  throw new StoreError(
    "BAD_ARGUMENT",
    `${describe(space)}: expected a Tablespace of this store, as it is open now; ` +
      "take it from store.tablespace(name)",
  );
}

const typedArrayKind = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!.get!;

/**
 * Errors: StoreError BAD_ARGUMENT unless `bytes` is a Uint8Array, Buffers included. Its kind is
 * what the language says of it, which neither a prototype nor a tag can feign.
 */
export function checkBytes(
  bytes: Uint8Array,
  space: Tablespace,
  page: number,
  what: "bytes" | "target",
): void {
  const kind: unknown = typedArrayKind.call(bytes);
  if (kind === "Uint8Array") return;
  throw new StoreError(
    "BAD_ARGUMENT",
    `${space.name} page ${page}: ${what}: expected a Uint8Array, found ${describe(bytes)}`,
  );
}

/** What a value is, in a few words; runs nothing of the value's own. */
function describe(value: unknown): string {
  if (value instanceof SpaceHandle) return `tablespace "${value.name}" of another store`;
  const kind: unknown = typedArrayKind.call(value);
  if (typeof kind === "string") return kind;
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
