// The few calls of libuv that the addon makes, declared here because node-api-headers does not
// carry uv.h. They belong to the ABI that libuv keeps stable through its 1.x versions; handles are
// allocated with the size that the running library reports.

#pragma once

#include <cstddef>

extern "C" {

struct uv_loop_s;
struct uv_handle_s;
struct uv_poll_s;

typedef void (*uv_poll_cb)(uv_poll_s* handle, int status, int events);
typedef void (*uv_close_cb)(uv_handle_s* handle);

// Values of the enums uv_handle_type and uv_poll_event.
enum { UV_ABI_POLL = 8, UV_ABI_READABLE = 1 };

size_t uv_handle_size(int type);
void* uv_handle_get_data(const uv_handle_s* handle);
void uv_handle_set_data(uv_handle_s* handle, void* data);

int uv_poll_init(uv_loop_s* loop, uv_poll_s* handle, int fd);
int uv_poll_start(uv_poll_s* handle, int events, uv_poll_cb callback);
int uv_poll_stop(uv_poll_s* handle);

void uv_ref(uv_handle_s* handle);
void uv_unref(uv_handle_s* handle);
void uv_close(uv_handle_s* handle, uv_close_cb callback);
}
