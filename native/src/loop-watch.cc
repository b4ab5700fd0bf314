// The eventfd on the event loop; see loop-watch.h.

#include "loop-watch.h"

#include <cstdlib>
#include <utility>

#include "completions.h"

namespace tornproof {

bool LoopWatch::open(napi_env env, napi_value onReady) {
  env_ = env;
  uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  poll_ = static_cast<uv_poll_s*>(std::malloc(uv_handle_size(UV_ABI_POLL)));
  if (poll_ == nullptr || uv_poll_init(loop, poll_, eventFd_) != 0) {
    std::free(poll_);
    napi_throw_error(env, nullptr, "the event loop cannot watch an eventfd");
    return false;
  }
  uv_handle_set_data(handle(), this);
  uv_poll_start(poll_, UV_ABI_READABLE, onPoll);
  uv_unref(handle());

  napi_value name;
  napi_create_string_utf8(env, "tornproof", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, nullptr, name, &asyncContext_);
  napi_create_reference(env, onReady, 1, &onReady_);
  return true;
}

void LoopWatch::keepAlive(bool isNeeded) {
  if (poll_ == nullptr) return;
  isNeeded ? uv_ref(handle()) : uv_unref(handle());
}

void LoopWatch::close(std::function<void()> onClosed) {
  onClosed_ = std::move(onClosed);
  napi_delete_reference(env_, onReady_);
  napi_async_destroy(env_, asyncContext_);
  onReady_ = nullptr;
  uv_poll_stop(poll_);
  uv_close(handle(), onUvClosed);
}

void LoopWatch::onUvClosed(uv_handle_s* handle) {
  auto* watch = static_cast<LoopWatch*>(uv_handle_get_data(handle));
  // The callback may destroy the watch, so it is moved out first.
  const auto onClosed = std::move(watch->onClosed_);
  std::free(watch->poll_);
  watch->poll_ = nullptr;
  onClosed();
}

void LoopWatch::onPoll(uv_poll_s* handle, int status, int) {
  if (status < 0) return;
  auto* watch = static_cast<LoopWatch*>(uv_handle_get_data(reinterpret_cast<uv_handle_s*>(handle)));
  // Clear first, fetch second: what finishes in between rings again.
  clearEventFd(watch->eventFd_);
  if (!watch->isReady_()) return;
  watch->call();
  // The function may have destroyed the context; the watch itself lives until onUvClosed.
  // What it left behind must not wait for the next completion.
  if (watch->onReady_ != nullptr && watch->isReady_()) ringEventFd(watch->eventFd_);
}

void LoopWatch::call() {
  napi_handle_scope scope;
  if (napi_open_handle_scope(env_, &scope) != napi_ok) return;
  napi_value function, receiver, result;
  napi_get_reference_value(env_, onReady_, &function);
  napi_get_global(env_, &receiver);
  // Runs process.nextTick and promise jobs when the function has returned.
  const napi_env env = env_;
  const napi_status status =
      napi_make_callback(env, asyncContext_, receiver, function, 0, nullptr, &result);
  if (status == napi_pending_exception) {
    napi_value error;
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

}  // namespace tornproof
