// Where a failed assertion goes. The engine imports no function, so it cannot print: it leaves a
// record in linear memory and traps. The host reads the record and throws an EnginePanic.
//
//   byte 0                 4              8      12       16
//        │ message address │ file address │ line │ column │    little-endian: never on a disk
//
// Message and file are the compiler's string literals: UTF-16, their length in bytes as a u32 four
// bytes before the address; address 0 means there is none.
// The build routes assert() here with "use": ["abort=engine/abi/panic/abort"] in asconfig.json.

export const PANIC_RECORD_SIZE: u32 = 16;

const record: usize = memory.data(16, 8);

/** Address of the panic record; all zero until an assertion has failed. */
export function panicRecord(): usize {
  return record;
}

/** Records where and why, then traps. The instance must not be used again. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  store<u32>(record, <u32>changetype<usize>(message), 0);
  store<u32>(record, <u32>changetype<usize>(file), 4);
  store<u32>(record, line, 8);
  store<u32>(record, column, 12);
  unreachable();
}
