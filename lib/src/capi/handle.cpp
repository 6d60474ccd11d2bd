// SPDX-License-Identifier: MIT
#include "capi/objects.hpp"

using namespace mfpar;
using namespace mfpar::capi;

mfpar_status mfpar_handle_open(const char* path, mfpar_handle** handle) {
  return guarded([&] {
    required(handle, "handle") = nullptr;
    *handle = new mfpar_handle(required_text(path, "path"));
  });
}

void mfpar_handle_free(mfpar_handle* handle) { delete handle; }

mfpar_status mfpar_handle_acquire(const mfpar_handle* handle, mfpar_model** model) {
  return create(model, "model",
                [&] { return mfpar_model{required(handle, "handle").handle.current()}; });
}

mfpar_status mfpar_handle_reload(mfpar_handle* handle, const char* path, std::uint64_t* version) {
  return guarded([&] {
    ModelHandle& models = required(handle, "handle").handle;
    if (version != nullptr) *version = models.current()->version;
    const auto loaded = path == nullptr ? models.reload() : models.reload(path);
    if (version != nullptr) *version = loaded->version;
  });
}
