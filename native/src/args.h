// Arguments of a call from JavaScript. Every reader checks the type; the first that fails throws a
// TypeError, and the callee returns null at once.

#pragma once

#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace tornproof {

struct Bytes {
  uint8_t* data = nullptr;
  size_t length = 0;
};

class Args {
 public:
  Args(napi_env env, napi_callback_info info);

  napi_env env() const { return env_; }
  /** False after a reader has thrown. */
  bool ok() const { return ok_; }
  /** True when the argument was passed and is not undefined. */
  bool has(size_t index) const;
  napi_value value(size_t index) const { return values_[index]; }
  napi_valuetype type(size_t index) const;

  uint32_t u32(size_t index) { return static_cast<uint32_t>(number(index)); }
  int32_t i32(size_t index) { return static_cast<int32_t>(number(index)); }
  double number(size_t index);
  std::string text(size_t index);
  /** The bytes of a typed array of any kind, over shared memory too. */
  Bytes bytes(size_t index);
  /** The pointer of an external value. */
  void* external(size_t index);

  /** Throws a TypeError unless something has been thrown already; returns null for the caller. */
  napi_value fail(const char* message);

 private:
  static constexpr size_t COUNT_MAX = 4;

  napi_env env_;
  napi_value values_[COUNT_MAX] = {};
  size_t count_ = COUNT_MAX;
  bool ok_ = true;
};

// Values for JavaScript.
napi_value toJs(napi_env env, double value);
napi_value toJs(napi_env env, bool value);
napi_value toJs(napi_env env, const char* value);
napi_value jsNull(napi_env env);

}  // namespace tornproof
