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
fi
cmake --preset "$preset" >&2
cmake --build --preset "$preset" ${1+--target "$@"} >&2
