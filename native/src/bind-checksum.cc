// JavaScript's view of the checksums; tests hold the implementations against each other.

#include "bind.h"

#include "args.h"
#include "checksum.h"
#include "crc32c.h"

namespace tornproof {

namespace {

/** The argument is undefined for the fastest implementation, or "table" for the portable one. */
Crc32c implementation(Args& args, size_t index) {
  if (!args.has(index)) return crc32c;
  if (args.text(index) != "table") args.fail("expected \"table\" or nothing");
  return crc32cTable;
}

}  // namespace

napi_value bindCrc32c(napi_env env, napi_callback_info info) {
  Args args(env, info);
  const Bytes bytes = args.bytes(0);
  const uint32_t seed = args.has(1) ? args.u32(1) : 0;
  const Crc32c sum = implementation(args, 2);
  if (!args.ok()) return nullptr;
  return toJs(env, static_cast<double>(sum(bytes.data, bytes.length, seed)));
}

napi_value bindPageChecksum(napi_env env, napi_callback_info info) {
  Args args(env, info);
  const Bytes page = args.bytes(0);
  const Crc32c sum = implementation(args, 1);
  if (!args.ok()) return nullptr;
  if (page.length < 64) return args.fail("expected a page of at least 64 bytes");
  return toJs(env, static_cast<double>(pageChecksum(page.data, page.length, sum)));
}

napi_value checksumImplementation(napi_env env, napi_callback_info) {
  return toJs(env, crc32cName());
}

}  // namespace tornproof
