// SPDX-License-Identifier: MIT
#include "compute/kernels/kernel_set.hpp"

#include "mfpar/error.hpp"

namespace mfpar {

namespace baseline {
extern const KernelSet kKernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const KernelSet kKernels;
}
#if !defined(MFPAR_FEW_KERNELS)
namespace avx512 {
extern const KernelSet kKernels;
}
#endif
#endif

std::vector<const KernelSet*> available_kernels() {
  std::vector<const KernelSet*> sets;
#if defined(__x86_64__)
#if !defined(MFPAR_FEW_KERNELS)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
    sets.push_back(&avx512::kKernels);
  }
#endif
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    sets.push_back(&avx2::kKernels);
  }
#endif
  sets.push_back(&baseline::kKernels);
  return sets;
}

const KernelSet& find_kernels(const std::string& name) {
  const auto sets = available_kernels();
  if (name == "auto") return *sets.front();
  std::string known = "auto";
  for (const KernelSet* set : sets) {
    if (name == set->name) return *set;
    known += std::string(", ") + set->name;
  }
  throw Error(ErrorCode::kBadOption, "kernel is '" + name + "'; this processor can run: " + known);
}

}  // namespace mfpar
