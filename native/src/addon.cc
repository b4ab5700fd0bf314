// The export table: the whole addon on one screen. There is no state per module or per process;
// everything lives in the contexts that an environment creates, so worker threads can load it too.

#include <node_api.h>

#include "bind.h"

namespace {

using namespace tornproof;

constexpr struct {
  const char* name;
  napi_callback call;
} EXPORTS[] = {
    // An attached engine and its operations.
    {"createContext", createContext},
    {"submit", submit},
    {"runInline", runInline},
    {"reap", reap},
    {"wait", wait},
    {"usesUring", usesUring},
    {"destroy", destroy},
    // Checksums.
    {"crc32c", bindCrc32c},
    {"pageChecksum", bindPageChecksum},
    {"checksumImplementation", checksumImplementation},
    // What this kernel and this file system can do.
    {"fileFacts", fileFacts},
    {"inodeFacts", inodeFacts},
    {"tryPwriteAtomic", tryPwriteAtomic},
    {"tryPwriteDsync", tryPwriteDsync},
    {"lock", lock},
    {"uringProblem", uringProblem},
    // For tests.
    {"scriptTransfer", scriptTransfer},
};

}  // namespace

NAPI_MODULE_INIT() {
  for (const auto& entry : EXPORTS) {
    napi_value function;
    napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.call, nullptr, &function);
    napi_set_named_property(env, exports, entry.name, function);
  }
  return exports;
}
