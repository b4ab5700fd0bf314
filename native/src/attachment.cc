// The life of a context in its environment; see attachment.h.

#include "attachment.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace tornproof {

std::shared_ptr<Attachment> Attachment::attach(napi_env env, const ContextOptions& options,
                                               napi_value memory, napi_value onReady) {
  const int eventFd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (eventFd < 0) {
    napi_throw_error(env, nullptr, "no eventfd: the process has too many open files");
    return nullptr;
  }
  std::shared_ptr<Attachment> attachment;
  try {
    attachment.reset(new Attachment(env));
    attachment->context_ = std::make_unique<Context>(options, eventFd);
  } catch (...) {
    close(eventFd);
    throw;
  }
  if (!attachment->context_->watch().open(env, onReady)) return nullptr;

  attachment->self_ = attachment;
  napi_create_reference(env, memory, 1, &attachment->memory_);
  napi_add_async_cleanup_hook(env, onEnvironmentEnd, attachment.get(), &attachment->hook_);
  return attachment;
}

void Attachment::shutDown() {
  if (isClosing_) return;
  isClosing_ = true;
  context_->drainAndStop();
  // From here on nothing but JavaScript touches the memory.
  napi_delete_reference(env_, memory_);
  context_->watch().close([this] {
    const std::shared_ptr<Attachment> last = std::move(self_);
    context_.reset();
    // The environment waits for this before it goes.
    napi_remove_async_cleanup_hook(hook_);
  });
}

void Attachment::onEnvironmentEnd(napi_async_cleanup_hook_handle, void* attachment) {
  static_cast<Attachment*>(attachment)->shutDown();
}

}  // namespace tornproof
