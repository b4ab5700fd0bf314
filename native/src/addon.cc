// The export table: the whole addon on one screen. There is no state per module or per process;
// everything lives in the contexts that an environment creates, so worker threads can load it too.

#include <node_api.h>

#include <exception>

#include "bind.h"

namespace {

using namespace tornproof;

// A C++ exception must not cross into Node, which would abort: it becomes a JavaScript error. Every
// entry below is wrapped, so a new one cannot be forgotten.
template <napi_callback call>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return call(env, info);
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

struct Export {
  const char* name;
  napi_callback call;
};

template <napi_callback call>
constexpr Export entry(const char* name) {
  return {name, guarded<call>};
}

constexpr Export EXPORTS[] = {
    // An attached engine and its operations.
    entry<createContext>("createContext"),
    entry<submit>("submit"),
    entry<runInline>("runInline"),
    entry<reap>("reap"),
    entry<wait>("wait"),
    entry<usesUring>("usesUring"),
    entry<destroy>("destroy"),
    // Checksums.
    entry<bindCrc32c>("crc32c"),
    entry<bindPageChecksum>("pageChecksum"),
    entry<checksumImplementation>("checksumImplementation"),
    // What this kernel and this file system can do.
    entry<fileFacts>("fileFacts"),
    entry<inodeFacts>("inodeFacts"),
    entry<tryPwriteAtomic>("tryPwriteAtomic"),
    entry<tryPwriteDsync>("tryPwriteDsync"),
    entry<lock>("lock"),
    entry<uringProblem>("uringProblem"),
    // For tests.
    entry<scriptTransfer>("scriptTransfer"),
};

}  // namespace

NAPI_MODULE_INIT() {
  for (const auto& each : EXPORTS) {
    napi_value function;
    napi_create_function(env, each.name, NAPI_AUTO_LENGTH, each.call, nullptr, &function);
    napi_set_named_property(env, exports, each.name, function);
  }
  return exports;
}
