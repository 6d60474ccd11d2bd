# SPDX-License-Identifier: MIT
#
# Sets up, configures and builds a preset: bash cmake/build.sh PRESET [TARGET]...
# Builds all targets where none is named; a second run builds what changed.
set -euo pipefail

preset=$1
shift
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
bash cmake/setup.sh

if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
  # Without these it does not keep what is compiled with the tests' precompiled headers.
  export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS-pch_defines,time_macros}
fi
cmake --preset "$preset" >&2
cmake --build --preset "$preset" ${1+--target "$@"} >&2
