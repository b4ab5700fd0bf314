// Adds two exports to every engine that is compiled, so that a machine can be rewound:
//
//   stateSave(at)   copies every mutable global of the module to linear memory at `at`
//   stateLoad(at)   copies them back
//   stateBytes()    how many bytes that is
//
// The globals are enumerated by the compiler, not by hand: none can be forgotten. Together with the
// state half of the arena (engine/abi/arena.ts) they are the whole engine. A new instance costs
// more than a recovery of a small store; rewinding costs a hundredth of it.

import { Transform } from "assemblyscript/transform";

const ALIGNMENT = 8;

export default class MachineState extends Transform {
  afterCompile(module) {
    const globals = this.mutableGlobals(module);
    const { i32, none } = this.binaryen;
    const at = () => module.local.get(0, i32);
    const save = globals.map(({ name, type, offset }) =>
      this.access(module, type).store(offset, 0, at(), module.global.get(name, type)),
    );
    const load = globals.map(({ name, type, offset }) =>
      module.global.set(name, this.access(module, type).load(offset, 0, at())),
    );
    const bytes = globals.length * ALIGNMENT;
    module.addFunction("stateSave", i32, none, [], module.block(null, save));
    module.addFunction("stateLoad", i32, none, [], module.block(null, load));
    module.addFunction("stateBytes", none, i32, [], module.i32.const(bytes));
    for (const name of ["stateSave", "stateLoad", "stateBytes"]) {
      module.addFunctionExport(name, name);
    }
  }

  /** Globals that some function sets; the others stay constants, which the optimizer folds. */
  mutableGlobals(module) {
    const { getGlobalInfo } = this.binaryen;
    const isSet = new Set(module.emitText().match(/(?<=global\.set \$)[^\s)"]+/g));
    const found = [];
    for (let i = 0; i < module.getNumGlobals(); i++) {
      const { name, type, mutable } = getGlobalInfo(module.getGlobalByIndex(i));
      if (mutable && isSet.has(name)) found.push({ name, type, offset: found.length * ALIGNMENT });
    }
    return found;
  }

  access(module, type) {
    const { i32, i64, f32, f64 } = this.binaryen;
    if (type === i32) return module.i32;
    if (type === i64) return module.i64;
    if (type === f32) return module.f32;
    if (type === f64) return module.f64;
    throw new Error(`machine-state: a global of type ${type} cannot be saved`);
  }
}
