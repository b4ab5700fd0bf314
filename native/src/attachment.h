// Ties a context to its JavaScript environment: keeps the engine's memory alive while anything can
// write to it, and ends the context when the environment ends, even without a call to destroy.
//
//   life     attach ──▶ running ── shutDown ──▶ closing ── libuv lets go of the handle ──▶ gone
//                          └── the environment ends: its cleanup hook calls shutDown ──┘

#pragma once

#include <node_api.h>

#include <memory>

#include "context.h"

namespace tornproof {

class Attachment {
 public:
  /** Returns null with a pending exception when no context can be made. */
  static std::shared_ptr<Attachment> attach(napi_env env, const ContextOptions& options,
                                            napi_value memory, napi_value onReady);

  /** Null once shutDown was called. */
  Context* context() { return isClosing_ ? nullptr : context_.get(); }

  /** Finishes everything in flight, joins the threads, lets go of the memory. Idempotent. */
  void shutDown();

 private:
  explicit Attachment(napi_env env) : env_(env) {}
  static void onEnvironmentEnd(napi_async_cleanup_hook_handle handle, void* attachment);

  napi_env env_;
  std::unique_ptr<Context> context_;
  napi_ref memory_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  bool isClosing_ = false;
  /** Holds itself while libuv or the environment may still call back. */
  std::shared_ptr<Attachment> self_;
};

}  // namespace tornproof
