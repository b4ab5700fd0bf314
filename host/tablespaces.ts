// Tablespaces by name, as the dictionary has them; creating and dropping, one at a time.

import type { Engine } from "./engine.js";
import { StoreError } from "./errors.js";
import { STATUS } from "./failure.js";
import type { ErrorMaker } from "./pager.js";
import type { Observation } from "./observe/observation.js";
import type { Pump } from "./pump.js";
import { SpaceHandle } from "./space-handle.js";
import type { Tablespace } from "./transaction.js";

const NAME_BYTES_MAX = 64;
const encoder = new TextEncoder();
/** A byte-order mark is a letter of a name like any other. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class Tablespaces {
  private readonly byName = new Map<string, SpaceHandle>();
  /** The end of the last creation or drop; the next one starts then. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly engine: Engine,
    private readonly pump: Pump,
    private readonly errorOf: ErrorMaker,
    private readonly observation: Observation | null,
  ) {}

  /** Reads the whole dictionary. */
  async load(): Promise<void> {
    const { exports } = this.engine;
    const count = exports.dictCapacity();
    let n = 0;
    await this.pump.attempt(() => {
      for (; n < count; n++) {
        const id = exports.dictList(n);
        const status = exports.dictStatus();
        if (status === STATUS.pending) return false;
        if (status !== STATUS.ok) throw this.errorOf(status, "dictionary");
        if (id !== 0) this.note(id, this.listedName());
        if (exports.dictIsBehindEnd() !== 0) break;
      }
      return true;
    });
  }

  private listedName(): string {
    const { bytes, exports } = this.engine;
    const at = exports.exchangeAddress();
    return decoder.decode(bytes.subarray(at, at + exports.dictNameLength()));
  }

  private note(id: number, name: string): SpaceHandle {
    const space = new SpaceHandle(id, name, this.engine);
    this.byName.set(name, space);
    return space;
  }

  get(name: string): Tablespace | undefined {
    return this.byName.get(name);
  }

  all(): Tablespace[] {
    return [...this.byName.values()];
  }

  create(name: string): Promise<Tablespace> {
    const bytes = encodeName(name);
    return this.inTurn(async () => {
      await this.run(name, bytes, true);
      return this.note(this.engine.exports.ddlSpaceId(), name);
    });
  }

  drop(name: string): Promise<void> {
    const bytes = encodeName(name);
    return this.inTurn(async () => {
      await this.run(name, bytes, false);
      this.byName.delete(name);
    });
  }

  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.last.then(step, step);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async run(name: string, bytes: Uint8Array, create: boolean): Promise<void> {
    const { engine } = this;
    engine.bytes.set(bytes, engine.exports.exchangeAddress());
    const start = create ? engine.exports.ddlCreate : engine.exports.ddlDrop;
    start(bytes.length);
    this.pump.schedule();
    await this.pump.attempt(() => engine.exports.ddlStatus() !== STATUS.pending);
    const status = engine.exports.ddlStatus();
    if (status !== STATUS.ok) throw this.errorOf(status, `tablespace "${name}"`);
    this.observation?.acknowledged(create ? "create" : "drop", 0, engine.exports.ddlSpaceId());
  }
}

function encodeName(name: string): Uint8Array {
  if (typeof name !== "string" || /\p{Cs}/u.test(name)) {
    throw new StoreError(
      "BAD_ARGUMENT",
      `tablespace name ${JSON.stringify(String(name))}: expected a string of whole characters, ` +
        `found ${typeof name === "string" ? "half of a surrogate pair" : typeof name}`,
    );
  }
  const bytes = encoder.encode(name);
  if (bytes.length >= 1 && bytes.length <= NAME_BYTES_MAX) return bytes;
  throw new StoreError(
    "BAD_ARGUMENT",
    `tablespace name "${name}": expected 1 to ${NAME_BYTES_MAX} bytes, found ${bytes.length}`,
  );
}
