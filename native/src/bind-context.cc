// JavaScript's calls on a context: create, submit, run inline, reap, wait, destroy.

#include "bind.h"

#include <memory>

#include "args.h"
#include "attachment.h"

namespace tornproof {

namespace {

constexpr uint32_t QUEUE_DEPTH_MAX = 4096;
constexpr size_t RECORD_SIZE = 4 * sizeof(double);

using Shared = std::shared_ptr<Attachment>;

Context* contextOf(Args& args) {
  auto* shared = static_cast<Shared*>(args.external(0));
  if (!args.ok()) return nullptr;
  Context* context = (*shared)->context();
  if (context == nullptr) args.fail("this context was destroyed");
  return context;
}

napi_value property(const Args& args, size_t index, const char* name) {
  napi_value value = nullptr;
  napi_get_named_property(args.env(), args.value(index), name, &value);
  return value;
}

bool readOptions(Args& args, ContextOptions& options) {
  const Bytes memory = args.bytes(0);
  const uint32_t pageSize = args.u32(1);
  if (!args.ok()) return false;
  if (pageSize < 1024 || pageSize > 65536 || pageSize % 512 != 0) {
    return args.fail("expected a page size of 1024 to 65536 bytes") != nullptr;
  }
  options.memory = {memory.data, memory.length, pageSize, nullptr};
  const bool isRead =
      args.type(2) == napi_object &&
      napi_get_value_uint32(args.env(), property(args, 2, "queueDepth"), &options.queueDepth) ==
          napi_ok &&
      napi_get_value_bool(args.env(), property(args, 2, "uring"), &options.useUring) == napi_ok;
  if (!isRead || options.queueDepth < 1 || options.queueDepth > QUEUE_DEPTH_MAX) {
    return args.fail("expected { queueDepth: 1 to 4096, uring: boolean }") != nullptr;
  }
  return args.type(3) == napi_function || args.fail("expected a function") != nullptr;
}

/** Slots of `(context, queue, count)`, or null with a pending exception. */
const Slot* slotsOf(Args& args, uint32_t& count) {
  const Bytes queue = args.bytes(1);
  count = args.u32(2);
  if (!args.ok()) return nullptr;
  if (count * sizeof(Slot) > queue.length) {
    args.fail("the queue holds fewer slots than that");
    return nullptr;
  }
  return reinterpret_cast<const Slot*>(queue.data);
}

}  // namespace

napi_value createContext(napi_env env, napi_callback_info info) {
  Args args(env, info);
  ContextOptions options{};
  if (!readOptions(args, options)) return nullptr;
  Shared attachment = Attachment::attach(env, options, args.value(0), args.value(3));
  if (attachment == nullptr) return nullptr;

  napi_value external;
  napi_create_external(
      env, new Shared(std::move(attachment)),
      [](napi_env, void* shared, void*) { delete static_cast<Shared*>(shared); }, nullptr,
      &external);
  return external;
}

napi_value submit(napi_env env, napi_callback_info info) {
  Args args(env, info);
  Context* context = contextOf(args);
  uint32_t count;
  const Slot* slots = slotsOf(args, count);
  if (args.ok()) context->submit(slots, count);
  return nullptr;
}

napi_value runInline(napi_env env, napi_callback_info info) {
  Args args(env, info);
  Context* context = contextOf(args);
  uint32_t count;
  const Slot* slots = slotsOf(args, count);
  if (args.ok()) context->runInline(slots, count);
  return nullptr;
}

napi_value reap(napi_env env, napi_callback_info info) {
  Args args(env, info);
  Context* context = contextOf(args);
  const Bytes records = args.bytes(1);
  const uint32_t capacity = args.u32(2);
  if (!args.ok()) return nullptr;
  if (capacity * RECORD_SIZE > records.length) return args.fail("expected room for the records");
  const uint32_t count = context->reap(reinterpret_cast<double*>(records.data), capacity);
  return toJs(env, static_cast<double>(count));
}

napi_value wait(napi_env env, napi_callback_info info) {
  Args args(env, info);
  Context* context = contextOf(args);
  return args.ok() ? toJs(env, context->wait()) : nullptr;
}

napi_value usesUring(napi_env env, napi_callback_info info) {
  Args args(env, info);
  Context* context = contextOf(args);
  return args.ok() ? toJs(env, context->usesUring()) : nullptr;
}

napi_value destroy(napi_env env, napi_callback_info info) {
  Args args(env, info);
  auto* shared = static_cast<Shared*>(args.external(0));
  if (args.ok()) (*shared)->shutDown();
  return nullptr;
}

}  // namespace tornproof
