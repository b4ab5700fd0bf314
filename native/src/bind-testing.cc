// For tests only: a transfer driven by scripted outcomes instead of system calls, because a real
// file hardly ever cuts a transfer short.

#include "bind.h"

#include "args.h"
#include "transfer.h"

namespace tornproof {

/**
 * (call, flags, length, outcomes: Float64Array) → result. Each outcome is replaced by the length
 * that its call was asked to move; outcomes that were not needed become -1.
 */
napi_value scriptTransfer(napi_env env, napi_callback_info info) {
  Args args(env, info);
  Op op;
  op.call = static_cast<Call>(args.u32(0));
  op.flags = args.u32(1);
  op.length = static_cast<uint64_t>(args.number(2));
  const Bytes script = args.bytes(3);
  if (!args.ok()) return nullptr;

  const LinearMemory memory = {nullptr, 0, 0, nullptr};
  auto* outcomes = reinterpret_cast<double*>(script.data);
  const size_t count = script.length / sizeof(double);
  bool isDone = false;
  for (size_t index = 0; index < count; index++) {
    const double outcome = outcomes[index];
    outcomes[index] = isDone ? -1 : static_cast<double>(nextPiece(op, memory).length);
    if (!isDone) isDone = advance(op, memory, static_cast<int64_t>(outcome));
  }
  return isDone ? toJs(env, static_cast<double>(op.result)) : jsNull(env);
}

}  // namespace tornproof
