// Watches the eventfd on the event loop and calls one JavaScript function when it rings. The watch
// keeps the process alive only while it is told to.

#pragma once

#include <node_api.h>

#include <functional>

#include "uv-abi.h"

namespace tornproof {

class LoopWatch {
 public:
  /** `isReady`: whether there is something for the function to fetch. */
  LoopWatch(int eventFd, std::function<bool()> isReady)
      : eventFd_(eventFd), isReady_(std::move(isReady)) {}

  /** Starts watching; returns false with a pending exception when the loop refuses. */
  bool open(napi_env env, napi_value onReady);

  /** Whether the process stays alive for this watch. */
  void keepAlive(bool isNeeded);

  /**
   * Stops calling, and lets go of the function. `onClosed` runs on the event loop once libuv has
   * let go of the handle; only then may this object die. Requires open to have succeeded.
   */
  void close(std::function<void()> onClosed);

 private:
  static void onPoll(uv_poll_s* handle, int status, int events);
  static void onUvClosed(uv_handle_s* handle);
  void call();
  uv_handle_s* handle() { return reinterpret_cast<uv_handle_s*>(poll_); }

  int eventFd_;
  std::function<bool()> isReady_;
  std::function<void()> onClosed_;
  napi_env env_ = nullptr;
  napi_ref onReady_ = nullptr;
  napi_async_context asyncContext_ = nullptr;
  uv_poll_s* poll_ = nullptr;
};

}  // namespace tornproof
