// JavaScript's view of facts.h. Failures leave as negative errno numbers; native/index.ts names
// them.

#include "bind.h"

#include <optional>

#include "args.h"
#include "facts.h"
#include "uring.h"

namespace tornproof {

namespace {

void setFact(napi_env env, napi_value object, const char* name, std::optional<uint32_t> fact) {
  const napi_value value = fact ? toJs(env, static_cast<double>(*fact)) : jsNull(env);
  napi_set_named_property(env, object, name, value);
}

napi_value factsToJs(napi_env env, const FileFacts& facts) {
  napi_value object;
  napi_create_object(env, &object);
  const auto set = [env, object](const char* name, std::optional<uint32_t> fact) {
    setFact(env, object, name, fact);
  };
  set("dioMemAlign", facts.dioMemAlign);
  set("dioOffsetAlign", facts.dioOffsetAlign);
  set("dioReadOffsetAlign", facts.dioReadOffsetAlign);
  set("atomicUnitMin", facts.atomicUnitMin);
  set("atomicUnitMax", facts.atomicUnitMax);
  set("atomicSegmentsMax", facts.atomicSegmentsMax);
  return object;
}

using Pwrite = int64_t (*)(int fd, const uint8_t* data, size_t length, uint64_t offset);

napi_value tryPwrite(napi_env env, napi_callback_info info, Pwrite pwrite) {
  Args args(env, info);
  const int fd = args.i32(0);
  const Bytes bytes = args.bytes(1);
  const double offset = args.number(2);
  if (!args.ok()) return nullptr;
  const int64_t outcome = pwrite(fd, bytes.data, bytes.length, static_cast<uint64_t>(offset));
  return toJs(env, static_cast<double>(outcome));
}

}  // namespace

napi_value fileFacts(napi_env env, napi_callback_info info) {
  Args args(env, info);
  const bool isPath = args.type(0) == napi_string;
  const std::string path = isPath ? args.text(0) : "";
  const int fd = isPath ? -1 : args.i32(0);
  if (!args.ok()) return nullptr;
  FileFacts facts;
  const int error = statFacts(fd, isPath ? path.c_str() : nullptr, facts);
  return error < 0 ? toJs(env, static_cast<double>(error)) : factsToJs(env, facts);
}

napi_value inodeFacts(napi_env env, napi_callback_info info) {
  Args args(env, info);
  const int fd = args.i32(0);
  if (!args.ok()) return nullptr;
  const InodeFacts facts = inodeFactsOf(fd);
  napi_value object;
  napi_create_object(env, &object);
  setFact(env, object, "flags", facts.flags);
  setFact(env, object, "extentSizeHint", facts.extentSizeHint);
  return object;
}

napi_value tryPwriteAtomic(napi_env env, napi_callback_info info) {
  return tryPwrite(env, info, pwriteAtomic);
}

napi_value tryPwriteDsync(napi_env env, napi_callback_info info) {
  return tryPwrite(env, info, pwriteDsync);
}

napi_value lock(napi_env env, napi_callback_info info) {
  Args args(env, info);
  const int fd = args.i32(0);
  return args.ok() ? toJs(env, static_cast<double>(lockWhole(fd))) : nullptr;
}

napi_value uringProblem(napi_env env, napi_callback_info) {
  return toJs(env, static_cast<double>(probeUring()));
}

}  // namespace tornproof
