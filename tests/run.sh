# SPDX-License-Identifier: MIT
#
# Sets up, builds and runs the tests: bash tests/run.sh [all]
# Without an argument as users build it; all: as CI, with formatting, cppcheck and clang-tidy
# (lint.sh), with warnings as errors, and once more under the address, undefined-behaviour and
# thread sanitizers.
# Then no test is left out for want of a tool: cmake/debian-packages-tests.txt lists what the tests
# use besides.
set -euo pipefail

case "$#,${1-}" in
  0,) presets=(release) ;;
  1,all) presets=(ci asan tsan) ;;
  *)
    echo "usage: bash tests/run.sh [all]" >&2
    exit 2
    ;;
esac

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
if [[ ${1-} == all ]]; then
  bash cmake/setup.sh tests
  bash tests/lint.sh format
  bash tests/lint.sh cppcheck
fi
for preset in "${presets[@]}"; do
  bash cmake/build.sh "$preset"
  [[ $preset != asan ]] || bash tests/lint.sh tidy
  # One more than there are cores: some tests wait for a service, or let it wait.
  ctest --preset "$preset" --parallel "$(($(nproc) + 1))" </dev/null
done
