// Reading arguments and making results; see args.h.

#include "args.h"

namespace tornproof {

Args::Args(napi_env env, napi_callback_info info) : env_(env) {
  napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr);
}

napi_valuetype Args::type(size_t index) const {
  napi_valuetype type = napi_undefined;
  if (index < COUNT_MAX) napi_typeof(env_, values_[index], &type);
  return type;
}

bool Args::has(size_t index) const { return type(index) != napi_undefined; }

double Args::number(size_t index) {
  double value = 0;
  if (napi_get_value_double(env_, values_[index], &value) != napi_ok) fail("expected a number");
  return value;
}

std::string Args::text(size_t index) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env_, values_[index], nullptr, 0, &length) != napi_ok) {
    fail("expected a string");
    return "";
  }
  std::string text(length, '\0');
  napi_get_value_string_utf8(env_, values_[index], text.data(), length + 1, &length);
  return text;
}

Bytes Args::bytes(size_t index) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env_, values_[index], &type, &length, &data, nullptr, nullptr) !=
      napi_ok) {
    fail("expected a typed array");
    return {};
  }
  static constexpr size_t ELEMENT_SIZE[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  return {static_cast<uint8_t*>(data), length * ELEMENT_SIZE[type]};
}

void* Args::external(size_t index) {
  void* pointer = nullptr;
  if (napi_get_value_external(env_, values_[index], &pointer) != napi_ok) {
    fail("expected a context");
  }
  return pointer;
}

napi_value Args::fail(const char* message) {
  if (ok_) napi_throw_type_error(env_, nullptr, message);
  ok_ = false;
  return nullptr;
}

napi_value toJs(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

napi_value toJs(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}

napi_value toJs(napi_env env, const char* value) {
  napi_value result;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value jsNull(napi_env env) {
  napi_value result;
  napi_get_null(env, &result);
  return result;
}

}  // namespace tornproof
