// The functions that JavaScript sees; their types are in native/index.ts.

#pragma once

#include <node_api.h>

namespace tornproof {

// bind-context.cc
napi_value createContext(napi_env env, napi_callback_info info);
napi_value submit(napi_env env, napi_callback_info info);
napi_value runInline(napi_env env, napi_callback_info info);
napi_value reap(napi_env env, napi_callback_info info);
napi_value wait(napi_env env, napi_callback_info info);
napi_value usesUring(napi_env env, napi_callback_info info);
napi_value destroy(napi_env env, napi_callback_info info);

// bind-checksum.cc
napi_value bindCrc32c(napi_env env, napi_callback_info info);
napi_value bindPageChecksum(napi_env env, napi_callback_info info);
napi_value checksumImplementation(napi_env env, napi_callback_info info);

// bind-facts.cc
napi_value fileFacts(napi_env env, napi_callback_info info);
napi_value inodeFacts(napi_env env, napi_callback_info info);
napi_value tryPwriteAtomic(napi_env env, napi_callback_info info);
napi_value tryPwriteDsync(napi_env env, napi_callback_info info);
napi_value lock(napi_env env, napi_callback_info info);
napi_value uringProblem(napi_env env, napi_callback_info info);

// bind-testing.cc
napi_value scriptTransfer(napi_env env, napi_callback_info info);

}  // namespace tornproof
